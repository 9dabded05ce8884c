// Migration of a vacancy in fcc copper: the saddle that ART finds against the nudged elastic band of Debian's
// `lmp`.
#include <Eigen/Eigenvalues>
#include <catch2/catch.hpp>

#include "md/minimise.hpp"
#include "md/structure_io.hpp"
#include "md/support/text.hpp"
#include "samplers/art.hpp"
#include "tests/support/lammps.hpp"
#include "tests/support/vacancy.hpp"

using namespace glasscape;
using namespace glasscape::test;

namespace {

const LammpsModel model{
    "pair_style eam/alloy\npair_coeff * * /usr/share/lammps/potentials/Cu_mishin1.eam.alloy Cu",
    "metal",
    {"Cu"}};

/// 4 x 4 x 4 cells without one atom.
const Vacancy& vacancy() {
  static const Vacancy made = copper_vacancy(4);
  return made;
}

BasinFound basin() { return {vacancy().basin, vacancy().energy, 1e-8, 1}; }
Eigen::Index neighbour() { return vacancy().neighbours.front(); }

/// The first search around the neighbour whose end is the neighbour on the empty site, all others near where
/// they were.
const SaddleFound& migration() {
  static const SaddleFound found = [] {
    const Vacancy& v = vacancy();
    const std::string options = "radius = 3\nsoft_radius = 4\nfmax = 1e-5\nrelaxed_fmax = 1e-5\n";
    Input in(parse_toml(fmt::format("centres = [{}]\n{}", neighbour(), options), "test"), "test");
    Art art(Art::read(in));
    Surface surface(copper(), v.basin);
    const BasinFound start = basin();
    for (std::uint64_t k = 0; k < 40; ++k) {
      Rng rng(11, k);
      Run run{surface, start, {"vacancy", 0}, rng};
      for (const Event& event : art.step(run)) {
        const auto* s = std::get_if<SaddleFound>(&event);
        if (s == nullptr) continue;
        const Cell& cell = v.basin.cell;
        if (cell.nearest(s->end.col(neighbour()) - v.site).norm() < 0.2) return *s;
      }
    }
    FAIL("no search ended in the hop of atom " << neighbour());
    return SaddleFound{};
  }();
  return found;
}

/// Barrier of the hop by a climbing-image nudged elastic band of lmp, from both of its ends, eV. The band
/// knows the relaxed vacancy and where the neighbour goes; nothing of what ART found. With an even number of
/// images none starts at the saddle, which lies halfway: the highest one has to climb.
std::pair<double, double> barrier_of_band() {
  const Vacancy& v = vacancy();
  const std::string data =
      to_lammps_data({with_elements(v.basin, elements_named({"Cu"})), {}, {}});
  const std::string final =
      fmt::format("1\n{} {:.17g} {:.17g} {:.17g}\n", neighbour() + 1, v.site[0], v.site[1], v.site[2]);
  const std::string script = fmt::format(
      "units metal\natom_style atomic\natom_modify map array sort 0 0\nread_data data\n{}\nneighbor 1.0 bin\n"
      "fix band all neb 1.0\ntimestep 0.01\nmin_style quickmin\nneb 0.0 1e-5 2000 2000 100 final final\n",
      model.commands);
  const std::string log = run_lammps(script, {{"data", data}, {"final", final}}, "replicas", 6);
  const std::vector<std::string_view> lines = split(trimmed(log), '\n');
  INFO(log);
  const auto columns = words(lines.back());  // step, two forces, three gradients, the barriers
  REQUIRE(columns.size() > 8);
  return {to_real(columns[6]).value(), to_real(columns[7]).value()};
}

}  // namespace

TEST_CASE("ART finds the hop of a copper atom into a vacancy, a saddle halfway between equal minima") {
  const Vacancy& v = vacancy();
  const SaddleFound& s = migration();
  CHECK(s.end_energy == Approx(v.energy).epsilon(0).margin(1e-7));
  CHECK(s.fmax < 1e-5);
  const Cell& cell = v.basin.cell;
  const Vector3d from = v.basin.positions.col(neighbour());
  const Vector3d middle = 0.5 * (from + from + cell.nearest(s.end.col(neighbour()) - from));
  CHECK(cell.nearest(s.saddle.col(neighbour()) - middle).norm() <
        0.02);  // the crystal may drift by 1/255 of the hop
}

TEST_CASE("the Hessian at the saddle of a vacancy hop has one negative eigenvalue and three zeros") {
  const Vacancy& v = vacancy();
  const SaddleFound& s = migration();
  Surface surface(copper(), v.basin);
  const Eigen::MatrixXd hessian = Eigen::MatrixXd(surface.hessian(s.saddle)->matrix());
  const Eigen::VectorXd eigenvalues =
      Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(hessian, Eigen::EigenvaluesOnly).eigenvalues();
  CHECK(eigenvalues[0] == Approx(s.curvature).epsilon(1e-2));
  CHECK(eigenvalues[0] < -0.1);
  CHECK(eigenvalues.segment(1, 3).cwiseAbs().maxCoeff() < 1e-6);
  CHECK(eigenvalues[4] > 0.1);
}

TEST_CASE("lmp agrees that the saddle of a vacancy hop is stationary, and on its energy above the vacancy") {
  const Vacancy& v = vacancy();
  const SaddleFound& s = migration();
  const LammpsResult top =
      lammps({v.basin.species, v.basin.cell, s.saddle, {}}, model);
  const LammpsResult bottom = lammps(v.basin, model);
  CHECK(std::abs(top.energy - s.energy) < 1e-8);
  CHECK(std::abs((top.energy - bottom.energy) - (s.energy - v.energy)) < 1e-9);
  CHECK(fmax(top.forces) < 1e-5);
}

TEST_CASE("the barrier of a vacancy hop is that of a climbing-image nudged elastic band of lmp") {
  const double barrier = migration().energy - vacancy().energy;
  const auto [there, back] = barrier_of_band();
  INFO("ART " << shortest(barrier) << " eV, band " << shortest(there) << " and " << shortest(back) << " eV");
  CHECK(barrier == Approx(there).margin(1e-7));
  CHECK(barrier == Approx(back).margin(1e-7));
}
