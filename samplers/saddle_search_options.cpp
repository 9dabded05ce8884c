#include "samplers/saddle_search.hpp"

namespace glasscape {

SaddleSearch SaddleSearch::read(Input& in) {
  SaddleSearch o;
  o.push = in.length("push", "0.25 A", "length of one push out of the well, over all coordinates", positive);
  o.pushes = in.count("pushes", 25, "most pushes before the search gives up", positive);
  o.push_relaxations = in.count("push_relaxations", 6, "relaxation steps across the direction after each push", non_negative);
  o.softening = in.real("softening", 0.2, "stiffness below which pushed directions are equally soft, eV/A^2", positive);
  o.softness = in.real("softness", -0.05, "curvature below which the climb begins, eV/A^2");
  in.expect(o.softness < 0, "softness", "a value below 0");
  o.increment = in.length("increment", "0.15 A", "largest move of an atom along the mode in one step", positive);
  o.fmax = in.force("fmax", "0.01 eV/A", "largest force on an atom at a converged saddle");
  o.relaxed_fmax = in.force("relaxed_fmax", "0.001 eV/A", "largest force on an atom in the minima beside it");
  o.climb_calls = in.count("climb_calls", 160, "force calls after which a climb gives up", positive);
  o.retreats = in.count("retreats", 3, "how often to climb again nearer to the start", non_negative);
  o.ceiling = in.energy("ceiling", "6 eV", "highest energy above the start", positive);
  o.same = in.length("same", "0.15 A", "a minimum is the start when no atom is further from it", positive);
  o.descent = in.choice("descent", {"quick", "steepest"}, "quick", "down the sides of a saddle by the minimiser, or along the steepest descent") == "quick"
                  ? Descent::quick
                  : Descent::steepest;
  return o;
}

}  // namespace glasscape
