#include "landscape/merge.hpp"

#include <functional>

#include "landscape/graph.hpp"
#include "landscape/hdf5.hpp"
#include "md/support/text.hpp"

namespace glasscape {
namespace {

/// Writes one column: a member, or a function of it, for every row.
template <typename Row, typename Of>
void column(Hdf5Group& table, const std::string& name, const std::vector<Row>& rows, Of of,
            const std::string& unit = {}) {
  using Value = std::decay_t<std::invoke_result_t<Of, const Row&>>;
  std::vector<Value> values;
  for (const Row& row : rows) values.push_back(std::invoke(of, row));
  if constexpr (std::is_same_v<Value, std::string>)
    table.write(name, std::span<const std::string>(values), {values.size()});
  else
    table.write(name, std::span<const Value>(values), {values.size()}, unit);
}

template <typename Number>
void single(Hdf5Group& group, const std::string& name, Number value, const std::string& unit = {}) {
  group.write(name, std::span<const Number>(&value, 1), {}, unit);
}

void write_basins(Hdf5Group table, const LandscapeGraph& graph) {
  std::vector<std::int64_t> component(graph.basins().size());
  const auto components = graph.components();
  for (std::size_t c = 0; c < components.size(); ++c)
    for (const BasinId id : components[c])
      component[static_cast<std::size_t>(id)] = static_cast<std::int64_t>(c);
  const std::vector<Basin>& basins = graph.basins();
  column(table, "energy", basins, &Basin::energy, "eV");
  column(table, "times_found", basins, &Basin::times_found);
  column(table, "component", component, std::identity());
  column(table, "frame", basins, [](const Basin& b) { return static_cast<std::int64_t>(b.frame); });
  column(table, "task", basins, [](const Basin& b) { return b.ref.task; });
  column(table, "number", basins, [](const Basin& b) { return b.ref.number; });
  const auto name = [](BasinPoint point) {
    return std::string(point == BasinPoint::found ? "found" : "end");
  };
  column(table, "point", basins, [&](const Basin& b) { return name(b.point); });
}

void write_saddles(Hdf5Group table, const LandscapeGraph& graph) {
  const std::vector<Saddle>& saddles = graph.saddles();
  column(table, "from", saddles, [](const Saddle& s) { return static_cast<std::int64_t>(s.from); });
  column(table, "to", saddles, [](const Saddle& s) { return static_cast<std::int64_t>(s.to); });
  column(table, "energy", saddles, &Saddle::energy, "eV");
  column(table, "barrier_from", saddles, &Saddle::barrier_from, "eV");
  column(table, "barrier_to", saddles, &Saddle::barrier_to, "eV");
  column(table, "times_found", saddles, &Saddle::times_found);
  column(table, "task", saddles, [](const Saddle& s) { return s.ref.task; });
  column(table, "number", saddles, [](const Saddle& s) { return s.ref.number; });
}

void write_searches(Hdf5Group group, const LandscapeGraph& graph) {
  const Searches& searches = graph.searches();
  using Failed = std::pair<std::string, std::int64_t>;
  const std::vector<Failed> failed(searches.failed.begin(), searches.failed.end());
  single(group, "attempts", searches.attempts);
  single(group, "found", searches.found);
  single(group, "force_calls", searches.force_calls);
  single(group, "waiting", static_cast<std::int64_t>(graph.waiting()));
  column(group, "failed_reason", failed, &Failed::first);
  column(group, "failed_count", failed, &Failed::second);
}

void write_test(Hdf5Group group, const SameBasin& options) {
  single(group, "energy_window", options.energy_window, "eV");
  single(group, "displacement", options.displacement, "A");
  single(group, "fixed_frame", static_cast<std::int32_t>(options.fixed_frame));
}

}  // namespace

void merge(const Store& store, const std::string& path, const SameBasin& options) {
  LandscapeGraph graph(options);
  StoreDigest digest;
  store.visit([&](const Shard& shard, const std::string& facts_hash) {
    graph.apply(shard);
    digest.add(shard.task, facts_hash);
  });
  Hdf5Image image(path);
  Hdf5Group& root = image.root();
  root.set_attribute("format", "glasscape-landscape");
  root.set_attribute("version", 1);
  root.set_attribute("store_digest", digest.hex());
  write_basins(root.create_group("basins"), graph);
  write_saddles(root.create_group("saddles"), graph);
  write_searches(root.create_group("searches"), graph);
  write_test(root.create_group("same_basin"), options);
  write_text_file(path, image.bytes());
}

}  // namespace glasscape
