// The Vineyard prefactor of a vacancy hop in fcc copper from exact Hessians, against one from finite differences of the
// forces of Debian's `lmp`.
#include <Eigen/Eigenvalues>
#include <catch2/catch.hpp>

#include "md/minimise.hpp"
#include "md/structure_io.hpp"
#include "md/support/text.hpp"
#include "md/support/units.hpp"
#include "samplers/vineyard.hpp"
#include "tests/support/lammps.hpp"
#include "tests/support/vacancy.hpp"

using namespace glasscape;
using namespace glasscape::test;

namespace {

constexpr double step = 0.005;              // of the differences, Angstrom

struct Hop {
  Configuration basin;
  Positions saddle;
};

/// Newton's method with all eigenvectors, to a stationary point of any order near x.
Positions stationary_point(Surface& surface, Positions x) {
  for (int k = 0; k < 20; ++k) {
    const Positions forces = surface.evaluate(x).forces;
    if (fmax(forces) < 1e-9) break;
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(Eigen::MatrixXd(surface.hessian(x)->matrix()));
    Eigen::VectorXd parts = solver.eigenvectors().transpose() * forces.reshaped();
    for (Eigen::Index n = 0; n < parts.size(); ++n)
      parts[n] = std::abs(solver.eigenvalues()[n]) < 1e-4 ? 0.0 : parts[n] / solver.eigenvalues()[n];
    x.reshaped() += solver.eigenvectors() * parts;
  }
  return x;
}

/// In 3 x 3 x 3 cells.
Hop make_hop() {
  const Vacancy v = copper_vacancy(3);
  const Configuration& c = v.basin;
  const Eigen::Index neighbour = v.neighbours.front();
  Eigen::Index far = 0;  // keeps the crystal from sliding past the neighbour
  for (Eigen::Index i = 0; i < c.atoms(); ++i)
    if (c.cell.nearest(c.positions.col(i) - v.site).norm() > c.cell.nearest(c.positions.col(far) - v.site).norm()) far = i;
  Surface surface(copper(), c);
  surface.freeze({neighbour, far});
  Positions top = minimise(surface, v.halfway(neighbour), {.fmax = 1e-4}).positions;
  surface.freeze({});
  top = stationary_point(surface, top);
  REQUIRE(fmax(surface.evaluate(top).forces) < 1e-8);
  return {c, top};
}

/// The Hessian by central differences of the forces that lmp finds when it reads every displaced copy.
Eigen::MatrixXd hessian_of_lmp(const Configuration& c, const Positions& x) {
  const Eigen::Index n = x.cols();
  std::string frames;
  for (Eigen::Index k = 0; k < 2 * x.size(); ++k) {
    Positions moved = x;
    moved.reshaped()[k / 2] += k % 2 == 0 ? step : -step;
    frames += fmt::format("ITEM: TIMESTEP\n{}\nITEM: NUMBER OF ATOMS\n{}\nITEM: BOX BOUNDS pp pp pp\n", k, n);
    for (int axis = 0; axis < 3; ++axis) frames += fmt::format("0 {:.17g}\n", c.cell.lattice()(axis, axis));
    frames += "ITEM: ATOMS id xu yu zu\n";
    for (Eigen::Index i = 0; i < n; ++i)
      frames += fmt::format("{} {:.17g} {:.17g} {:.17g}\n", i + 1, moved(0, i), moved(1, i), moved(2, i));
  }
  const std::string script =
      "units metal\natom_style atomic\natom_modify map array\nread_data data\npair_style eam/alloy\n"
      "pair_coeff * * /usr/share/lammps/potentials/Cu_mishin1.eam.alloy Cu\nneighbor 0.5 bin\n"
      "dump d all custom 1 forces fx fy fz\ndump_modify d sort id format float %.17g\n"
      "rerun frames dump x y z box no\n";
  const Configuration typed = with_elements(c, elements_named({"Cu"}));
  const std::string text = run_lammps(script, {{"data", to_lammps_data({typed, {}, {}})}, {"frames", frames}}, "forces");
  const auto lines = split(text, '\n');
  Eigen::MatrixXd hessian = Eigen::MatrixXd::Zero(x.size(), x.size());
  for (Eigen::Index k = 0; k < 2 * x.size(); ++k)
    for (Eigen::Index i = 0; i < n; ++i) {
      const auto fields = words(lines.at(static_cast<std::size_t>(k * (n + 9) + 9 + i)));
      for (Eigen::Index a = 0; a < 3; ++a)
        hessian(3 * i + a, k / 2) += (k % 2 == 0 ? -1.0 : 1.0) * to_real(fields.at(static_cast<std::size_t>(a))).value() / (2.0 * step);
    }
  return 0.5 * (hessian + hessian.transpose());
}

/// Eigenvalues without the three smallest in size.
Eigen::ArrayXd nonzero(const Eigen::MatrixXd& hessian) {
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(hessian, Eigen::EigenvaluesOnly);
  std::vector<double> values(solver.eigenvalues().begin(), solver.eigenvalues().end());
  std::sort(values.begin(), values.end(), [](double a, double b) { return std::abs(a) > std::abs(b); });
  return Eigen::Map<Eigen::ArrayXd>(values.data(), static_cast<Eigen::Index>(values.size()) - 3);
}

}  // namespace

TEST_CASE("the prefactor of a vacancy hop is that of finite differences of the forces of lmp") {
  const Hop hop = make_hop();
  Surface surface(copper(), hop.basin);
  const ModeSum low = basin_modes(surface, hop.basin.positions), high = saddle_modes(surface, hop.saddle);
  REQUIRE(high.negative == 1);
  const auto ours = vineyard(low, high);
  REQUIRE(ours);
  const Eigen::ArrayXd basin = nonzero(hessian_of_lmp(hop.basin, hop.basin.positions));
  const Eigen::ArrayXd saddle = nonzero(hessian_of_lmp(hop.basin, hop.saddle));
  CHECK((basin > 0.0).all());
  CHECK((saddle < 0.0).count() == 1);
  double log_ratio = basin.log().sum();
  for (const double value : saddle) log_ratio -= value > 0.0 ? std::log(value) : 0.0;
  const double mass = hop.basin.species->of(0).mass;
  const double theirs = std::exp(0.5 * log_ratio) / std::sqrt(mass) * units::frequency_THz;
  INFO("ours " << ours->nu_THz() << " THz, lmp " << theirs << " THz");
  CHECK(ours->nu_THz() == Approx(theirs).epsilon(0.01));
  CHECK(ours->nu_THz() > 1.0);
  CHECK(ours->nu_THz() < 100.0);
}
