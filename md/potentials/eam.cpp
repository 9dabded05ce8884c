#include "md/potentials/eam.hpp"

#include <fmt/ranges.h>

#include <cmath>

#include "md/blocks.hpp"
#include "md/pair.hpp"
#include "md/pair_hessian.hpp"

namespace glasscape {

Eam::Eam(EamTables tables) : tables_(std::move(tables)), kernel_(tables_) {}

std::vector<int> Eam::kinds(const std::vector<Element>& elements) const {
  std::vector<std::string> known;
  for (const Element& element : tables_.elements) known.push_back(element.name);
  std::vector<int> kinds;
  for (const Element& element : elements) {
    const auto found = std::find(known.begin(), known.end(), element.name);
    if (found == known.end())
      throw InputError("element '{}' is not in potential {}{}", element.name, tables_.source, suggestion(element.name, known));
    kinds.push_back(static_cast<int>(found - known.begin()));
  }
  return kinds;
}

Eam::Embedded Eam::embedded(const Atoms& atoms, std::vector<EamPairs>& pairs) const {
  const std::vector<Block> blocks = blocks_of(atoms.count);
  pairs.resize(blocks.size(), EamPairs({}, 0));
  std::vector<Eigen::VectorXd> densities(blocks.size(), Eigen::VectorXd::Zero(atoms.count));
  for_each_block(blocks.size(), atoms.threads, [&](std::size_t b) { pairs[b] = kernel_.densities(atoms, blocks[b], densities[b]); });
  const Eigen::VectorXd rho = sum_of_blocks(std::move(densities));
  Embedded f{Eigen::VectorXd(atoms.count), Eigen::VectorXd(atoms.count), Eigen::VectorXd(atoms.count)};
  for (Eigen::Index i = 0; i < atoms.count; ++i) {
    const auto kind = static_cast<std::size_t>(atoms.kind[static_cast<std::size_t>(i)]);
    const CubicTable::Sample s = tables_.embed[kind].sample(rho[i]);
    const double beyond = std::max(rho[i] - tables_.rho_end, 0.0);  // linear beyond the table, as LAMMPS
    f.energy[i] = s.value + s.first * beyond;
    f.first[i] = s.first;
    f.second[i] = beyond > 0.0 ? 0.0 : s.second;
  }
  return f;
}

void Eam::add(const Atoms& atoms, Want want, Evaluation& out) const {
  std::vector<EamPairs> pairs;
  const Embedded f = embedded(atoms, pairs);
  std::vector<Eigen::Matrix4Xd> forces(pairs.size());
  std::vector<Eigen::VectorXd> energies(pairs.size());
  std::vector<AtomTensors> virials(pairs.size());
  for_each_block(pairs.size(), atoms.threads, [&](std::size_t b) {
    EamSums sums{Eigen::Matrix4Xd::Zero(4, atoms.count), Eigen::VectorXd::Zero(atoms.count),
                 AtomTensors::Zero(6, want.virial || want.per_atom ? atoms.count : 0)};
    kernel_.forces(atoms, pairs[b], f.first, sums);
    forces[b] = std::move(sums.force);
    energies[b] = std::move(sums.energy);
    virials[b] = std::move(sums.virial);
  });
  out.forces += sum_of_blocks(std::move(forces)).topRows<3>();
  add_atom_terms(f.energy + sum_of_blocks(std::move(energies)), sum_of_blocks(std::move(virials)), want, out);
}

std::unique_ptr<Hessian> Eam::hessian(const Atoms& atoms) const {
  std::vector<EamPairs> blocks;
  const Embedded f = embedded(atoms, blocks);
  std::vector<PairTerm> terms;
  const double per = 1.0 / tables_.pair.front().spacing(), per2 = per * per;
  for (const EamPairs& pairs : blocks)
    for (Eigen::Index i = pairs.atoms.begin; i < pairs.atoms.end; ++i) {
      const auto a = static_cast<std::size_t>(i - pairs.atoms.begin);
      for (Eigen::Index k = pairs.first[a]; k < pairs.first[a + 1]; ++k) {
        const double r = pairs.separation(3, k), inverse = 1.0 / r;
        const int j = pairs.j[k];
        const auto [pair, at_i, at_j, t, dense] = kernel_.functions(atoms.kind[static_cast<std::size_t>(i)], pairs.kind[k], r);
        const double phi_slope = (pair.slope(t) * per - pair.value(t) * inverse) * inverse;
        PairTerm term{{static_cast<int>(i), j, pairs.separation.col(k).head<3>() * inverse, r,
                       pair.bend(t) * per2 * inverse - 2.0 * phi_slope * inverse, phi_slope}};
        if (dense) {
          term.b_ij = at_i.slope(t) * per;
          term.b_ji = at_j.slope(t) * per;
          term.along += f.first[i] * at_i.bend(t) * per2 + f.first[j] * at_j.bend(t) * per2;
          term.across += f.first[i] * term.b_ij + f.first[j] * term.b_ji;
        }
        term.across *= inverse;
        terms.push_back(term);
      }
    }
  return std::make_unique<PairHessian>(atoms.count, std::move(terms), f.second);
}

std::string Eam::provenance() const {
  std::vector<std::string> names;
  for (const Element& element : tables_.elements) names.push_back(element.name);
  return fmt::format("embedded-atom potential {} ({}), cutoff {} A, sha256 {}", tables_.source, fmt::join(names, "-"),
                     shortest(tables_.cutoff), tables_.checksum);
}

}  // namespace glasscape
