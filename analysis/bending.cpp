#include "analysis/bending.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "analysis/profile_fit.hpp"
#include "analysis/thermal_energy.hpp"
#include "md/support/error.hpp"
#include "md/support/units.hpp"

namespace glasscape {
namespace {

using Eigen::ArrayXd;
using Eigen::ArrayXXd;
using Eigen::Index;
using Eigen::VectorXd;

constexpr double eV_per_GPa_A3 = 1.0 / units::stress_GPa;
constexpr double root_of_three = std::numbers::sqrt3;

void check(const std::vector<Zone>& zones) {
  if (zones.empty()) throw InputError("bending without shear transformation zones");
  for (const Zone& z : zones)
    if (!(z.fraction > 0 && z.volume > 0 && std::isfinite(z.fraction) && std::isfinite(z.volume))) throw InputError("a zone of {} A^3 in a part {} of the volume, expected numbers above 0", z.volume, z.fraction);
}

void check(const Bending& b, const BendingAccuracy& a) {
  if (!(b.strain > 0 && b.strain < 1 && b.loaded > 0 && std::isfinite(b.loaded))) throw InputError("a strain of {} for {} s, expected numbers above 0, and a strain below 1", b.strain, b.loaded);
  if (a.layers < 1 || a.layers > 100 || !(a.tolerance >= 1e-12 && a.tolerance <= 1e-2)) throw InputError("{} layers to {}, expected 1 to 100 and a tolerance of 1e-12 to 1e-2", a.layers, a.tolerance);
  double before = 0;
  for (const double t : b.times) {
    if (!(t >= before && std::isfinite(t))) throw InputError("a time of {} s after one of {} s, expected ascending ones from 0", t, before);
    before = t;
  }
}

/// Of Gauss's rule of 2n points on [-1, 1], the upper half: exact for what is even in z, as a moment is, to the power 4n - 1.
struct Layers {
  ArrayXd height, weight;  // the weights add up to 1

  explicit Layers(int n) : height(n), weight(n) {
    const auto order = static_cast<unsigned>(2 * n);
    for (int k = 0; k < n; ++k) {
      double x = std::cos(std::numbers::pi * (k + 0.75) / (order + 0.5)), slope = 1;
      for (int newton = 0; newton < 50; ++newton) {
        const double value = std::legendre(order, x);
        slope = order * (x * value - std::legendre(order - 1, x)) / (x * x - 1.0);
        x -= value / slope;
        if (std::abs(value / slope) < 1e-15) break;
      }
      height[k] = x;
      weight[k] = 2.0 / ((1.0 - x * x) * slope * slope);
    }
  }
};

/// Unknowns: the shear strain of each zone (row) in each layer (column).
class Ribbon {
 public:
  Ribbon(const ShearTransformation& law, const std::vector<Zone>& zones, int layers) : places_(layers), young_(law.young_modulus()) {
    const auto n = static_cast<Index>(zones.size());
    stiffness_.resize(n);
    per_stress_.resize(n);
    prefactor_.resize(n);
    for (Index m = 0; m < n; ++m) {
      const Zone& z = zones[static_cast<std::size_t>(m)];
      stiffness_[m] = young_ / (3.0 * z.fraction);
      per_stress_[m] = 0.5 * eV_per_GPa_A3 * law.strain * z.volume / thermal_energy(law.temperature);
      prefactor_[m] = 1.0 / (law.relaxation_time(z.volume) * stiffness_[m] * per_stress_[m]);  // 2 c gamma_C nu_G exp(-dF/kT)
    }
  }

  Index zones() const { return stiffness_.size(); }
  Index layers() const { return places_.height.size(); }
  const ArrayXd& height() const { return places_.height; }
  double shortest_time(double strain) const { return (1.0 / (prefactor_ * stiffness_ * per_stress_ * (per_stress_ * young_ * strain / root_of_three).cosh())).minCoeff(); }
  /// Strains in equilibrium with the stress that a curvature begins with: sqrt(3) c kappa z.
  ArrayXXd equilibrium(double curvature) const { return ((young_ * curvature / root_of_three) * stiffness_.inverse()).matrix() * places_.height.matrix().transpose(); }

  /// Of no moment: int z sigma dz = 0.
  double free_curvature(const ArrayXXd& strains) const { return root_of_three * moment(strains); }

