// A configuration as plain arrays with one list of fields, so that hashing, writing and reading walk it like
// an event.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "md/configuration.hpp"

namespace glasscape {

struct PlainConfiguration {
  Positions positions, momenta;
  Positions lattice;  // 3 x 3, one lattice vector per column
  std::vector<double> origin;
  std::vector<std::int32_t> periodic;
  std::vector<std::string> element;  // name
  std::vector<double> mass;          // of each element
  std::vector<std::int32_t> element_of;

  PlainConfiguration() = default;
  explicit PlainConfiguration(const Configuration& configuration);
  /// Throws FormatError, beginning with `source`, unless the arrays agree in length and all numbers are
  /// finite.
  Configuration configuration(const std::string& source) const;

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("positions", self.positions, "A");
    visit("momenta", self.momenta, "sqrt(u eV)");
    visit("lattice", self.lattice, "A");
    visit("origin", self.origin, "A");
    visit("periodic", self.periodic, "");
    visit("element", self.element, "");
    visit("mass", self.mass, "u");
    visit("element_of", self.element_of, "");
  }
};

}  // namespace glasscape
