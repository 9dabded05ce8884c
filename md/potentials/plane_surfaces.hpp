// Analytic surfaces over the plane, V(x, y) of every atom on its own: exact stationary points, for tests and teaching.
// Energies in eV, coordinates in Angstrom; z does not enter.
#pragma once

#include "md/potential.hpp"

namespace glasscape {

/// Value, gradient and second derivatives at one point of the plane.
struct PlaneValue {
  double value = 0;
  Eigen::Vector2d gradient = Eigen::Vector2d::Zero();
  Eigen::Matrix2d curvature = Eigen::Matrix2d::Zero();
};

/// What every surface over the plane shares.
class PlaneSurface : public Potential {
 public:
  virtual PlaneValue at(double x, double y) const = 0;

  double cutoff() const override { return 0.0; }
  std::vector<int> kinds(const std::vector<Element>& elements) const override { return std::vector<int>(elements.size(), 0); }
  void add(const Atoms& atoms, Want want, Evaluation& out) const override;
  std::unique_ptr<Hessian> hessian(const Atoms& atoms, double reach) const override;
  bool translation_invariant() const override { return false; }
  int dimension() const override { return 2; }
};

/// Mueller and Brown, Theor. Chim. Acta 53, 75 (1979): three minima, two saddles.
class MuellerBrown final : public PlaneSurface {
 public:
  struct Options {
    double scale;
  };
  static constexpr Plugin about{"mueller-brown", "Mueller-Brown surface over the plane", "", "scale=0.05"};
  static Options read(Input& in) {
    return {in.real("scale", 1.0, "energies are multiplied by this", positive)};
  }
  explicit MuellerBrown(Options options) : scale_(options.scale) {}
  PlaneValue at(double x, double y) const override;
  std::string provenance() const override { return fmt::format("mueller-brown: scale {}", shortest(scale_)); }

 private:
  double scale_;
};

/// V = height [ (x/half)^2 - 1 ]^2 + stiffness y^2 / 2: minima at (+-half, 0), saddle at the origin with V = height.
class DoubleWell final : public PlaneSurface {
 public:
  struct Options {
    double height, half, stiffness;
  };
  static constexpr Plugin about{"double-well", "quartic double well over the plane", "", "height=0.5,half=1.2,stiffness=2"};
  static Options read(Input& in) {
    return {.height = in.energy("height", "1 eV", "barrier between the wells", positive),
            .half = in.length("half", "1 A", "distance of a well from the barrier", positive),
            .stiffness = in.real("stiffness", 1.0, "curvature across, eV/A^2", positive)};
  }
  explicit DoubleWell(Options options) : options_(options) {}
  PlaneValue at(double x, double y) const override;
  std::string provenance() const override;

 private:
  Options options_;
};

}  // namespace glasscape