  void hold(double curvature) {
    held_ = true;
    curvature_ = curvature;
  }
  void release() { held_ = false; }

  ArrayXXd rates(const ArrayXXd& strains) const { return (net_stress(strains).colwise() * per_stress_).sinh().colwise() * prefactor_; }

  /// Takes the slopes of the rates for `solve`.
  void linearise(const ArrayXXd& strains) { slope_ = (net_stress(strains).colwise() * per_stress_).cosh().colwise() * (prefactor_ * per_stress_); }

  /// Makes ready for `solve` with steps of one length.
  void factor(double inverse_step) {
    diagonal_ = inverse_step + (slope_.colwise() * stiffness_);
    softness_ = slope_ / diagonal_;
    shared_ = (young_ / 3.0) / (1.0 + (young_ / 3.0) * softness_.colwise().sum());
    if (held_) return;
    pulled_ = by_layer(slope_.rowwise() * (young_ * places_.height.transpose()));
    pulled_ /= 1.0 - moment(pulled_);
  }

  /// x of (inverse_step - d rates / d strains) x = right, by Sherman and Morrison: for the stress of each layer, then for the curvature.
  ArrayXXd solve(const ArrayXXd& right) const {
    ArrayXXd x = by_layer(right);
    if (!held_) x += pulled_ * moment(x);
    return x;
  }

 private:
  using Row = Eigen::Array<double, 1, Eigen::Dynamic>;

  ArrayXXd net_stress(const ArrayXXd& strains) const {
    const double curvature = held_ ? curvature_ : free_curvature(strains);
    const Row applied = (young_ / root_of_three) * (curvature * places_.height.transpose() - strains.colwise().sum() / root_of_three);
    return (-(strains.colwise() * stiffness_)).rowwise() + applied;
  }

  ArrayXXd by_layer(const ArrayXXd& right) const {
    ArrayXXd x = right / diagonal_;
    const Row together = shared_ * x.colwise().sum();
    x -= softness_.rowwise() * together;
    return x;
  }
  double moment(const ArrayXXd& strains) const { return (places_.weight * places_.height * strains.colwise().sum().transpose()).sum(); }

  Layers places_;
  double young_;
  ArrayXd stiffness_, per_stress_, prefactor_;  // mu' in GPa; gamma_T Omega/2kT in 1/GPa; 1/s
  ArrayXXd slope_;                              // of a rate by its stress
  ArrayXXd diagonal_, softness_, pulled_;
  Row shared_;
  bool held_ = false;
  double curvature_ = 0;
};

/// One step of RODAS3; the difference to the second order is left in `error`.
ArrayXXd rodas_step(Ribbon& ribbon, const ArrayXXd& y, const ArrayXXd& first_rates, double h, ArrayXXd& error) {
  ribbon.factor(2.0 / h);  // 1/(h gamma), gamma = 1/2
  const ArrayXXd k1 = ribbon.solve(first_rates);
  const ArrayXXd k2 = ribbon.solve(first_rates + 4.0 / h * k1);
  const ArrayXXd k3 = ribbon.solve(ribbon.rates(y + 2.0 * k1) + (k1 - k2) / h);
  const ArrayXXd second = y + 2.0 * k1 + k3;
  error = ribbon.solve(ribbon.rates(second) + (k1 - k2 - 8.0 / 3.0 * k3) / h);
  return second + error;
}

class Integration {
 public:
  Integration(Ribbon& ribbon, double strain, double tolerance) : ribbon_(ribbon), y_(ArrayXXd::Zero(ribbon.zones(), ribbon.layers())), allowed_(tolerance * ribbon.equilibrium(strain)), first_step_(1e-3 * ribbon.shortest_time(strain)) {}

  void begin_anew() { step_ = first_step_; }

  void advance(double duration) {
    constexpr int most = 1000000;
    double left = duration;
    for (int k = 0; left > 0; ++k) {
      if (k == most) throw Error("bending takes more than {} steps: {} of {} s are left; raise the tolerance", most, left, duration);
      const ArrayXXd rates = ribbon_.rates(y_);
      ribbon_.linearise(y_);
      left = step(rates, left);
    }
  }

  const ArrayXXd& strains() const { return y_; }
  int steps() const { return steps_; }

