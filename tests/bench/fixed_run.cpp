// A fixed piece of work, whose instructions are counted by tests/bench/instructions: what a machine's mood does not change.
//   fixed_run WORK   force-calls mixed-calls per-atom-calls lennard-jones-calls lists hessian minimisation search; `setup`: what all do before
// Glass: 500 atoms of copper and zirconium, as tests/support/glass.hpp makes them.
#include <cstdio>
#include <functional>
#include <map>
#include <string>

#include "md/minimise.hpp"
#include "samplers/atom_group.hpp"
#include "samplers/local_search.hpp"
#include "tests/support/glass.hpp"

using namespace glasscape;
using namespace glasscape::test;

namespace {

constexpr int calls = 10;

void evaluate(Surface surface, const Positions& x, Want want = {}) {
  for (int k = 0; k < calls; ++k) surface.evaluate(x, want);
}

void search(const Glass& glass) {
  Surface surface = glass.surface();
  constexpr Eigen::Index centre = 40;
  Rng rng(3, 1);
  Positions direction = Positions::Zero(3, glass.basin.atoms());
  for (const Eigen::Index i : atoms_within(glass.basin, centre, 4.0))
    for (int axis = 0; axis < 3; ++axis) direction(axis, i) = rng.normal();
  search_saddle_near(surface, {glass.basin.positions, glass.energy}, centre, direction, mask_of(glass.basin.atoms(), atoms_within(glass.basin, centre, 5.0)), {}, {}, rng);
}

}  // namespace

int main(int count, char** words) {
  const Glass glass = quick_glass(5, 1e-3);
  const Positions& x = glass.basin.positions;
  const Configuration lj = fcc(3.6, 5, elements_named({"A", "B"}));
  const std::map<std::string, std::function<void()>> works{
      {"setup", [] {}},
      {"force-calls", [&] { evaluate(glass.surface(), x); }},
      {"mixed-calls", [&] { evaluate({glass.potential, glass.basin, {.mixed = true}}, x); }},
      {"per-atom-calls", [&] { evaluate(glass.surface(), x, {.virial = true, .per_atom = true}); }},
      {"lennard-jones-calls", [&] { evaluate({potential("kob-andersen:epsilon=0.4,sigma=2.3,truncation=shifted"), lj}, lj.positions); }},
      {"lists", [&] { Surface surface = glass.surface(); }},
      {"hessian", [&] { glass.surface().hessian(x)->times(x); }},
      {"minimisation", [&] {
         Surface surface = glass.surface();
         minimise(surface, x + 0.1 * noise(x.cols(), 4), {.fmax = 1e-3});
       }},
      {"search", [&] { search(glass); }},
  };
  const auto work = works.find(count == 2 ? words[1] : "");
  if (work == works.end()) {
    std::fprintf(stderr, "usage: fixed_run WORK, one of:");
    for (const auto& [name, run] : works) std::fprintf(stderr, " %s", name.c_str());
    std::fprintf(stderr, "\n");
    return 2;
  }
  work->second();
  return 0;
}
