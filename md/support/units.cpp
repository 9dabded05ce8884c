#include "md/support/units.hpp"

#include <array>

namespace glasscape::units {
namespace {

struct Unit {
  Quantity quantity;
  std::string_view symbol;
  double factor;  // internal units per unit
};

constexpr double joule_eV = 1.0 / elementary_charge_C;
constexpr double avogadro = 6.02214076e23;
constexpr double degree = 0.017453292519943295;

constexpr std::array table{
    Unit{Quantity::length, "A", 1.0},
    Unit{Quantity::length, "nm", 10.0},
    Unit{Quantity::length, "pm", 0.01},
    Unit{Quantity::energy, "eV", 1.0},
    Unit{Quantity::energy, "meV", 1e-3},
    Unit{Quantity::energy, "kJ/mol", 1e3 * joule_eV / avogadro},
    Unit{Quantity::energy, "kcal/mol", 4184.0 * joule_eV / avogadro},
    Unit{Quantity::mass, "u", 1.0},
    Unit{Quantity::mass, "amu", 1.0},
    Unit{Quantity::temperature, "K", 1.0},
    Unit{Quantity::temperature, "eV", 1.0 / boltzmann},
    Unit{Quantity::time, "fs", 1.0 / time_fs},
    Unit{Quantity::time, "ps", 1e3 / time_fs},
    Unit{Quantity::time, "ns", 1e6 / time_fs},
    Unit{Quantity::time, "us", 1e9 / time_fs},
    Unit{Quantity::time, "ms", 1e12 / time_fs},
    Unit{Quantity::time, "s", 1e15 / time_fs},
    Unit{Quantity::time, "h", 3.6e18 / time_fs},
    Unit{Quantity::time, "A*sqrt(u/eV)", 1.0},
    Unit{Quantity::pressure, "GPa", 1.0 / stress_GPa},
    Unit{Quantity::pressure, "MPa", 1e-3 / stress_GPa},
    Unit{Quantity::pressure, "bar", 1e-4 / stress_GPa},
    Unit{Quantity::pressure, "eV/A^3", 1.0},
    Unit{Quantity::force, "eV/A", 1.0},
    Unit{Quantity::force, "meV/A", 1e-3},
    Unit{Quantity::rate_of_temperature, "K/fs", time_fs},
    Unit{Quantity::rate_of_temperature, "K/ps", 1e-3 * time_fs},
    Unit{Quantity::rate_of_temperature, "K/ns", 1e-6 * time_fs},
    Unit{Quantity::rate_of_temperature, "K/s", 1e-15 * time_fs},
    Unit{Quantity::angle, "deg", degree},
    Unit{Quantity::angle, "rad", 1.0},
    Unit{Quantity::frequency, "THz", 1e-3 * time_fs},
    Unit{Quantity::frequency, "GHz", 1e-6 * time_fs},
    Unit{Quantity::frequency, "Hz", 1e-15 * time_fs},
};

}  // namespace

std::string_view name(Quantity quantity) {
  switch (quantity) {
    case Quantity::length: return "length";
    case Quantity::energy: return "energy";
    case Quantity::mass: return "mass";
    case Quantity::temperature: return "temperature";
    case Quantity::time: return "time";
    case Quantity::pressure: return "pressure";
    case Quantity::force: return "force";
    case Quantity::rate_of_temperature: return "rate of temperature";
    case Quantity::angle: return "angle";
    case Quantity::frequency: return "frequency";
  }
  return "";
}

std::string_view bare_unit(Quantity quantity) {
  switch (quantity) {
    case Quantity::length: return "A";
    case Quantity::energy: return "eV";
    case Quantity::mass: return "u";
    case Quantity::temperature: return "K";
    case Quantity::force: return "eV/A";
    case Quantity::angle: return "deg";
    case Quantity::time:
    case Quantity::pressure:
    case Quantity::frequency:
    case Quantity::rate_of_temperature: return "";
  }
  return "";
}

std::vector<std::string> known(Quantity quantity) {
  std::vector<std::string> symbols;
  for (const Unit& unit : table)
    if (unit.quantity == quantity) symbols.emplace_back(unit.symbol);
  return symbols;
}

double factor(Quantity quantity, std::string_view symbol) {
  for (const Unit& unit : table)
    if (unit.quantity == quantity && unit.symbol == symbol) return unit.factor;
  return 0.0;
}

}  // namespace glasscape::units