 private:
  /// What is left of the time after a step that is accurate enough.
  double step(const ArrayXXd& rates, double left) {
    for (;;) {
      const bool last = step_ >= left;
      const double h = last ? left : step_;
      ArrayXXd error;
      const ArrayXXd next = rodas_step(ribbon_, y_, rates, h, error);
      ++steps_;
      const double over = (error / allowed_).abs().maxCoeff();
      const bool good = over <= 1.0;  // not so if it is not a number
      const double factor = std::isfinite(over) ? std::clamp(0.9 / std::cbrt(std::max(over, 1e-6)), 0.2, 6.0) : 0.1;
      if (!(last && good && factor > 1.0)) step_ = h * factor;
      if (!good) continue;
      y_ = next;
      return last ? 0.0 : left - h;
    }
  }

  Ribbon& ribbon_;
  ArrayXXd y_, allowed_;
  double first_step_, step_ = first_step_;
  int steps_ = 0;
};

// ---- fit of the transformation strain

/// Elastic and anelastic apparent strain as one curve, by few bendings: their ratio is even in the strain and smooth, a polynomial of its square.
class Response {
 public:
  Response(const ShearTransformation& law, const std::vector<Zone>& zones, double greatest_elastic, const TransformationStrainOptions& o) {
    constexpr int places = 6;
    double sum = 0;
    for (const Zone& z : zones) sum += z.fraction;
    for (int k = 0; k < places; ++k) {
      // squares at Chebyshev's points of 0 to the greatest
      const double square = 0.5 - 0.5 * std::cos(std::numbers::pi * (k + 0.5) / places);
      const BendingRecovery r = bend(law, zones, {(1.0 + 0.5 * sum) * greatest_elastic * std::sqrt(square), o.loaded, {o.time}}, o.accuracy);
      square_.push_back(std::pow(r.elastic / greatest_elastic, 2));
      ratio_.push_back(r.anelastic.front() / r.elastic);
      nonlinearity = std::max(nonlinearity, r.nonlinearity);
    }
    greatest_ = greatest_elastic;
    // Newton's divided differences, in place
    for (std::size_t j = 1; j < ratio_.size(); ++j)
      for (std::size_t k = ratio_.size() - 1; k >= j; --k) ratio_[k] = (ratio_[k] - ratio_[k - 1]) / (square_[k] - square_[k - j]);
  }

  double anelastic(double elastic) const {
    const double x = std::pow(elastic / greatest_, 2);
    double value = 0;
    for (std::size_t k = ratio_.size(); k-- > 0;) value = value * (x - square_[k]) + ratio_[k];
    return value * elastic;
  }

  double nonlinearity = 1;

 private:
  std::vector<double> square_, ratio_;
  double greatest_ = 1;
};

void check(const std::vector<BendingDatum>& data, const TransformationStrainOptions& o) {
  for (const BendingDatum& d : data) {
    if (!(d.elastic > 0 && d.anelastic > 0 && d.elastic < 1 && d.anelastic < 1)) throw InputError("an elastic strain of {} and an anelastic one of {}, expected numbers above 0 and below 1", d.elastic, d.anelastic);
    if (!(d.error >= 0 && std::isfinite(d.error)) || (d.error > 0) != (data.front().error > 0)) throw InputError("an error of {} of a strain of {}, expected one above 0 for each datum or 0 for all", d.error, d.anelastic);
  }
  if (!(o.least > 0 && o.greatest > o.least && o.greatest < 2)) throw InputError("transformation strains from {} to {}, expected ascending ones above 0 and below 2", o.least, o.greatest);
}

/// The law and the zones of a trial: gamma_T and the scale of the fractions.
struct Trial {
  ShearTransformation law;
  std::vector<Zone> zones;

