// Small systems that tests share.
#pragma once

#include "md/surface.hpp"

namespace glasscape::test {

/// A potential of the registry by its command-line text, "eam-fs:CuZr_mm.eam.fs" or "lj:epsilon=1".
std::shared_ptr<const Potential> potential(const std::string& text);
/// The potential with the options of its own `about.example`.
std::shared_ptr<const Potential> example_of(const Potentials::Entry& entry);

/// fcc with lattice constant a, n cells per axis; elements are drawn at random with equal chance.
Configuration fcc(double a, int n, const std::vector<Element>& elements, std::uint64_t seed = 1);
/// The fcc lattice constant of lowest energy of a potential, to 0.05 Angstrom.
double fcc_constant(const std::shared_ptr<const Potential>& potential);

/// A disordered, stressed piece of matter the potential likes: random elements, displaced atoms, a triclinic cell.
/// For a potential over the plane: a few atoms near the origin, no cell.
Configuration sample(const std::shared_ptr<const Potential>& potential, std::uint64_t seed = 1);
/// The same without periodic directions.
Configuration open_sample(const std::shared_ptr<const Potential>& potential, std::uint64_t seed = 1);

/// Normal random numbers, 3 x n.
Positions noise(Eigen::Index n, std::uint64_t seed);

}  // namespace glasscape::test
