#include "samplers/variables/rmsd.hpp"

#include <Eigen/Eigenvalues>
#include <Eigen/Geometry>
#include <cmath>

namespace glasscape {
namespace {

/// The least relative distance of the two largest eigenvalues at which the rotation is taken as known.
constexpr double least_gap = 1e-6;

struct Fit {
  Matrix3d rotation;  // from the body to the group
  double gap = 0;     // of the two largest eigenvalues, relative to the largest
};

/// Of two bodies about their means: that with the least sum of squares.
Fit best_rotation(const Positions& body, const Positions& x) {
  const Matrix3d s = body * x.transpose();
  Eigen::Matrix4d m;
  m << s.trace(), s(1, 2) - s(2, 1), s(2, 0) - s(0, 2), s(0, 1) - s(1, 0),  //
      0, s(0, 0) - s(1, 1) - s(2, 2), s(0, 1) + s(1, 0), s(2, 0) + s(0, 2),  //
      0, 0, -s(0, 0) + s(1, 1) - s(2, 2), s(1, 2) + s(2, 1),                 //
      0, 0, 0, -s(0, 0) - s(1, 1) + s(2, 2);
  const Eigen::SelfAdjointEigenSolver<Eigen::Matrix4d> solver(m.transpose());
  const Eigen::Vector4d q = solver.eigenvectors().col(3), values = solver.eigenvalues();
  const double scale = std::max(std::abs(values[3]), 1e-300);
  return {Eigen::Quaterniond(q[0], q[1], q[2], q[3]).toRotationMatrix(), (values[3] - values[2]) / scale};
}

/// R, its gradient and the part of ds/d(strain) of the atoms, from the displacements that are left.
CollectiveVariable::At root_mean_square(const Positions& left) {
  const double n = static_cast<double>(left.cols()), r = std::sqrt(left.squaredNorm() / n);
  CollectiveVariable::At at{r, Positions::Zero(3, left.cols())};
  if (r > 0.0) at.gradient = left / (n * r);
  return at;
}

class TranslatedRmsd final : public CollectiveVariable {
 public:
  explicit TranslatedRmsd(AtomGroup group) : CollectiveVariable(std::move(group)) {}
  At at(const Positions& x, const Cell& cell) const override {
    const Positions d = group().displacements(x, cell);
    At at = root_mean_square(d);
    at.strain = at.gradient * d.transpose();  // places and atoms are strained alike
    return at;
  }
  std::string describe() const override { return fmt::format("root-mean-square displacement of {} atoms, translation taken off", group().size()); }
  double shell_power() const override { return 3.0 * static_cast<double>(group().size()) - 4.0; }
};

class RotatedRmsd final : public CollectiveVariable {
 public:
  explicit RotatedRmsd(AtomGroup group) : CollectiveVariable(group), body_(group.body()) {
    if (best_rotation(body_, body_).gap < least_gap) throw InputError("an RMSD with rotation wants atoms that do not lie on a line");
  }
  At at(const Positions& x, const Cell& cell) const override {
    const Positions body = group().deformation(cell) * body_, now = body + group().displacements(x, cell);
    const Fit fit = best_rotation(body, now);
    if (!(fit.gap > least_gap)) throw Error("the rotation of a group of {} atoms is not defined: it has become as far from the reference as its mirror image", group().size());
    At at = root_mean_square(now - fit.rotation * body);
    at.strain = at.gradient * now.transpose() - fit.rotation.transpose() * at.gradient * body.transpose();
    return at;
  }
  std::string describe() const override { return fmt::format("root-mean-square displacement of {} atoms, translation and best rotation taken off", group().size()); }
  double shell_power() const override { return 3.0 * static_cast<double>(group().size()) - 7.0; }

 private:
  Positions body_;
};

}  // namespace

std::unique_ptr<const CollectiveVariable> Rmsd::make(const VariableSetting& setting) const {
  AtomGroup group(setting.reference, setting.group);
  if (options_.rotation) return std::make_unique<RotatedRmsd>(std::move(group));
  return std::make_unique<TranslatedRmsd>(std::move(group));
}

}  // namespace glasscape
