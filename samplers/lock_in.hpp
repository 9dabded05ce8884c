// Amplitudes of many signals at chosen multiples of a drive's frequency, summed while the signals are made, as a lock-in amplifier does:
//   Z(k) = 2/N sum over n of s_n exp(-2 pi i k n / P),   mean = 1/N sum over n of s_n
// over N samples, with P of them in a period of the drive and n counted from the beginning of the drive, so that sums over parts add up
// to those over the whole. A signal A sin(wt + delta) has Z(1) = -i A exp(i delta), as the drive sin(wt) has -i. Over whole periods
// whole multiples do not see each other, nor the mean; half multiples do not over an even number of them. Two numbers a signal and multiple.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <vector>

namespace glasscape {

class LockIn {
 public:
  /// `multiples` of the drive's frequency, above 0.
  LockIn(Eigen::Index signals, std::vector<double> multiples, std::int64_t samples_per_period);

  /// Sample number n of all signals.
  void add(std::int64_t n, const Eigen::VectorXd& signals);
  /// Forgets all samples.
  void clear();

  const std::vector<double>& multiples() const { return multiples_; }
  std::int64_t samples() const { return samples_; }
  /// Signals x multiples; 0 without samples.
  Eigen::MatrixXcd amplitudes() const;
  Eigen::VectorXd mean() const;

  /// What has been summed, to go on later: equal bits give equal bits.
  std::vector<double> saved() const;
  /// Throws FormatError unless it was saved by one of as many signals and multiples.
  void load(const std::vector<double>& saved);

 private:
  std::vector<double> multiples_;
  double samples_per_period_;
  std::int64_t samples_ = 0;
  Eigen::MatrixXd cosine_, sine_;  // signals x multiples
  Eigen::VectorXd sum_;
};

}  // namespace glasscape
