#include "md/pair.hpp"

namespace glasscape {

std::string to_string(Truncation truncation) {
  switch (truncation) {
    case Truncation::cut: return "cut";
    case Truncation::shifted: return "shifted";
    case Truncation::force_shifted: return "force-shifted";
    case Truncation::smoothed: return "smoothed";
  }
  return "";
}

PairRange PairRange::read(Input& in, const std::string& default_cutoff) {
  PairRange range;
  range.cutoff = in.length("cutoff", default_cutoff, "distance at which the interaction ends", positive);
  const std::string how = in.choice("truncation", {"cut", "shifted", "force-shifted", "smoothed"}, "shifted",
                                    "how it ends: V; V - V(rc); also minus (r - rc) V'(rc); V times a quintic switch");
  for (const Truncation t : {Truncation::cut, Truncation::shifted, Truncation::force_shifted, Truncation::smoothed})
    if (to_string(t) == how) range.truncation = t;
  const double inner = in.real("inner", 0.8, "where the switch of 'smoothed' begins, as a fraction of the cutoff", fraction);
  in.expect(inner < 1.0, "inner", "a fraction below 1");
  range.inner = inner * range.cutoff;
  return range;
}

std::string PairRange::text() const {
  return fmt::format("cutoff {} A {}{}", shortest(cutoff), to_string(truncation),
                     truncation == Truncation::smoothed ? fmt::format(" from {} A", shortest(inner)) : "");
}

void add_atom_terms(const Eigen::VectorXd& energy, const AtomTensors& virial, Want want, Evaluation& out) {
  for (Eigen::Index i = 0; i < energy.size(); ++i) out.energy += energy[i];
  if (want.virial)
    for (Eigen::Index i = 0; i < virial.cols(); ++i) out.virial += tensor(virial.col(i));
  if (!want.per_atom) return;
  out.atom_energy += energy;
  out.atom_virial += virial;
}

}  // namespace glasscape
