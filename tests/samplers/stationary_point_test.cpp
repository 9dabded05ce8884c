#include "samplers/stationary_point.hpp"

#include <catch2/catch.hpp>

#include "landscape/facts_hash.hpp"
#include "md/spectrum.hpp"
#include "md/support/units.hpp"
#include "samplers/art.hpp"
#include "samplers/passage_modes.hpp"
#include "tests/support/glass.hpp"

using namespace glasscape;
using namespace glasscape::test;

namespace {

constexpr double half = 1.2, height = 0.5, stiffness = 2.0, mass = 40.0;

/// A law and a constant more.
class Raised final : public Potential {
 public:
  Raised(std::shared_ptr<const Potential> law, double by) : law_(std::move(law)), by_(by) {}
  double cutoff() const override { return law_->cutoff(); }
  std::vector<int> kinds(const std::vector<Element>& elements) const override { return law_->kinds(elements); }
  void add(const Atoms& atoms, Want want, Evaluation& out) const override {
    law_->add(atoms, want, out);
    out.energy += by_;
  }
  std::unique_ptr<Hessian> hessian(const Atoms& atoms, double reach) const override { return law_->hessian(atoms, reach); }
  ListKind lists() const override { return law_->lists(); }
  std::string provenance() const override { return "raised"; }

 private:
  std::shared_ptr<const Potential> law_;
  double by_;
};

Surface double_well() {
  auto species = std::make_shared<Species>(Species{{{"X", mass}}, {0}});
  return Surface(potential("double-well:height=0.5,half=1.2,stiffness=2"), {species, Cell(), Vector3d(half, 0, 0), {}});
}

StationaryPoint refined(const Vector3d& from, Eigen::Index order, Refine options = {}) {
  Surface surface = double_well();
  return refine(surface, from, order, options);
}

/// The first saddle that searches from a glass find.
SaddleFound saddle_of(const Glass& glass) {
  Input in(parse_pairs("searches=40", "", "test"), "test");
  Art art(Art::read(in));
  Surface surface = glass.surface();
  const BasinFound basin{glass.basin, glass.energy, 1e-6, 0};
  for (std::uint64_t k = 0; k < 40; ++k) {
    Rng rng(3, k);
    Run run{surface, basin, {"glass", 0}, rng};
    for (const Event& event : art.step(run))
      if (const auto* saddle = std::get_if<SaddleFound>(&event)) return *saddle;
  }
  throw Error("no saddle in 40 searches");
}

}  // namespace

TEST_CASE("the refinement of an exact saddle or minimum moves nothing") {
  for (const auto& [x, order] : {std::pair<Vector3d, Eigen::Index>{Vector3d::Zero(), 1}, {Vector3d(half, 0, 0), 0}}) {
    const StationaryPoint p = refined(x, order);
    CHECK(p.ended == StationaryPoint::Ended::converged);
    CHECK(p.steps == 0);
    CHECK(p.displacement == 0.0);
    CHECK(p.positions == Positions(x));
  }
}

TEST_CASE("a point near a saddle or minimum is refined to it") {
  for (const double z : {0.0, 3.0}) {
    const StationaryPoint saddle = refined({0.08, -0.05, z}, 1), minimum = refined({half - 0.08, 0.05, z}, 0);
    CHECK(saddle.ended == StationaryPoint::Ended::converged);
    CHECK(saddle.determinant.negative == 1);
    CHECK((saddle.positions - Vector3d(0, 0, z)).norm() < 1e-5);  // fmax over the curvature
    CHECK(saddle.displacement == Approx(std::hypot(0.08, 0.05)).epsilon(1e-3));
    CHECK(minimum.ended == StationaryPoint::Ended::converged);
    CHECK((minimum.positions - Vector3d(half, 0, z)).norm() < 1e-5);
  }
}

TEST_CASE("where the number of negative eigenvalues is wrong, the refinement turns to the point of the right one") {
  // the curvature along x changes its sign at half / sqrt(3)
  const Refine far{.max_displacement = 1.0};
  const StationaryPoint saddle = refined({0.64 * half, 0.01, 0}, 1, far);
  CHECK(saddle.ended == StationaryPoint::Ended::converged);
  CHECK(saddle.positions.norm() < 1e-5);
  const StationaryPoint minimum = refined({0.5 * half, 0.01, 0}, 0, far);
  CHECK(minimum.ended == StationaryPoint::Ended::converged);
  CHECK((minimum.positions - Vector3d(half, 0, 0)).norm() < 1e-5);
}

TEST_CASE("a refinement that ends elsewhere is a failure with its reason") {
  Surface surface = double_well();
  PassageModes options;
  options.refine.max_displacement = 0.1;
  const auto reason = [&](const Vector3d& x, Eigen::Index order) {
    const Event event = modes_of_point(surface, {"task", 3}, "saddle", x, order, options);
    const auto* failed = std::get_if<ModesFailed>(&event);
    REQUIRE(failed != nullptr);
    CHECK(failed->of == EventRef{"task", 3});
    CHECK_FALSE(failed->detail.empty());
    return failed->reason;
  };
  CHECK(reason({0.3, 0, 0}, 1) == "left-the-saddle");
  CHECK(reason({half - 0.3, 0, 0}, 0) == "left-the-minimum");
  CHECK(reason({half, 0, 0}, 1) == "lost-its-negative-mode");
  CHECK(reason({0, 0, 0}, 0) == "not-a-minimum");
}

