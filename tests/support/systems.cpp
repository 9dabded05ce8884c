#include "tests/support/systems.hpp"

#include "md/support/random.hpp"

namespace glasscape::test {
namespace {

std::shared_ptr<const Potential> build(const Potentials::Entry& entry, std::string_view options) {
  Input in(parse_pairs(options, entry.about.positional, "test"), "test", installed_potentials());
  std::shared_ptr<const Potential> made = entry.make(in);
  in.finish();
  return made;
}

std::vector<Element> elements_of(const Potential& potential) {
  const std::vector<Element> elements = potential.elements();
  return elements.empty() ? elements_named({"Ar"}) : elements;
}

}  // namespace

std::shared_ptr<const Potential> potential(const std::string& text) {
  static const Potentials all = builtin_potentials();
  const std::size_t colon = text.find(':');
  return build(all.at(text.substr(0, colon), "test"), colon == std::string::npos ? "" : text.substr(colon + 1));
}

std::shared_ptr<const Potential> example_of(const Potentials::Entry& entry) { return build(entry, entry.about.example); }

Configuration fcc(double a, int n, const std::vector<Element>& elements, std::uint64_t seed) {
  auto species = std::make_shared<Species>(Species{elements, {0, 0, 0, 0}});
  Configuration unit{species, Cell::cubic(a), Positions(3, 4), {}};
  unit.positions << 0, 0, 0.5, 0.5, 0, 0.5, 0, 0.5, 0, 0.5, 0.5, 0;
  unit.positions *= a;
  Configuration crystal = repeated(unit, {n, n, n});
  auto drawn = std::make_shared<Species>(*crystal.species);
  Rng rng(seed, stream_of("fcc elements"));
  for (int& element : drawn->element_of) element = static_cast<int>(rng.below(elements.size()));
  crystal.species = drawn;
  return crystal;
}

double fcc_constant(const std::shared_ptr<const Potential>& potential) {
  double best = 0.0, lowest = 1e300;
  for (double a = 2.0; a < 7.0; a += 0.05) {
    const Configuration crystal = fcc(a, 2, elements_of(*potential));
    const double energy = Surface(potential, crystal).evaluate(crystal.positions).energy;
    if (energy < lowest) {
      lowest = energy;
      best = a;
    }
  }
  return best;
}

Positions noise(Eigen::Index n, std::uint64_t seed) {
  Rng rng(seed, stream_of("noise"));
  Positions x(3, n);
  for (double& c : x.reshaped()) c = rng.normal();
  return x;
}

Configuration sample(const std::shared_ptr<const Potential>& potential, std::uint64_t seed) {
  if (potential->dimension() == 2) return open_sample(potential, seed);
  const double a = fcc_constant(potential);
  Configuration matter = fcc(a, 2, elements_of(*potential), seed);
  Matrix3d tilt = Matrix3d::Identity();
  tilt(0, 1) = 0.11;
  tilt(0, 2) = -0.07;
  tilt(1, 2) = 0.05;
  matter.cell = matter.cell.with_lattice(1.02 * tilt * matter.cell.lattice());
  matter.positions = 1.02 * tilt * matter.positions + 0.04 * a * noise(matter.atoms(), seed);
  return matter;
}

Configuration open_sample(const std::shared_ptr<const Potential>& potential, std::uint64_t seed) {
  if (potential->dimension() == 2) {
    auto species = std::make_shared<Species>(Species{elements_of(*potential), {0, 0, 0}});
    return {species, Cell(), 0.4 * noise(3, seed), {}};
  }
  Configuration cluster = sample(potential, seed);
  cluster.cell = Cell();
  return cluster;
}

}  // namespace glasscape::test
