// A sampler of one's own: kicks every atom by a random step and quenches, a blind search for minima (Stillinger and Weber,
// Science 225, 983 (1984)). One class and one line in main; studies, `list`, `describe` and the store know it at once.
#include "apps/cli.hpp"
#include "apps/plugins.hpp"
#include "md/minimise.hpp"

using namespace glasscape;

class Kicks final : public Sampler {
 public:
  static constexpr Plugin about{"kicks", "minima by random kicks and quenches from one basin", "", "kicks=4"};

  struct Options {
    std::int64_t kicks;
    double size;  // Angstrom
  };
  static Options read(Input& in) {
    Options o;
    o.kicks = in.integer("kicks", 10, "number of kicks", positive);
    o.size = in.length("size", "0.5 A", "standard deviation of a kick along each axis", positive);
    return o;
  }

  explicit Kicks(Options options) : options_(options) {}

  Events step(Run& run) override {
    Positions x = run.start.configuration.positions;
    for (double& coordinate : x.reshaped()) coordinate += options_.size * run.rng.normal();
    const Quenched q = minimise(run.surface, x);
    if (!q.converged()) return {SearchFailed{run.start_ref, -1, "not-converged", to_string(q.ended), q.energy, q.calls}};
    return {BasinFound{run.surface.at(q.positions), q.energy, q.fmax, q.calls}};
  }
  std::int64_t steps() const override { return options_.kicks; }

 private:
  Options options_;
};

int main(int argc, char** argv) {
  Plugins plugins = builtin_plugins();
  plugins.samplers.add<Kicks>();
  return cli(argc, argv, plugins);
}
