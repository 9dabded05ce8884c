// What the bias of metadynamics costs beside a force call: RMSD of 12 atoms with rotation, 500 hills, a glass of 500 atoms.
#include <cstdio>
#include <ctime>

#include "samplers/metadynamics.hpp"
#include "tests/support/glass.hpp"

using namespace glasscape;
using namespace glasscape::test;

int main() {
  constexpr int rounds = 5, forces = 300, biases = 30'000;
  const Glass glass = quick_glass(5);
  const Configuration& c = glass.basin;
  Input options(parse_pairs("rotation=true", "", "bench"), "bench");
  std::vector<Eigen::Index> atoms = atoms_within(c, 40, 4.0);
  atoms.resize(12);
  const std::shared_ptr<const CollectiveVariable> variable = builtin_variables().at("rmsd", "bench").make(options)->bind({c, atoms});
  HillSum hills(0.01);
  for (int k = 0; k < 500; ++k) hills.add({0.1 + 0.001 * k, 0.1, 0.002});
  Surface surface = glass.surface();
  Bias bias(variable, hills, *c.species, Metadynamics{});
  Evaluation e = surface.evaluate(c.positions);
  for (int r = 0; r < rounds; ++r) {
    const std::clock_t begin = std::clock();
    for (int k = 0; k < forces; ++k) e = surface.evaluate(c.positions);
    const std::clock_t between = std::clock();
    for (int k = 0; k < biases; ++k) bias.add(c.positions, c.cell, e);
    const double force = static_cast<double>(between - begin) / CLOCKS_PER_SEC / forces, add = static_cast<double>(std::clock() - between) / CLOCKS_PER_SEC / biases;
    std::printf("force call %.1f us, bias %.2f us: %.2f %%\n", force * 1e6, add * 1e6, 100 * add / force);
  }
}