TEST_CASE("the modes of a double well are those of its formula, and so are its prefactors") {
  Surface surface = double_well();
  const Event basin = modes_of_point(surface, {"glass", 0}, "start", Vector3d(-half, 0.02, 0), 0, {.refine = {.fmax = 1e-10}});
  SaddleFound found;
  found.saddle = Vector3d(0.01, -0.02, 0);
  found.end = Vector3d(half, 0, 0);
  const auto& start = std::get<ModesFound>(basin);
  const Events events = modes_of_passage(surface, {"task", 7}, found, &start, {.refine = {.fmax = 1e-10}, .lowest = 9, .spectrum = true, .radii = {1.0, 9.0}});
  REQUIRE(events.size() == 3);
  const auto& saddle = std::get<ModesFound>(events[0]);
  const auto& end = std::get<ModesFound>(events[1]);
  const double curvature = height / (half * half);
  CHECK(saddle.point == "saddle");
  CHECK(saddle.unstable == Approx(-4 * curvature / mass).epsilon(1e-10));
  REQUIRE(saddle.lowest.size() == 2);
  CHECK(saddle.lowest[1] == Approx(stiffness / mass).epsilon(1e-10));
  CHECK(saddle.log_determinant == Approx(std::log(stiffness / mass)).epsilon(1e-10));
  REQUIRE(saddle.frequencies.size() == 2);
  const double up = stiffness / mass, down = -4 * curvature / mass;
  CHECK(saddle.trace == Approx(up + down).epsilon(1e-10));
  CHECK(saddle.trace_of_square == Approx(up * up + down * down).epsilon(1e-10));
  CHECK(saddle.frequencies[0] == Approx(-std::sqrt(4 * curvature / mass) * units::frequency_THz).epsilon(1e-10));
  const double expected = std::sqrt(8 * curvature / mass) * units::frequency_THz;
  for (const ModesFound* side : {&start, &end}) {
    const auto p = vineyard(mode_sum(*side), mode_sum(saddle));
    REQUIRE(p);
    CHECK(p->nu_THz() == Approx(expected).epsilon(1e-9));
  }
  const auto& regions = std::get<RegionPrefactors>(events[2]);
  CHECK(regions.atoms == std::vector<std::int32_t>{1, 1});
  for (const double log_nu : regions.log_nu) CHECK(log_nu == Approx(std::log(expected)).epsilon(1e-9));
}

TEST_CASE("in a glass, prefactors there and back are in detailed balance, and the zero of energy does not count") {
  const Glass glass = quick_glass(2);
  const SaddleFound found = saddle_of(glass);
  const PassageModes options{.spectrum = true};
  Surface surface = glass.surface(), raised(std::make_shared<Raised>(glass.potential, 100.0), glass.basin);
  const Event start = modes_of_point(surface, {"glass", 0}, "start", glass.basin.positions, 0, options);
  const Events here = modes_of_passage(surface, {"t", 0}, found, nullptr, options), there = modes_of_passage(raised, {"t", 0}, found, nullptr, options);
  REQUIRE(here.size() == 2);
  REQUIRE(there.size() == 2);
  const auto& saddle = std::get<ModesFound>(here[0]);
  const auto& low = std::get<ModesFound>(start);
  const auto& end = std::get<ModesFound>(here[1]);
  CHECK(saddle.fmax <= 1e-3);
  CHECK(saddle.negative == 1);
  CHECK(saddle.positive == 3 * glass.basin.atoms() - 3 - 1);
  for (const ModesFound* point : {&low, &saddle, &end}) {
    double trace = 0, trace_of_square = 0;
    for (const double nu : point->frequencies) {
      const double eigenvalue = nu * std::abs(nu) / (units::frequency_THz * units::frequency_THz);
      trace += eigenvalue;
      trace_of_square += eigenvalue * eigenvalue;
    }
    CHECK(point->trace == Approx(trace).epsilon(1e-9));
    CHECK(point->trace_of_square == Approx(trace_of_square).epsilon(1e-9));
  }
  // Z of the basins, as products of their frequencies, against the ratio of the two prefactors
  double log_start = 0, log_end = 0;
  for (const double nu : low.frequencies) log_start += std::log(nu);
  for (const double nu : end.frequencies) log_end += std::log(nu);
  const auto forward = vineyard(mode_sum(low), mode_sum(saddle)), back = vineyard(mode_sum(end), mode_sum(saddle));
  REQUIRE(forward);
  REQUIRE(back);
  CHECK(forward->log_nu - back->log_nu == Approx(log_start - log_end).margin(1e-6));
  for (std::size_t k = 0; k < 2; ++k) {
    const auto& a = std::get<ModesFound>(here[k]);
    auto b = std::get<ModesFound>(there[k]);
    CHECK(b.energy == Approx(a.energy + 100.0).epsilon(1e-12));
    b.energy = a.energy;
    CHECK(equal(a, b));
  }
}
