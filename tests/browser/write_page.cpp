// A report of made-up facts: write_page PAGE.html BASINS. A deep network of so many basins, saddles and events, some of them
// with views, under names that would do harm if they were not escaped.
#include <cmath>
#include <cstdlib>

#include "apps/report/page.hpp"
#include "md/support/random.hpp"
#include "md/support/text.hpp"

using namespace glasscape;

namespace {

const std::string hostile = "</script><img src=x onerror=alert(1)>";

EventView made_up_view(Rng& rng) {
  constexpr Eigen::Index atoms = 120;
  EventView view{Eigen::Matrix3Xf(3, atoms), Eigen::Matrix3Xf::Zero(3, atoms), Eigen::Matrix3Xf::Zero(3, atoms), {}, 0};
  for (Eigen::Index i = 0; i < atoms; ++i) {
    for (int k = 0; k < 3; ++k) view.start(k, i) = static_cast<float>(10.0 * rng.uniform() - 5.0);
    view.element.push_back(static_cast<std::uint8_t>(i % 2));
    if (i >= 8) continue;
    view.to_end(0, i) = 1.5F;
    view.to_saddle(0, i) = 0.7F;
    view.to_saddle(1, i) = 0.3F;
  }
  return view;
}

/// A random tree of saddles with as many again across it.
SearchFindings made_up(std::size_t basins) {
  Rng rng(7, 1);
  SearchFindings s;
  s.stage = s.type = hostile;
  s.elements = {"Cu", hostile};
  std::vector<double> forward, reverse, energies(basins, 0.0);
  std::vector<Connection> connections;
  for (std::size_t k = 1; k < basins; ++k) {
    const auto from = static_cast<std::size_t>(rng.uniform() * static_cast<double>(std::min<std::size_t>(k, 1 + k / 3)));
    energies[k] = energies[from] + 0.5 * rng.uniform() - 0.1;
    const double saddle = std::max(energies[from], energies[k]) + 0.02 - 0.4 * std::log(1.0 - rng.uniform());
    connections.push_back({from, k, saddle});
    forward.push_back(saddle - energies[from]);
    reverse.push_back(saddle - energies[k]);
    DistinctEvent e{{"task", static_cast<std::int64_t>(k)}, 3, forward.back(), reverse.back(), -1.0, 1, {}, "string", static_cast<std::int64_t>(k), {}};
    e.size.participation = 1.0 + 20.0 * rng.uniform();
    e.size.moved = 8;
    e.size.moved_of = {4, 4};
    e.size.largest = 1.5;
    e.size.total = 4.0 * rng.uniform();
    if (k <= 100) e.view = made_up_view(rng);
    s.events.push_back(std::move(e));
    for (std::size_t times = 0; times <= k % 3; ++times) s.found.push_back(static_cast<std::int64_t>(k) - 1);
    s.network.saddles.push_back({connections.back(), 0.5 * static_cast<double>(k % 40) + rng.uniform(), static_cast<std::int64_t>(k)});
  }
  for (std::size_t k = 0; k < basins; ++k)
    s.network.basins.push_back({energies[k], k == 0 ? 0.0 : 1.0 + 0.5 * static_cast<double>(k % 40) + rng.uniform(), static_cast<std::int64_t>(k), 1});
  s.completeness = completeness_findings(s.found);
  s.network.tree = merge_tree(energies, connections);
  for (const auto& [spectrum, barriers] : {std::pair{&s.forward, &forward}, std::pair{&s.reverse, &reverse}})
    *spectrum = Spectrum{*barriers, summarise(*barriers, rng), histogram(*barriers), {}};
  return s;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) return 2;
  Findings f;
  f.title = f.study_source = hostile;
  f.study_text = hostile + "\n\u2028";
  f.options = {{200.0, 300.0, 450.0}, 0.3, 3, 10.0, 2.0, 14.8};
  f.searches.push_back(made_up(static_cast<std::size_t>(std::atoi(arguments[2]))));
  Rng rng(1, 1);
  f.kinetics.push_back(kinetics_of(f.searches.front(), nullptr, f.options, rng));
  write_text_file(arguments[1], to_html(f));
}
