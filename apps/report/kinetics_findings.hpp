// How long the glass stays where it is, by the rates over the saddles that are known: out of the start, and out of the
// superbasin around it, once the basins that fall back to it at once are lumped with it. By up to three laws of rates.
// eV, K, THz; rates as ln(k * 1 s).
#pragma once

#include "analysis/kinetic_network.hpp"
#include "analysis/minimax.hpp"
#include "analysis/rates.hpp"
#include "apps/report/modes_findings.hpp"

namespace glasscape {

struct SearchFindings;

enum class RateLaw {
  constant,  // every passage has the prefactor nu0
  harmonic,  // Vineyard's
  quantum    // with quantum vibrations and the tunnelling of a parabola
};

/// Energy above the start and, but for the law `constant`, vibrations.
struct Site {
  double energy = 0;
  std::optional<PointModes> modes;
  std::optional<StressComponents> stress = {};  // inherent, of a basin, eV/A^3
};

/// Basins, and saddles between them. The first basin is the start.
struct KineticGraph {
  std::vector<Site> basins, saddles;
  std::vector<Connection> connections;  // of each saddle
  std::vector<std::int64_t> events;     // DistinctEvent::number of each saddle
  std::vector<std::int64_t> times_found;  // each saddle, by searches
  std::vector<std::vector<Eigen::Index>> moved = {};  // atoms whose places differ between the basins of each saddle; none known: empty

  std::vector<double> energies() const;  // of the basins
};

/// So that k_ij = kT/h Z_s/Z_i for a saddle s: detailed balance is built in.
ThermalPoint thermal_basin(const Site& basin, RateLaw law, double temperature);
ThermalPoint thermal_saddle(const Site& saddle, RateLaw law, double temperature, double nu0);

/// There and back over each saddle.
std::vector<KineticEdge> rates_of(const KineticGraph& graph, RateLaw law, double temperature, double nu0);
/// ln of the share of each basin in equilibrium.
std::vector<double> log_occupations(const KineticGraph& graph, RateLaw law, double temperature);

/// Leaving at one temperature by one law.
struct Leaving {
  RateLaw law = RateLaw::constant;
  double log_first_step = 0;         // ln of the sum of the rates out of the start
  std::optional<double> log_escape;  // 1 / mean time to leave the superbasin, from local equilibrium in it; nothing without a basin outside
  double start_remembered = 0;       // ln of the mean time from the start over that from local equilibrium: 0 with fast exchange
  std::int64_t event = 0;            // that carries most of the flow out of the superbasin, in local equilibrium
  double share = 0;                  // of it
  double last_term = 0;              // quantum: what the second order of the series adds to ln k there; 0 with all frequencies
  /// What 19 of 20 draws of unseen saddles keep the two rates below, see UnseenSaddles; nothing while their number has no bound.
  std::optional<double> log_first_step_at_most, log_escape_at_most;
};

/// Saddles that no search has found, as many as the repeats of the searches say with their error (`draw_unseen`), and taken
/// to be like those found: each has the basins and the rates of one of them. Rates grow by them, and by how much is what
/// can be said of the other side of a rate that is a sum over the saddles found.
struct UnseenSaddles {
  static constexpr std::size_t draws = 200;
  static constexpr double level = 0.95;

  std::vector<std::vector<std::size_t>> like;  // per draw and unseen saddle: the saddle that it is like; empty: not bounded
};
UnseenSaddles unseen_saddles(const KineticGraph& graph, Rng& rng);

struct KineticsAt {
  double temperature = 0;
  double lumped_below = 0;          // eV
  std::vector<std::size_t> lumped;  // basins of the graph
  std::optional<double> barrier;    // from the start over the lowest way to a basin that is not lumped
  std::vector<Leaving> laws;
  std::optional<double> log_escape_at_half, log_escape_at_double;  // by the last of the laws, lumped below half and twice as much
};

struct KineticsFindings {
  /// A basin from which the way back is no higher than this times kT falls back at once: after e^10/nu0, 11 ns for 2 THz.
  static constexpr double lumped_kT = 10;
  /// Of `last_term`: the quantum correction is then good to 10 %.
  static constexpr double largest_last_term = 0.1;

  std::string stage, modes;  // `modes` is empty without a stage of normal modes
  std::size_t searches = 0;  // into Findings::searches
  double nu0 = 0;
  KineticGraph graph;
  std::int64_t left_out = 0;                 // distinct saddles without modes
  std::optional<double> lowest_left_out;     // barrier of these
  std::int64_t ends_without_modes = 0;       // whose basins are taken to vibrate as the start does
  std::int64_t leaves = 0;                   // basins known by one saddle alone
  bool unseen_bounded = false;               // there is a bound of the number of unseen saddles
  std::optional<Estimate> coverage;          // of the searches
  std::vector<KineticsAt> at;
};

/// The graph of all saddles of a stage, or of those that have modes.
KineticGraph kinetic_graph(const SearchFindings& searches);
/// By prefactors when `modes` has some, else of the network, which must have a saddle. Throws as the functions of rates.hpp for facts that no run writes.
KineticsFindings kinetics_of(const SearchFindings& searches, const ModesFindings* modes, const ReportOptions& options, Rng& rng);
/// What one law says at one temperature of a graph, the sorted basins `lumped` (with the start) taken together.
Leaving leaving(const KineticGraph& graph, std::span<const std::size_t> lumped, RateLaw law, double temperature, double nu0,
                const UnseenSaddles& unseen = {});

}  // namespace glasscape
