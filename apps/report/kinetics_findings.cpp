#include "apps/report/kinetics_findings.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <unordered_map>

#include "analysis/thermal_energy.hpp"
#include "apps/report/findings.hpp"

namespace glasscape {
namespace {

std::vector<double> positive(const std::vector<double>& frequencies) {
  return {std::find_if(frequencies.begin(), frequencies.end(), [](double nu) { return nu > 0; }), frequencies.end()};
}

double log_classical(const PointModes& m, double temperature) {
  const auto modes = static_cast<std::size_t>(m.positive);
  return log_classical_partition(log_frequency_product(m.log_determinant, modes), modes, temperature);
}

/// ln Z with kappa of the unstable mode, where there is one: from all frequencies if they are known, else from the traces.
double log_quantum(const PointModes& m, double temperature) {
  if (m.frequencies.empty()) {
    const QuantumSeries series = log_quantum_correction(m.trace, m.trace_of_square, temperature);
    return log_classical(m, temperature) + series.first + series.second;
  }
  const double log_z = log_quantum_partition(positive(m.frequencies), temperature);
  if (m.frequencies.front() > 0) return log_z;
  return log_z + parabolic_tunnelling(-m.frequencies.front(), temperature).log_factor.value_or(0.0);
}

double log_vibrations(const Site& site, RateLaw law, double temperature) {
  return law == RateLaw::harmonic ? log_classical(*site.modes, temperature) : log_quantum(*site.modes, temperature);
}

/// The saddle of the network that stands for each event.
std::unordered_map<std::int64_t, const NetworkSaddle*> saddles_by_event(const EnergyNetwork& network) {
  std::unordered_map<std::int64_t, const NetworkSaddle*> by_event;
  for (const NetworkSaddle& saddle : network.saddles) by_event.emplace(saddle.event, &saddle);
  return by_event;
}

KineticGraph graph_of(const SearchFindings& s, const ModesFindings& m, KineticsFindings& k) {
  std::map<EventRef, const DistinctEvent*> event_of;
  for (const DistinctEvent& e : s.events) event_of[e.ref] = &e;
  const auto of_network = saddles_by_event(s.network);
  const auto stress_behind = [&](std::int64_t event) -> std::optional<StressComponents> {
    const auto saddle = of_network.find(event);
    return saddle == of_network.end() ? std::nullopt : s.network.basins[saddle->second->connection.to].stress;
  };
  KineticGraph graph;
  const double zero = m.basins.front().energy;
  for (const PointModes& basin : m.basins) graph.basins.push_back({basin.energy - zero, basin, basin.stress});
  std::map<EventRef, bool> known;
  for (const Passage& p : m.passages) {
    const auto event = event_of.find(p.ref);
    if (!p.log_nu_forward || !p.from || event == event_of.end()) continue;
    known[p.ref] = true;
    for (const EventRef& other : p.others) known[other] = true;
    std::size_t to = graph.basins.size();
    const double energy = p.saddle.energy - zero;
    if (p.to && m.basins[*p.to].positive == m.basins.front().positive) {
      to = *p.to;
    } else {
      graph.basins.push_back({energy - event->second->reverse, m.basins.front(), stress_behind(event->second->number)});
      ++k.ends_without_modes;
    }
    graph.saddles.push_back({energy, p.saddle});
    graph.connections.push_back({*p.from, to, energy});
    graph.events.push_back(event->second->number);
    graph.times_found.push_back(event->second->times_found);
    const auto seen = of_network.find(event->second->number);
    graph.moved.push_back(seen == of_network.end() ? std::vector<Eigen::Index>() : seen->second->moved);
    for (const EventRef& other : p.others)
      if (const auto same = event_of.find(other); same != event_of.end()) graph.times_found.back() += same->second->times_found;
  }
  for (const DistinctEvent& e : s.events) {
    if (known.contains(e.ref)) continue;
    ++k.left_out;
    k.lowest_left_out = std::min(k.lowest_left_out.value_or(e.forward), e.forward);
  }
  return graph;
}

std::int64_t leaves_of(const KineticGraph& graph) {
  std::vector<int> saddles(graph.basins.size(), 0);
  for (const Connection& c : graph.connections)
    if (c.from != c.to) {
      ++saddles[c.from];
      ++saddles[c.to];
    }
  return std::count(saddles.begin() + 1, saddles.end(), 1);
}

/// Barrier from the start over the lowest way to a basin that is not among the sorted `lumped`.
std::optional<double> lowest_way_out(const KineticGraph& graph, const MinimaxForest& forest, const std::vector<std::size_t>& lumped) {
  std::optional<double> lowest;
  for (std::size_t k = 0; k < graph.basins.size(); ++k) {
    if (std::binary_search(lumped.begin(), lumped.end(), k)) continue;
    const std::optional<double> highest = forest.highest_saddle(0, k);
    if (highest) lowest = std::min(lowest.value_or(*highest), *highest);
  }
  return lowest;
}

/// Adds to `to` in logarithms.
void add_log(double& to, double term) {
  const double most = std::max(to, term);
  if (std::isfinite(most)) to = most + std::log(std::exp(to - most) + std::exp(term - most));
}

/// The saddle that most of the flow out of the lumped basins crosses while they are in equilibrium among themselves.
void add_flow(const KineticGraph& graph, std::span<const std::size_t> lumped, std::span<const double> log_occupied, std::span<const KineticEdge> edges,
              double temperature, Leaving& leaving) {
  const auto inside = [&](std::size_t basin) { return std::binary_search(lumped.begin(), lumped.end(), basin); };
  double all = -std::numeric_limits<double>::infinity(), most = all;
  std::size_t carrier = 0;
  for (std::size_t k = 0; k < edges.size(); ++k) {
    const KineticEdge& e = edges[k];
    if (inside(e.from) == inside(e.to)) continue;
    const double flow = inside(e.from) ? log_occupied[e.from] + e.log_forward : log_occupied[e.to] + e.log_backward;
    add_log(all, flow);
    if (flow > most) {
      most = flow;
      carrier = k;
    }
  }
  leaving.event = graph.events[carrier];
  leaving.share = std::exp(most - all);
  if (leaving.law != RateLaw::quantum) return;
  const PointModes &saddle = *graph.saddles[carrier].modes, &start = *graph.basins.front().modes;
  if (saddle.frequencies.empty())
    leaving.last_term = log_quantum_correction(saddle.trace, saddle.trace_of_square, temperature).second -
                        log_quantum_correction(start.trace, start.trace_of_square, temperature).second;
}

/// The edges that a walk can take out of lumped basins, each with its number.
std::vector<std::pair<std::size_t, KineticEdge>> ways_out(std::span<const std::size_t> lumped, std::span<const KineticEdge> edges) {
  const auto inside = [&](std::size_t basin) { return std::binary_search(lumped.begin(), lumped.end(), basin); };
  std::vector<std::pair<std::size_t, KineticEdge>> out;
  for (std::size_t k = 0; k < edges.size(); ++k)
    if (inside(edges[k].from) || inside(edges[k].to)) out.emplace_back(k, edges[k]);
  return out;
}

/// The rates with saddles that nobody has seen. Those elsewhere change neither the first step nor the escape.
void add_unseen(const KineticGraph& graph, std::span<const std::size_t> lumped, std::span<const double> log_occupied, std::span<const KineticEdge> edges,
                const UnseenSaddles& unseen, Leaving& leaving) {
  if (unseen.like.empty()) return;
  std::vector<double> first_steps, escapes;
  const auto out = ways_out(lumped, edges);
  for (const std::vector<std::size_t>& like : unseen.like) {
    std::vector<std::int64_t> beside(edges.size(), 0);
    for (const std::size_t saddle : like) ++beside[saddle];
    std::vector<KineticEdge> with_unseen;
    for (const auto& [number, edge] : out) {
      const double more = std::log1p(static_cast<double>(beside[number]));
      with_unseen.push_back({edge.from, edge.to, edge.log_forward + more, edge.log_backward + more});
    }
    const KineticNetwork network(graph.basins.size(), with_unseen);
    first_steps.push_back(-log_waiting_times(network).front());
    if (leaving.log_escape) escapes.push_back(escape(network, lumped, log_occupied).log_rate);
  }
  leaving.log_first_step_at_most = quantile(sorted(first_steps), UnseenSaddles::level);
  if (!escapes.empty()) leaving.log_escape_at_most = quantile(sorted(escapes), UnseenSaddles::level);
}

}  // namespace

std::vector<double> KineticGraph::energies() const {
  std::vector<double> all;
  for (const Site& basin : basins) all.push_back(basin.energy);
  return all;
}

ThermalPoint thermal_basin(const Site& basin, RateLaw law, double temperature) {
  return {basin.energy, law == RateLaw::constant ? 0.0 : log_vibrations(basin, law, temperature)};
}

ThermalPoint thermal_saddle(const Site& saddle, RateLaw law, double temperature, double nu0) {
  // k = nu0 exp(-barrier/kT) is kT/h Z_s/Z_i with Z_s = h nu0/kT for Z_i = 1
  return {saddle.energy, law == RateLaw::constant ? std::log(nu0) - log_eyring_nu(temperature) : log_vibrations(saddle, law, temperature)};
}

KineticGraph kinetic_graph(const SearchFindings& s) {
  KineticGraph graph;
  // the start comes first
  const auto place = [&](std::size_t basin) { return basin == s.network.start ? 0 : basin < s.network.start ? basin + 1 : basin; };
  graph.basins.resize(s.network.basins.size());
  for (std::size_t k = 0; k < s.network.basins.size(); ++k) graph.basins[place(k)] = {s.network.basins[k].energy, {}, s.network.basins[k].stress};
  for (const NetworkSaddle& saddle : s.network.saddles) {
    const Connection& c = saddle.connection;
    graph.saddles.push_back({c.energy, {}});
    graph.connections.push_back({place(c.from), place(c.to), c.energy});
    graph.events.push_back(saddle.event);
    graph.times_found.push_back(saddle.times_found);
    graph.moved.push_back(saddle.moved);
  }
  return graph;
}

std::vector<KineticEdge> rates_of(const KineticGraph& graph, RateLaw law, double temperature, double nu0) {
  std::vector<KineticEdge> edges;
  for (std::size_t k = 0; k < graph.saddles.size(); ++k) {
    const auto& [from, to, energy] = graph.connections[k];
    const EventRates rates = event_rates(thermal_basin(graph.basins[from], law, temperature), thermal_saddle(graph.saddles[k], law, temperature, nu0),
                                         thermal_basin(graph.basins[to], law, temperature), temperature);
    edges.push_back({from, to, rates.log_forward, rates.log_backward});
  }
  return edges;
}

std::vector<double> log_occupations(const KineticGraph& graph, RateLaw law, double temperature) {
  std::vector<ThermalPoint> basins;
  for (const Site& basin : graph.basins) basins.push_back(thermal_basin(basin, law, temperature));
  return log_occupations(basins, temperature);
}

UnseenSaddles unseen_saddles(const KineticGraph& graph, Rng& rng) {
  std::vector<std::int64_t> found;
  for (std::size_t k = 0; k < graph.saddles.size(); ++k) found.insert(found.end(), static_cast<std::size_t>(graph.times_found[k]), static_cast<std::int64_t>(k));
  UnseenSaddles unseen;
  const auto numbers = draw_unseen(completeness(found), UnseenSaddles::draws, rng);
  if (!numbers) return unseen;
  for (const std::int64_t number : *numbers) {
    unseen.like.emplace_back();
    for (std::int64_t n = 0; n < number; ++n) unseen.like.back().push_back(rng.below(graph.saddles.size()));
  }
  return unseen;
}

Leaving leaving(const KineticGraph& graph, std::span<const std::size_t> lumped, RateLaw law, double temperature, double nu0, const UnseenSaddles& unseen) {
  Leaving result;
  result.law = law;
  const std::vector<KineticEdge> edges = rates_of(graph, law, temperature, nu0);
  const KineticNetwork network(graph.basins.size(), edges);
  result.log_first_step = -log_waiting_times(network).front();
  const std::vector<double> occupied = log_occupations(graph, law, temperature);
  if (lumped.size() < graph.basins.size()) {
    const Escape found = escape(network, lumped, occupied);
    if (std::isfinite(found.log_rate)) {
      result.log_escape = found.log_rate;
      result.start_remembered = found.times.log_times.front() + found.log_rate;
      add_flow(graph, lumped, occupied, edges, temperature, result);
    }
  }
  add_unseen(graph, lumped, occupied, edges, unseen, result);
  return result;
}

KineticsFindings kinetics_of(const SearchFindings& s, const ModesFindings* m, const ReportOptions& options, Rng& rng) {
  KineticsFindings k;
  k.stage = s.stage;
  k.nu0 = options.nu0;
  if (s.completeness) k.coverage = s.completeness->counts.coverage;
  std::vector<RateLaw> laws{RateLaw::constant};
  if (m != nullptr && m->forward) {
    k.modes = m->stage;
    k.graph = graph_of(s, *m, k);
    laws = {RateLaw::constant, RateLaw::harmonic, RateLaw::quantum};
  } else {
    if (s.network.stages.size() > 1) k.stage = fmt::format("{}", fmt::join(s.network.stages, ", "));
    k.graph = kinetic_graph(s);
  }
  k.leaves = leaves_of(k.graph);
  const std::vector<double> energies = k.graph.energies();
  const MinimaxForest forest(energies.size(), k.graph.connections);
  const UnseenSaddles unseen = unseen_saddles(k.graph, rng);
  k.unseen_bounded = !unseen.like.empty();
  for (const double t : options.temperatures) {
    KineticsAt at;
    at.temperature = t;
    at.lumped_below = KineticsFindings::lumped_kT * thermal_energy(t);
    at.lumped = falling_back(energies, k.graph.connections, 0, at.lumped_below);
    at.barrier = lowest_way_out(k.graph, forest, at.lumped);
    for (const RateLaw law : laws) at.laws.push_back(leaving(k.graph, at.lumped, law, t, k.nu0, unseen));
    const auto lumped_to = [&](double part) {
      const std::vector<std::size_t> lumped = falling_back(energies, k.graph.connections, 0, part * at.lumped_below);
      return leaving(k.graph, lumped, laws.back(), t, k.nu0).log_escape;
    };
    at.log_escape_at_half = lumped_to(0.5);
    at.log_escape_at_double = lumped_to(2.0);
    k.at.push_back(std::move(at));
  }
  return k;
}

}  // namespace glasscape
