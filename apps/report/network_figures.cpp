#include <fmt/ranges.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <set>

#include "apps/report/figures.hpp"
#include "apps/report/markup.hpp"
#include "md/support/text.hpp"

namespace glasscape {
namespace {

constexpr double gap = std::numeric_limits<double>::quiet_NaN();
const Axis energy_axis{"energy above the start", "eV"};

void add_piece(Line& line, std::initializer_list<std::pair<double, double>> points) {
  for (const auto& [x, y] : points) {
    line.x.push_back(x);
    line.y.push_back(y);
  }
  line.x.push_back(gap);
  line.y.push_back(gap);
}

void add_point(Points& points, double x, double y, std::string text, std::int64_t event) {
  points.x.push_back(x);
  points.y.push_back(y);
  points.texts.push_back(std::move(text));
  points.events.push_back(event);
}

std::string basin_text(const EnergyNetwork& network, std::size_t k) {
  return k == network.start ? "start" : fmt::format("basin {}, of event {}", k, network.basins[k].event);
}

/// The basins of a picture: all, or the lowest so many and the start.
std::vector<std::size_t> drawn_basins(const EnergyNetwork& network) {
  constexpr std::size_t most = 1000;  // more make a black area
  std::vector<std::size_t> basins(network.basins.size());
  std::iota(basins.begin(), basins.end(), std::size_t{0});
  if (basins.size() <= most) return basins;
  const auto rank = [&](std::size_t k) { return std::pair(k != network.start, network.basins[k].energy); };
  std::nth_element(basins.begin(), basins.begin() + most, basins.end(), [&](std::size_t a, std::size_t b) { return rank(a) < rank(b); });
  basins.resize(most);
  std::sort(basins.begin(), basins.end());
  return basins;
}

/// What it is a picture of; nothing for all that one stage found, in whose section it stands.
std::string found_by(const EnergyNetwork& network, std::size_t drawn) {
  std::string text;
  if (network.stages.size() > 1)
    text = fmt::format("All that the stages {} found: {}, {}. ", fmt::join(network.stages, ", "), counted(network.basins.size(), "basin"), counted(network.saddles.size(), "saddle"));
  if (drawn < network.basins.size()) text += fmt::format("Drawn are the {} basins of lowest energy. ", drawn);
  return text;
}

Figure disconnectivity_figure(const EnergyNetwork& network) {
  constexpr std::size_t levels = 30;
  const std::vector<std::size_t> drawn = drawn_basins(network);
  const MergeTree exact = of_basins(network.tree, drawn);
  const std::vector<double> at = equal_levels(exact, levels);
  const MergeTree tree = at_levels(exact, at);
  DisconnectivityStyle style;
  if (at.size() > 1) style.slant = at[1] - at[0];
  const DisconnectivityGraph graph = disconnectivity_graph(tree, style);
  Figure f;
  f.title = "Disconnectivity graph";
  f.x = {.label = counted(tree.basins, "basin"), .scale = Scale::hidden};
  f.y = energy_axis;
  f.wide = true;
  f.caption = found_by(network, drawn.size()) +
              fmt::format("Each line ends below at a basin; lines join at the lowest of {} energies at which the basins below them can reach each other. "
                          "The place from left to right has no meaning.", levels);
  Line branches{.color = 0, .thin = tree.basins > 60};
  for (const Segment& s : graph.segments) add_piece(branches, {{s.x0, s.e0}, {s.x1, s.e1}});
  Points basins{.name = "basin", .color = 0}, start{.name = "start", .color = 1};
  for (std::size_t k = 0; k < tree.basins; ++k)
    add_point(drawn[k] == network.start ? start : basins, graph.x[k], tree.nodes[k].energy, basin_text(network, drawn[k]), network.basins[drawn[k]].event);
  f.marks = {std::move(branches), std::move(basins), std::move(start)};
  return f;
}

/// Energy against distance from the start, which a reader can tell apart for a star of events around one start as well as
/// for a chain of them, and which needs no layout.
Figure ladder_figure(const EnergyNetwork& network) {
  const std::vector<std::size_t> drawn = drawn_basins(network);
  const auto is_drawn = [&](std::size_t basin) { return std::binary_search(drawn.begin(), drawn.end(), basin); };
  Figure f;
  f.title = "Basins and the saddles between them";
  f.x = {.label = "distance from the start", .unit = "Å"};
  f.y = energy_axis;
  f.wide = true;
  f.caption = found_by(network, drawn.size()) + "Distance: length of the displacement of all atoms together. Lines go from a basin over a saddle to the next; one that ends at a saddle "
              "leads to the same basin with atoms exchanged.";
  constexpr std::size_t most_ways = 200;  // more hide each other
  std::set<std::size_t> lowest;           // saddles at which basins first come together, from below
  if (network.saddles.size() > most_ways) {
    for (const MergeTree::Node& node : of_basins(network.tree, drawn).nodes) lowest.insert(node.saddle);
    f.caption += drawn.size() < network.basins.size() ? " Lines of the lowest ways alone, as far as they lead from one of these to another."
                                                      : " Lines of the lowest ways alone: all that it takes to come from any basin to any other.";
  }
  Line ways{.color = 6, .thin = true};
  Points saddles{.name = "saddle", .color = 2}, basins{.name = "basin", .color = 0}, start{.name = "start", .color = 1};
  for (std::size_t k = 0; k < network.saddles.size(); ++k) {
    const NetworkSaddle& s = network.saddles[k];
    if (!is_drawn(s.connection.from) || !is_drawn(s.connection.to)) continue;
    add_point(saddles, s.distance, s.connection.energy, fmt::format("saddle of event {}", s.event), s.event);
    if (!lowest.empty() && !lowest.contains(k)) continue;
    const NetworkBasin &from = network.basins[s.connection.from], &to = network.basins[s.connection.to];
    if (s.connection.from == s.connection.to)
      add_piece(ways, {{from.distance, from.energy}, {s.distance, s.connection.energy}});
    else
      add_piece(ways, {{from.distance, from.energy}, {s.distance, s.connection.energy}, {to.distance, to.energy}});
  }
  for (const std::size_t k : drawn)
    add_point(k == network.start ? start : basins, network.basins[k].distance, network.basins[k].energy, basin_text(network, k), network.basins[k].event);
  f.marks = {std::move(ways), std::move(saddles), std::move(basins), std::move(start)};
  return f;
}

}  // namespace

std::vector<Figure> figures_of(const EnergyNetwork& network) {
  if (network.saddles.empty()) return {};
  std::vector<Figure> figures{ladder_figure(network)};
  if (network.basins.size() > 1) figures.insert(figures.begin(), disconnectivity_figure(network));
  return figures;
}

}  // namespace glasscape
