#include "analysis/network_relaxation.hpp"

#include <Eigen/SVD>
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "analysis/thermal_energy.hpp"
#include "md/support/error.hpp"

namespace glasscape {
namespace {

using SixByBasins = Eigen::Matrix<double, 6, Eigen::Dynamic>;

void check(const std::vector<NetworkBasinState>& basins, const std::vector<NetworkWay>& ways, std::size_t start, double volume, double observed) {
  if (start >= basins.size()) throw InputError("basin {} of {} to start from", start, basins.size());
  if (!(volume > 0 && observed > 0)) throw InputError("a network in {} A^3 for {} s, expected numbers above 0", volume, observed);
  for (const NetworkWay& w : ways)
    if (w.from >= basins.size() || w.to >= basins.size()) throw InputError("a way from basin {} to {} of {}", w.from, w.to, basins.size());
}

/// Square roots of the shares of these basins in equilibrium, and beside them sqrt(V/kT) times their stress from the mean, weighed by these.
struct Equilibrium {
  Eigen::VectorXd root;
  SixByBasins weighted;
};

Equilibrium equilibrium_of(const std::vector<NetworkBasinState>& basins, const std::vector<std::size_t>& reached, double kT, double volume) {
  const auto n = static_cast<Eigen::Index>(reached.size());
  double lowest = basins[reached.front()].free_energy;
  for (const std::size_t k : reached) lowest = std::min(lowest, basins[k].free_energy);
  Equilibrium e{Eigen::VectorXd(n), SixByBasins(6, n)};
  for (Eigen::Index k = 0; k < n; ++k) {
    const NetworkBasinState& basin = basins[reached[static_cast<std::size_t>(k)]];
    e.root[k] = std::exp(-0.5 * (basin.free_energy - lowest) / kT);
    e.weighted.col(k) = basin.stress;
  }
  e.root.normalize();
  e.weighted.colwise() -= StressComponents(e.weighted * e.root.cwiseAbs2());
  e.weighted = std::sqrt(volume / kT) * e.weighted * e.root.asDiagonal();
  return e;
}

}  // namespace

std::vector<std::size_t> reached_basins(const std::vector<NetworkBasinState>& basins, const std::vector<NetworkWay>& ways, std::size_t start, double temperature, double observed) {
  check(basins, ways, start, 1.0, observed);
  const double kT = thermal_energy(temperature), never = -std::numeric_limits<double>::infinity();
  const auto add = [](double& to, double term) {  // logarithms
    const double most = std::max(to, term);
    if (std::isfinite(most)) to = most + std::log(std::exp(to - most) + std::exp(term - most));
  };
  std::vector<std::vector<std::size_t>> ways_of(basins.size());
  for (std::size_t k = 0; k < ways.size(); ++k)
    for (const std::size_t end : {ways[k].from, ways[k].to}) ways_of[end].push_back(k);
  std::vector<char> in(basins.size(), 0);
  std::vector<double> flow(basins.size(), never);  // ln of the flow from the set to each basin, unnormalised
  double weight = never;
  std::vector<std::size_t> reached;
  for (std::size_t next = start;;) {
    in[next] = 1;
    reached.push_back(next);
    add(weight, -basins[next].free_energy / kT);
    for (const std::size_t k : ways_of[next]) {
      const NetworkWay& w = ways[k];
      if (const std::size_t other = w.from == next ? w.to : w.from; in[other] == 0) add(flow[other], w.log_rate - basins[w.from].free_energy / kT);  // the same there and back
    }
    double fastest = never;
    for (std::size_t k = 0; k < basins.size(); ++k)
      if (in[k] == 0 && flow[k] > fastest) {
        fastest = flow[k];
        next = k;
      }
    if (!(fastest - weight >= -std::log(observed))) break;
  }
  std::sort(reached.begin(), reached.end());
  return reached;
}

Eigen::Matrix<double, 6, 6> network_fluctuation(const std::vector<NetworkBasinState>& basins, const std::vector<NetworkWay>& ways, std::size_t start, double temperature, double volume, double observed) {
  check(basins, ways, start, volume, observed);
  const SixByBasins weighted = equilibrium_of(basins, reached_basins(basins, ways, start, temperature, observed), thermal_energy(temperature), volume).weighted;
  return weighted * weighted.transpose();
}

NetworkRelaxation network_relaxation(const std::vector<NetworkBasinState>& basins, const std::vector<NetworkWay>& ways, std::size_t start, double temperature, double volume, double observed) {
  check(basins, ways, start, volume, observed);
  const double kT = thermal_energy(temperature);
  NetworkRelaxation found;
  found.reached = reached_basins(basins, ways, start, temperature, observed);
  const auto n = static_cast<Eigen::Index>(found.reached.size());
  std::vector<Eigen::Index> place(basins.size(), -1);
  for (Eigen::Index k = 0; k < n; ++k) place[found.reached[static_cast<std::size_t>(k)]] = k;
  const SixByBasins weighted = equilibrium_of(basins, found.reached, kT, volume).weighted;
  found.fluctuation = weighted * weighted.transpose();
  if (n < 2) return found;

  // -S = B B^T with a column for each way. Singular values of B by Jacobi's rotations keep their digits over tens of decades, where
  // eigenvalues of S lose those that are 1e-16 of the fastest (Demmel and Veselic, SIAM J. Matrix Anal. Appl. 13, 1204 (1992)).
  std::vector<NetworkWay> inside;
  for (const NetworkWay& w : ways)
    if (place[w.from] >= 0 && place[w.to] >= 0 && w.from != w.to) inside.push_back(w);
  Eigen::MatrixXd b = Eigen::MatrixXd::Zero(n, static_cast<Eigen::Index>(inside.size()));
  for (std::size_t k = 0; k < inside.size(); ++k) {
    const NetworkWay& w = inside[k];
    const double uphill = (basins[w.to].free_energy - basins[w.from].free_energy) / kT;
    b(place[w.from], static_cast<Eigen::Index>(k)) = std::exp(0.5 * w.log_rate);
    b(place[w.to], static_cast<Eigen::Index>(k)) = -std::exp(0.5 * (w.log_rate + uphill));
  }
  const Eigen::JacobiSVD<Eigen::MatrixXd> modes(b, Eigen::ComputeThinU);
  for (Eigen::Index m = 0; m < n - 1; ++m) {  // the last is the equilibrium
    const double singular = modes.singularValues()[m];
    found.modes.push_back({1.0 / (singular * singular), weighted * modes.matrixU().col(m)});
  }
  return found;
}

std::vector<RelaxationMode> NetworkRelaxation::shear() const {
  std::vector<RelaxationMode> all;
  for (const NetworkMode& m : modes) all.push_back({isotropic_shear(m.amplitude * m.amplitude.transpose()), m.tau});
  return all;
}

std::vector<RelaxationMode> two_level_shear(const std::vector<NetworkBasinState>& basins, const std::vector<NetworkWay>& ways, std::size_t start, double temperature, double volume, double observed) {
  std::map<std::size_t, std::vector<NetworkWay>> beside;  // by the other basin: saddles that lead to the same one add up
  for (const NetworkWay& w : ways)
    if ((w.from == start) != (w.to == start)) beside[w.from == start ? w.to : w.from].push_back(w);
  std::vector<RelaxationMode> all;
  for (const auto& [basin, there] : beside)
    for (const RelaxationMode& m : network_relaxation(basins, there, start, temperature, volume, observed).shear()) all.push_back(m);
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.tau < b.tau; });
  return all;
}

double isotropic_shear(const Eigen::Matrix<double, 6, 6>& c) { return (c(0, 0) + c(1, 1) + c(2, 2) - c(0, 1) - c(1, 2) - c(2, 0)) / 15.0 + (c(3, 3) + c(4, 4) + c(5, 5)) / 5.0; }

}  // namespace glasscape
