#include "apps/report/anelastic_findings.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <numbers>
#include <numeric>

#include "analysis/network_relaxation.hpp"
#include "analysis/relaxation_spectrum.hpp"
#include "analysis/thermal_energy.hpp"
#include "apps/measurement.hpp"
#include "md/elastic_constants.hpp"
#include "md/support/error.hpp"
#include "md/support/text.hpp"
#include "md/support/units.hpp"

namespace glasscape {
namespace {

/// The graph with the free energies and rates of one temperature.
struct NetworkAt {
  std::vector<NetworkBasinState> basins;
  std::vector<NetworkWay> ways;
};

NetworkAt network_at(const KineticGraph& graph, RateLaw law, double temperature, double nu0) {
  NetworkAt n;
  const std::vector<double> occupied = log_occupations(graph, law, temperature);
  for (std::size_t k = 0; k < graph.basins.size(); ++k)
    n.basins.push_back({-thermal_energy(temperature) * occupied[k], graph.basins[k].stress.value_or(*graph.basins.front().stress)});
  for (const KineticEdge& e : rates_of(graph, law, temperature, nu0)) n.ways.push_back({e.from, e.to, e.log_forward});
  return n;
}

void to_GPa(std::vector<RelaxationMode>& modes) {
  for (RelaxationMode& m : modes) m.strength *= units::stress_GPa;
}

double sum_of(const std::vector<RelaxationMode>& modes) {
  return std::accumulate(modes.begin(), modes.end(), 0.0, [](double sum, const RelaxationMode& m) { return sum + m.strength; });
}

/// Share of the first basin among those reached.
double share_of_start(const NetworkAt& n, const std::vector<std::size_t>& reached, double temperature) {
  double sum = 0;
  for (const std::size_t k : reached) sum += std::exp((n.basins.front().free_energy - n.basins[k].free_energy) / thermal_energy(temperature));
  return 1.0 / sum;
}

std::optional<AnelasticAt> anelastic_at(const KineticGraph& graph, const std::vector<std::vector<std::size_t>>& groups, const AnelasticFindings& f, double temperature) {
  const NetworkAt n = network_at(graph, f.law, temperature, f.nu0);
  AnelasticAt at;
  at.temperature = temperature;
  at.reached = 1;
  at.start_share = 1;
  for (const std::vector<std::size_t>& group : groups) {
    std::vector<NetworkWay> ways;
    for (const std::size_t saddle : group) ways.push_back(n.ways[saddle]);
    const auto relaxing = [&](double observed) { return units::stress_GPa * isotropic_shear(network_fluctuation(n.basins, ways, 0, temperature, f.volume, observed)); };
    if (reached_basins(n.basins, ways, 0, temperature, f.observed).size() > AnelasticFindings::most_basins) return std::nullopt;
    const NetworkRelaxation r = network_relaxation(n.basins, ways, 0, temperature, f.volume, f.observed);
    for (const RelaxationMode& m : r.shear()) at.modes.push_back(m);
    at.reached += r.reached.size() - 1;
    at.groups += r.reached.size() > 1 ? 1 : 0;
    at.start_share *= share_of_start(n, r.reached, temperature);
    at.relaxing_sooner += relaxing(1e-3 * f.observed);
    at.relaxing_later += relaxing(1e3 * f.observed);
  }
  std::sort(at.modes.begin(), at.modes.end(), [](const auto& a, const auto& b) { return a.tau < b.tau; });
  at.two_level = two_level_shear(n.basins, n.ways, 0, temperature, f.volume, f.observed);
  to_GPa(at.modes);
  to_GPa(at.two_level);
  at.relaxing = sum_of(at.modes);
  at.connected = units::stress_GPa * isotropic_shear(network_fluctuation(n.basins, n.ways, 0, temperature, f.volume, f.observed));
  return at;
}

/// Strain over elastic strain and stress over first stress are told in units of the elastic modulus.
MeasuredRelaxation measured_relaxation(const Measurement& m, double shear_modulus) {
  static const std::map<std::string, double> units_in_GPa{{"GPa", 1.0}, {"MPa", 1e-3}, {"Pa", 1e-9}};
  const double unit = m.unit.empty() ? shear_modulus : units_in_GPa.at(m.unit);
  MeasuredRelaxation r{std::filesystem::path(m.data.source).filename().string(), {}, {}, {}, {}};
  const RelaxationSpectrum s = relaxation_spectrum({m.data});
  for (Eigen::Index k = 0; k < s.tau.size(); ++k) {
    r.tau.push_back(s.tau[k]);
    r.density.push_back(unit * s.density[k]);
  }
  for (Eigen::Index k = 0; m.data.kind == Response::loss && k < m.data.at.size(); ++k) {
    r.frequency.push_back(m.data.at[k] / (2.0 * std::numbers::pi));
    r.loss.push_back(unit * m.data.value[k]);
  }
  return r;
}

void add_measured(AnelasticFindings& f, const std::string& path) {
  if (path.empty()) return;
  if (!f.shear_modulus) {
    f.not_measured = fmt::format("{} is not drawn: without an elastic modulus its strain has no scale", path);
    return;
  }
  try {
    f.measured = measured_relaxation(read_measurement(path), *f.shear_modulus);
  } catch (const Error& error) {  // the rest of the report stands without it
    f.not_measured = fmt::format("The measurement is not drawn (key report.measured): {}", error.what());
  }
}

}  // namespace

std::vector<std::vector<std::size_t>> independent_groups(const KineticGraph& graph) {
  const std::size_t saddles = graph.connections.size();
  std::vector<std::size_t> group(saddles);
  std::iota(group.begin(), group.end(), 0);
  const auto root = [&](std::size_t k) {
    while (group[k] != k) k = group[k] = group[group[k]];
    return k;
  };
  std::map<std::size_t, std::size_t> by_basin;
  std::map<Eigen::Index, std::size_t> by_atom;
  const auto join = [&](auto& by, auto key, std::size_t saddle) {
    const auto [known, fresh] = by.emplace(key, saddle);
    if (!fresh) group[root(saddle)] = root(known->second);
  };
  for (std::size_t k = 0; k < saddles; ++k) {
    for (const std::size_t basin : {graph.connections[k].from, graph.connections[k].to})
      if (basin != 0) join(by_basin, basin, k);
    if (k < graph.moved.size())
      for (const Eigen::Index atom : graph.moved[k]) join(by_atom, atom, k);
  }
  std::map<std::size_t, std::vector<std::size_t>> by_root;
  for (std::size_t k = 0; k < saddles; ++k) by_root[root(k)].push_back(k);
  std::vector<std::vector<std::size_t>> groups;
  for (auto& [first, members] : by_root) groups.push_back(std::move(members));
  return groups;
}

std::optional<Relaxation> AnelasticAt::relaxation(double shear_modulus) const {
  if (relaxing > shear_modulus) return std::nullopt;
  return Relaxation{shear_modulus - relaxing, modes};
}

std::optional<AnelasticFindings> anelastic_of(const KineticsFindings& k, const Configuration& start, const std::shared_ptr<const Potential>& potential, const ReportOptions& options) {
  if (!start.cell.all_periodic() || k.graph.basins.empty() || !k.graph.basins.front().stress) return std::nullopt;
  AnelasticFindings f;
  f.stage = k.stage;
  f.modes = k.modes;
  f.law = k.modes.empty() ? RateLaw::constant : RateLaw::harmonic;
  f.nu0 = k.nu0;
  f.observed = options.observed;
  f.volume = start.cell.volume();
  f.atoms = start.atoms();
  f.coverage = k.coverage;
  f.without_stress = std::count_if(k.graph.basins.begin(), k.graph.basins.end(), [](const Site& basin) { return !basin.stress; });
  if (start.atoms() <= AnelasticFindings::most_atoms) {
    const ElasticConstants e = elastic_constants(potential, start);
    f.shear_modulus = units::stress_GPa * isotropic_shear(e.constants);
    f.shear_modulus_converged = e.converged;
  }
  add_measured(f, options.measured);
  const std::vector<std::vector<std::size_t>> groups = independent_groups(k.graph);
  for (const double t : options.temperatures) {
    if (auto at = anelastic_at(k.graph, groups, f, t))
      f.at.push_back(std::move(*at));
    else
      ++f.too_many;
  }
  return f;
}

}  // namespace glasscape
