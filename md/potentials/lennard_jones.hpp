// Lennard-Jones 12-6, V(r) = 4 epsilon [(sigma/r)^12 - (sigma/r)^6], and the Kob-Andersen mixture.
#pragma once

#include "md/pair.hpp"

namespace glasscape {

struct LennardJones {
  static constexpr Plugin about{"lj", "Lennard-Jones 12-6 pair potential", "", "epsilon=0.4,sigma=2.3,cutoff=5.5,truncation=smoothed"};

  double epsilon = 1.0, sigma = 1.0;  // eV, Angstrom

  static LennardJones read(Input& in) {
    return {.epsilon = in.energy("epsilon", "1 eV", "well depth", positive),
            .sigma = in.length("sigma", "1 A", "distance of zero energy", positive)};
  }
  std::string default_cutoff() const { return fmt::format("{} A", shortest(2.5 * sigma)); }
  std::string text() const { return fmt::format("epsilon {} eV, sigma {} A", shortest(epsilon), shortest(sigma)); }

  Radial at(double r) const {
    const double inverse2 = 1.0 / (r * r);
    const double s2 = sigma * sigma * inverse2;
    const double s6 = s2 * s2 * s2;
    return {4.0 * epsilon * s6 * (s6 - 1.0), -24.0 * epsilon * s6 * (2.0 * s6 - 1.0) / r,
            24.0 * epsilon * s6 * (26.0 * s6 - 7.0) * inverse2};
  }
};

/// The 80:20 mixture of Kob and Andersen, PRE 51, 4626 (1995): epsilon_AB = 1.5, epsilon_BB = 0.5, sigma_AB = 0.8,
/// sigma_BB = 0.88 in units of AA; each pair ends at the same multiple of its own sigma.
class KobAndersen final : public PairPotential<LennardJones> {
 public:
  static constexpr Plugin about{"kob-andersen", "Kob-Andersen binary Lennard-Jones mixture", "",
                                "epsilon=0.4,sigma=2.3,truncation=smoothed"};
  static PairTable<LennardJones> read(Input& in) {
    PairTable<LennardJones> table;
    table.potential = about.name;
    table.names = in.list("elements", std::vector<std::string>{"A", "B"}, "names of the large and the small kind");
    in.expect(table.names.size() == 2, "elements", "two names");
    const LennardJones aa = LennardJones::read(in);
    PairRange range = PairRange::read(in, fmt::format("{} A", shortest(2.5 * aa.sigma)));
    constexpr double epsilon[2][2] = {{1.0, 1.5}, {1.5, 0.5}}, sigma[2][2] = {{1.0, 0.8}, {0.8, 0.88}};
    for (int a = 0; a < 2; ++a)
      for (int b = 0; b < 2; ++b) {
        PairRange scaled = range;
        scaled.cutoff *= sigma[a][b];
        scaled.inner *= sigma[a][b];
        table.laws.emplace_back(LennardJones{epsilon[a][b] * aa.epsilon, sigma[a][b] * aa.sigma}, scaled);
      }
    return table;
  }
  using PairPotential::PairPotential;
};

}  // namespace glasscape
