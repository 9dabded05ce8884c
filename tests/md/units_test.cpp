#include "md/support/units.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <map>

using namespace glasscape;
using units::Quantity;

namespace {

// CODATA 2018, SI; all but the atomic mass are exact
constexpr double e = 1.602176634e-19, k_B = 1.380649e-23, h = 6.62607015e-34, N_A = 6.02214076e23;
constexpr double u = 1.66053906660e-27;
const double internal_time = 1e-10 * std::sqrt(u / e);

struct SiUnits {
  double internal;                      // the internal unit in SI
  std::map<std::string, double> units;  // the units that users write, in SI
};

const std::map<Quantity, SiUnits>& si() {
  static const std::map<Quantity, SiUnits> table{
      {Quantity::length, {1e-10, {{"A", 1e-10}, {"nm", 1e-9}, {"pm", 1e-12}}}},
      {Quantity::energy,
       {e, {{"eV", e}, {"meV", 1e-3 * e}, {"kJ/mol", 1e3 / N_A}, {"kcal/mol", 4184 / N_A}}}},
      {Quantity::mass, {u, {{"u", u}, {"amu", u}}}},
      {Quantity::temperature, {1, {{"K", 1}, {"eV", e / k_B}}}},
      {Quantity::time,
       {internal_time, {{"fs", 1e-15}, {"ps", 1e-12}, {"ns", 1e-9}, {"us", 1e-6}, {"ms", 1e-3}, {"s", 1.0}, {"h", 3600.0}, {"A*sqrt(u/eV)", internal_time}}}},
      {Quantity::pressure, {e / 1e-30, {{"GPa", 1e9}, {"MPa", 1e6}, {"bar", 1e5}, {"eV/A^3", e / 1e-30}}}},
      {Quantity::force, {e / 1e-10, {{"eV/A", e / 1e-10}, {"meV/A", 1e-3 * e / 1e-10}}}},
      {Quantity::rate_of_temperature,
       {1 / internal_time, {{"K/fs", 1e15}, {"K/ps", 1e12}, {"K/ns", 1e9}, {"K/s", 1}}}},
      {Quantity::angle, {1, {{"deg", std::acos(-1.0) / 180}, {"rad", 1}}}},
      {Quantity::frequency, {1 / internal_time, {{"THz", 1e12}, {"GHz", 1e9}, {"Hz", 1}}}},
  };
  return table;
}

}  // namespace

TEST_CASE("every unit is worth what the SI says") {
  for (const auto& [quantity, expected] : si()) {
    const auto known = units::known(quantity);
    CHECK(known.size() == expected.units.size());
    for (const std::string& symbol : known) {
      INFO(units::name(quantity) << " in " << symbol);
      REQUIRE(expected.units.count(symbol) == 1);
      const double internal = expected.units.at(symbol) / expected.internal;
      CHECK(units::factor(quantity, symbol) == Approx(internal).epsilon(1e-12));
    }
  }
}

TEST_CASE("the constants are those of the SI in internal units") {
  CHECK(units::elementary_charge_C == e);
  CHECK(units::atomic_mass_kg == u);
  CHECK(units::boltzmann == Approx(k_B / e).epsilon(1e-14));
  CHECK(units::planck_eV_s == Approx(h / e).epsilon(1e-14));
  CHECK(units::time_fs == Approx(internal_time / 1e-15).epsilon(1e-14));
  CHECK(units::time_ps == Approx(internal_time / 1e-12).epsilon(1e-14));
  CHECK(units::stress_GPa == Approx(e / 1e-30 / 1e9).epsilon(1e-14));
  CHECK(units::density_g_per_cm3 == Approx(u * 1e3 / 1e-24).epsilon(1e-14));
}

TEST_CASE("a unit belongs to one quantity, and only eV is an energy and a temperature") {
  for (const auto& [own, units_of_own] : si())
    for (const auto& [other, units_of_other] : si())
      for (const std::string& symbol : units::known(own)) {
        if (own == other || units_of_other.units.count(symbol) != 0) continue;
        INFO(symbol << " as a " << units::name(other));
        CHECK(units::factor(other, symbol) == 0.0);
      }
  for (const char* wrong : {"", "a", "Ang", " A", "EV"}) {
    CHECK(units::factor(Quantity::length, wrong) == 0.0);
    CHECK(units::factor(Quantity::energy, wrong) == 0.0);
  }
}

TEST_CASE("a bare number has a unit only where people agree on one") {
  for (const auto& [quantity, ignored] : si()) {
    const bool ambiguous = quantity == Quantity::time || quantity == Quantity::pressure ||
                           quantity == Quantity::rate_of_temperature || quantity == Quantity::frequency;
    INFO(units::name(quantity));
    CHECK(units::bare_unit(quantity).empty() == ambiguous);
    if (!ambiguous) CHECK(units::factor(quantity, units::bare_unit(quantity)) != 0.0);
  }
  CHECK(units::factor(Quantity::angle, units::bare_unit(Quantity::angle)) < 0.02);
}
