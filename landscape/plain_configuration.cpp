#include "landscape/plain_configuration.hpp"

#include "md/support/error.hpp"

namespace glasscape {

PlainConfiguration::PlainConfiguration(const Configuration& configuration)
    : positions(configuration.positions),
      momenta(configuration.momenta),
      lattice(configuration.cell.lattice()),
      origin(configuration.cell.origin().begin(), configuration.cell.origin().end()),
      periodic(configuration.cell.periodic().begin(), configuration.cell.periodic().end()) {
  if (configuration.species == nullptr) return;
  for (const Element& of : configuration.species->elements) {
    element.push_back(of.name);
    mass.push_back(of.mass);
  }
  element_of.assign(configuration.species->element_of.begin(), configuration.species->element_of.end());
}

Configuration PlainConfiguration::configuration(const std::string& source) const {
  if (lattice.cols() != 3 || origin.size() != 3 || periodic.size() != 3)
    throw FormatError("{}: lattice, origin and periodic must have three entries each", source);
  if (mass.size() != element.size())
    throw FormatError("{}: {} elements but {} masses", source, element.size(), mass.size());
  auto species = std::make_shared<Species>();
  for (std::size_t k = 0; k < element.size(); ++k) species->elements.push_back({element[k], mass[k]});
  for (const std::int32_t index : element_of) {
    if (index < 0 || static_cast<std::size_t>(index) >= element.size())
      throw FormatError("{}: element_of has the index {}, but there are {} elements", source, index,
                        element.size());
    species->element_of.push_back(index);
  }
  Configuration whole;
  whole.species = std::move(species);
  whole.cell = Cell(lattice, {periodic[0] != 0, periodic[1] != 0, periodic[2] != 0}, Vector3d(origin.data()));
  whole.positions = positions;
  whole.momenta = momenta;
  check(whole, source);
  return whole;
}

}  // namespace glasscape
