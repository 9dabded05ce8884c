#include "samplers/lock_in.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "md/support/error.hpp"

namespace glasscape {

LockIn::LockIn(Eigen::Index signals, std::vector<double> multiples, std::int64_t samples_per_period)
    : multiples_(std::move(multiples)), samples_per_period_(static_cast<double>(samples_per_period)) {
  cosine_.resize(signals, static_cast<Eigen::Index>(multiples_.size()));
  sine_.resizeLike(cosine_);
  sum_.resize(signals);
  clear();
}

void LockIn::clear() {
  samples_ = 0;
  cosine_.setZero();
  sine_.setZero();
  sum_.setZero();
}

void LockIn::add(std::int64_t n, const Eigen::VectorXd& signals) {
  ++samples_;
  sum_ += signals;
  for (std::size_t k = 0; k < multiples_.size(); ++k) {
    const double turns = multiples_[k] * static_cast<double>(n) / samples_per_period_;
    const double angle = 2.0 * std::numbers::pi * (turns - std::floor(turns));
    cosine_.col(static_cast<Eigen::Index>(k)) += std::cos(angle) * signals;
    sine_.col(static_cast<Eigen::Index>(k)) += std::sin(angle) * signals;
  }
}

Eigen::MatrixXcd LockIn::amplitudes() const {
  const double scale = samples_ == 0 ? 0.0 : 2.0 / static_cast<double>(samples_);
  Eigen::MatrixXcd z(cosine_.rows(), cosine_.cols());
  z.real() = scale * cosine_;
  z.imag() = -scale * sine_;
  return z;
}

Eigen::VectorXd LockIn::mean() const { return samples_ == 0 ? Eigen::VectorXd::Zero(sum_.size()) : Eigen::VectorXd(sum_ / static_cast<double>(samples_)); }

std::vector<double> LockIn::saved() const {
  std::vector<double> all{static_cast<double>(samples_)};
  for (const auto& part : {cosine_.reshaped(), sine_.reshaped()}) all.insert(all.end(), part.begin(), part.end());
  all.insert(all.end(), sum_.begin(), sum_.end());
  return all;
}

void LockIn::load(const std::vector<double>& saved) {
  const auto expected = static_cast<std::size_t>(1 + cosine_.size() + sine_.size() + sum_.size());
  if (saved.size() != expected) throw FormatError("lock-in: {} numbers were saved, expected {}", saved.size(), expected);
  samples_ = static_cast<std::int64_t>(saved.front());
  const double* next = saved.data() + 1;
  for (Eigen::MatrixXd* part : {&cosine_, &sine_}) {
    std::copy_n(next, part->size(), part->data());
    next += part->size();
  }
  std::copy_n(next, sum_.size(), sum_.data());
}

}  // namespace glasscape
