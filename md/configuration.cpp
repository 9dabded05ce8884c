#include "md/configuration.hpp"

#include <array>

#include "md/support/error.hpp"

namespace glasscape {
namespace {

struct Weight {
  std::string_view symbol;
  double mass;
};

constexpr auto weights = std::to_array<Weight>({
    {"H", 1.008}, {"He", 4.0026}, {"Li", 6.94}, {"Be", 9.0122}, {"B", 10.81}, {"C", 12.011},
    {"N", 14.007}, {"O", 15.999}, {"F", 18.998}, {"Ne", 20.180}, {"Na", 22.990}, {"Mg", 24.305},
    {"Al", 26.982}, {"Si", 28.085}, {"P", 30.974}, {"S", 32.06}, {"Cl", 35.45}, {"Ar", 39.95},
    {"K", 39.098}, {"Ca", 40.078}, {"Sc", 44.956}, {"Ti", 47.867}, {"V", 50.942}, {"Cr", 51.996},
    {"Mn", 54.938}, {"Fe", 55.845}, {"Co", 58.933}, {"Ni", 58.693}, {"Cu", 63.546}, {"Zn", 65.38},
    {"Ga", 69.723}, {"Ge", 72.630}, {"As", 74.922}, {"Se", 78.971}, {"Br", 79.904}, {"Kr", 83.798},
    {"Rb", 85.468}, {"Sr", 87.62}, {"Y", 88.906}, {"Zr", 91.224}, {"Nb", 92.906}, {"Mo", 95.95},
    {"Ru", 101.07}, {"Rh", 102.91}, {"Pd", 106.42}, {"Ag", 107.87}, {"Cd", 112.41}, {"In", 114.82},
    {"Sn", 118.71}, {"Sb", 121.76}, {"Te", 127.60}, {"I", 126.90}, {"Xe", 131.29}, {"Cs", 132.91},
    {"Ba", 137.33}, {"La", 138.91}, {"Ce", 140.12}, {"Pr", 140.91}, {"Nd", 144.24}, {"Sm", 150.36},
    {"Eu", 151.96}, {"Gd", 157.25}, {"Tb", 158.93}, {"Dy", 162.50}, {"Ho", 164.93}, {"Er", 167.26},
    {"Tm", 168.93}, {"Yb", 173.05}, {"Lu", 174.97}, {"Hf", 178.49}, {"Ta", 180.95}, {"W", 183.84},
    {"Re", 186.21}, {"Os", 190.23}, {"Ir", 192.22}, {"Pt", 195.08}, {"Au", 196.97}, {"Hg", 200.59},
    {"Tl", 204.38}, {"Pb", 207.2}, {"Bi", 208.98}, {"Th", 232.04}, {"Pa", 231.04}, {"U", 238.03},
});

}  // namespace

Eigen::VectorXd Species::masses() const {
  Eigen::VectorXd masses(atoms());
  for (Eigen::Index i = 0; i < atoms(); ++i) masses[i] = of(i).mass;
  return masses;
}

double standard_mass(std::string_view symbol) {
  for (const Weight& weight : weights)
    if (weight.symbol == symbol) return weight.mass;
  return 0.0;
}

std::vector<Element> elements_named(const std::vector<std::string>& names) {
  std::vector<Element> elements;
  for (const std::string& name : names) {
    const double mass = standard_mass(name);
    elements.push_back({name, mass > 0 ? mass : 1.0});
  }
  return elements;
}

Configuration repeated(const Configuration& unit, std::array<int, 3> n) {
  const Eigen::Index count = unit.atoms();
  const Eigen::Index copies = static_cast<Eigen::Index>(n[0]) * n[1] * n[2];
  auto species = std::make_shared<Species>();
  species->elements = unit.species->elements;
  Configuration whole;
  whole.positions.resize(3, count * copies);
  if (unit.momenta.cols() > 0) whole.momenta.resize(3, count * copies);
  Eigen::Index at = 0;
  for (int i = 0; i < n[0]; ++i)
    for (int j = 0; j < n[1]; ++j)
      for (int k = 0; k < n[2]; ++k, at += count) {
        const Vector3d shift = unit.cell.lattice() * Vector3d(i, j, k);
        whole.positions.middleCols(at, count) = unit.positions.colwise() + shift;
        if (unit.momenta.cols() > 0) whole.momenta.middleCols(at, count) = unit.momenta;
        species->element_of.insert(species->element_of.end(), unit.species->element_of.begin(), unit.species->element_of.end());
      }
  Matrix3d lattice = unit.cell.lattice();
  for (int k = 0; k < 3; ++k) lattice.col(k) *= n[static_cast<std::size_t>(k)];
  whole.cell = unit.cell.with_lattice(lattice);
  whole.species = std::move(species);
  return whole;
}

Matrix3d rotation_to_upper(const Matrix3d& lattice) {
  const bool upper = lattice(1, 0) == 0 && lattice(2, 0) == 0 && lattice(2, 1) == 0;
  if (upper && lattice.diagonal().minCoeff() > 0) return Matrix3d::Identity();
  Matrix3d rotation;
  rotation.row(0) = lattice.col(0).normalized().transpose();
  rotation.row(2) = lattice.col(0).cross(lattice.col(1)).normalized().transpose();
  rotation.row(1) = rotation.row(2).cross(rotation.row(0));
  return rotation;
}

Configuration turned(const Configuration& configuration, const Matrix3d& rotation) {
  if (rotation == Matrix3d::Identity()) return configuration;
  const Matrix3d lattice = (rotation * configuration.cell.lattice()).triangularView<Eigen::Upper>();
  const Vector3d origin = configuration.cell.origin();
  Configuration result = configuration;
  result.cell = configuration.cell.with_lattice(lattice);
  result.positions = (rotation * (configuration.positions.colwise() - origin)).colwise() + origin;
  if (configuration.momenta.cols() > 0) result.momenta = rotation * configuration.momenta;
  return result;
}

void check(const Configuration& configuration, const std::string& source) {
  const Species& species = *configuration.species;
  if (configuration.atoms() == 0) throw FormatError("{}: there is no atom", source);
  if (species.atoms() != configuration.atoms())
    throw FormatError("{}: {} positions but {} species", source, configuration.atoms(), species.atoms());
  for (const Element& element : species.elements)
    if (!(element.mass > 0)) throw FormatError("{}: element '{}' has mass {}, expected a value above 0", source, element.name, element.mass);
  for (Eigen::Index i = 0; i < configuration.atoms(); ++i)
    if (!configuration.positions.col(i).allFinite())
      throw FormatError("{}: atom {} has a coordinate that is not a finite number", source, i + 1);
  if (configuration.momenta.cols() != 0 && configuration.momenta.cols() != configuration.atoms())
    throw FormatError("{}: {} velocities for {} atoms", source, configuration.momenta.cols(), configuration.atoms());
  if (!configuration.momenta.allFinite()) throw FormatError("{}: a velocity is not a finite number", source);
}

}  // namespace glasscape