  Trial(const ShearTransformation& l, const std::vector<Zone>& z, double strain, double scale) : law(l), zones(z) {
    law.strain = strain;
    for (Zone& zone : zones) zone.fraction *= scale;
    zones = zones_by_time(law, zones);
  }
};

FitProblem problem_of(const ShearTransformation& law, const std::vector<Zone>& zones, const std::vector<BendingDatum>& data, const TransformationStrainOptions& o) {
  FitProblem p;
  constexpr double rough = 1e-3;  // a derivative by less would see the steps of the integration
  p.parameters.push_back({.name = "the transformation strain", .low = o.least, .high = o.greatest, .logarithmic = true, .difference = rough});
  if (o.scale) p.parameters.push_back({.name = "the scale of the fractions", .low = 0.01, .high = 100, .logarithmic = true, .difference = rough});
  const auto n = static_cast<Index>(data.size());
  p.values.resize(n);
  p.error.resize(n);
  double greatest = 0;
  for (Index k = 0; k < n; ++k) {
    const BendingDatum& d = data[static_cast<std::size_t>(k)];
    p.values[k] = d.anelastic;
    p.error[k] = d.error > 0 ? d.error : d.anelastic;
    greatest = std::max(greatest, d.elastic);
  }
  p.model = [law, zones, data, o, greatest](const VectorXd& x) {
    const Trial trial(law, zones, x[0], o.scale ? x[1] : 1.0);
    const Response response(trial.law, trial.zones, greatest, o);
    VectorXd y(static_cast<Index>(data.size()));
    for (std::size_t k = 0; k < data.size(); ++k) y[static_cast<Index>(k)] = response.anelastic(data[k].elastic);
    return y;
  };
  return p;
}

}  // namespace

BendingRecovery bend(const ShearTransformation& law, const std::vector<Zone>& zones, const Bending& bending, const BendingAccuracy& accuracy) {
  check(zones);
  check(bending, accuracy);
  Ribbon ribbon(law, zones, accuracy.layers);
  Integration integration(ribbon, bending.strain, accuracy.tolerance);
  ribbon.hold(bending.strain);
  integration.advance(bending.loaded);
  BendingRecovery r;
  r.released = ribbon.free_curvature(integration.strains());
  r.elastic = bending.strain - r.released;
  ribbon.release();
  integration.begin_anew();
  double now = 0;
  for (const double t : bending.times) {
    integration.advance(t - now);
    now = t;
    r.anelastic.push_back(ribbon.free_curvature(integration.strains()));
  }
  for (const Zone& z : zones) r.nonlinearity = std::max(r.nonlinearity, law.nonlinearity(z.volume, law.young_modulus() * bending.strain / root_of_three));
  r.steps = integration.steps();
  return r;
}

std::vector<Zone> zones_by_time(const ShearTransformation& law, const std::vector<Zone>& zones) {
  std::vector<Zone> found;
  for (const Zone& z : zones) found.push_back(zone_of(law, z.tau, z.fraction, std::numeric_limits<double>::infinity()));
  return found;
}

TransformationStrain fit_transformation_strain(const ShearTransformation& law, const std::vector<Zone>& zones, const std::vector<BendingDatum>& data, const TransformationStrainOptions& options) {
  check(zones);
  check(data, options);
  const FitProblem problem = problem_of(law, zones, data, options);
  const double middle = std::clamp(law.strain, options.least, options.greatest);
  VectorXd start = VectorXd::Ones(options.scale ? 2 : 1);
  start[0] = middle;
  const ProfileFit fit = profile_fit(problem, {start}, options.level);
  TransformationStrain t;
  t.strain = fit.parameters[0];
  t.scale = options.scale ? fit.parameters[1] : Estimate{1, {1, 1}, options.level};
  const Trial best(law, zones, t.strain.value, t.scale.value);
  t.zones = best.zones;
  double ratio = 0;
  for (std::size_t k = 0; k < zones.size(); ++k) ratio += t.zones[k].volume / zones[k].volume / static_cast<double>(zones.size());
  t.volume_ratio = ratio;
  t.noise = fit.noise;
  t.r_squared = fit.r_squared;
  const auto most = std::max_element(data.begin(), data.end(), [](const auto& a, const auto& b) { return a.elastic < b.elastic; });
  t.nonlinearity = Response(best.law, best.zones, most->elastic, options).nonlinearity;
  t.doubts = fit.doubts;
  constexpr double nearly_linear = 1.3;
  if (t.nonlinearity < nearly_linear) t.doubts.push_back(fmt::format("The data are nearly linear (sinh(x)/x is at most {:.3f}): they hardly tell the transformation strain", t.nonlinearity));
  if (std::abs(std::log(t.volume_ratio)) > 0.05)
    t.doubts.push_back(fmt::format("With this transformation strain the zones are {:.3f} times as large as those given: what their volumes differ by, as a number of atoms, changes with it", t.volume_ratio));
  return t;
}

}  // namespace glasscape
