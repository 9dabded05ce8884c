#include "apps/stages/sampled_groups.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "analysis/pair_distribution.hpp"
#include "md/support/text.hpp"

namespace glasscape {
namespace {

constexpr Eigen::Index fewest_of_event = 4;  // a rotation is defined by no fewer

/// "4 A", "peak 2", "minimum 1".
GroupRadius radius_from(const std::string& text, Input& in) {
  const auto parts = words(text);
  if (parts.size() == 2 && (parts[0] == "peak" || parts[0] == "minimum")) {
    const auto number = to_integer(parts[1]);
    in.expect(number && *number >= 1 && *number <= 100, "radii", "lengths, or places of g(r) such as \"peak 2\" or \"minimum 1\"");
    return {0, std::string(parts[0]), static_cast<std::size_t>(*number)};
  }
  return {in.length_in("radii", text, positive), "", 0};
}

/// A key and others that mean nothing beside it.
void exclude(Input& in, const std::string& key, const std::vector<std::string>& others, const std::string& why) {
  for (const std::string& other : others)
    if (in.has(key) && in.has(other)) throw InputError("{}: {} (key '{}'); leave one of the two out", in.where(other), why, key);
}

Positions displacement_of(const SaddleFound& saddle, const BasinFound& start) {
  std::vector<Eigen::Index> all(static_cast<std::size_t>(start.configuration.atoms()));
  std::iota(all.begin(), all.end(), 0);
  return AtomGroup(start.configuration, all).displacements(saddle.end, start.configuration.cell);
}

const NamedBasin& start_of(const NamedSaddle& event, const TaskContext& context) {
  for (const NamedBasin& start : context.starts)
    if (start.ref == event.found.from) return start;
  throw Error("the start of the event {} of {} is not among the basins of its stage", event.ref.number, event.ref.task);
}

}  // namespace

SampledGroups SampledGroups::read(Input& in, double moved) {
  SampledGroups g;
  g.moved_ = moved;
  g.events_ = in.integer("events", 0, "instead of centres: groups of the atoms that the lowest so many events of a searching stage moved", non_negative, 1'000'000);
  g.least_barrier_ = in.energy("least_barrier", "0.2 eV", "with events: those over lower barriers are left out", non_negative);
  if (g.events_ > 0) exclude(in, "events", {"around", "centres", "centre_atoms", "radii", "group"}, "the groups are those of events");
  exclude(in, "group", {"around", "centres", "centre_atoms", "radii"}, "the group is a list of atoms");
  exclude(in, "centre_atoms", {"around", "centres"}, "the centres are a list of atoms");
  if (g.events_ == 0 && in.has("least_barrier")) throw InputError("{}: it is about events, and there are none (key 'events')", in.where("least_barrier"));
  g.around_ = in.text("around", "all", "element of the centres, or all");
  g.centres_ = in.integer("centres", 1, "how many centres, drawn at random without repeats", positive, 1'000'000);
  g.chosen_ = in.integers("centre_atoms", std::vector<long long>{}, "centres, from 0, instead of drawn ones");
  for (const std::string& text : in.list("radii", std::vector<std::string>{"4 A"}, "the groups are the atoms within each of these of a centre: lengths, or places of g(r) such as \"minimum 1\" or \"peak 2\""))
    g.radii_.push_back(radius_from(text, in));
  in.expect(!g.radii_.empty(), "radii", "at least one");
  in.expect(all_differ(g.radii_), "radii", "each radius once: equal tasks are equal samplings");
  in.expect(all_differ(g.chosen_), "centre_atoms", "each atom once: equal tasks are equal samplings");
  g.atoms_ = in.integers("group", std::vector<long long>{}, "atoms of the group, from 0, instead of centres and radii");
  in.expect(!in.has("group") || in.is_describing() || !g.atoms_.empty(), "group", "at least one atom");
  in.expect(all_differ(g.atoms_), "group", "each atom once");
  return g;
}

std::int64_t SampledGroups::centre_count() const { return chosen_.empty() ? centres_ : std::ssize(chosen_); }

std::int64_t SampledGroups::count() const {
  if (events_ > 0) return events_;
  return atoms_.empty() ? product_of({centre_count(), std::ssize(radii_)}) : 1;
}

std::string SampledGroups::describe(std::int64_t group) const {
  if (events_ > 0) return fmt::format("event {}", group + 1);
  if (!atoms_.empty()) return "group";
  const GroupRadius& radius = radii_[static_cast<std::size_t>(group % std::ssize(radii_))];
  const std::string length = radius.place.empty() ? shortest(radius.length) + " A" : fmt::format("{} {}", radius.place, radius.number);
  return fmt::format("centre {}, radius {}", group / std::ssize(radii_) + 1, length);
}

bool SampledGroups::takes(const SaddleFound& saddle, const BasinFound& start) const {
  return saddle.energy - start.energy >= least_barrier_ && displacement_of(saddle, start).colwise().norm().maxCoeff() > moved_;
}

void SampledGroups::check_start(const Species& start, const Input& in) const {
  if (events_ > 0) return;
  const auto of_element = std::ssize(atoms_of(start, around_));
  if (atoms_.empty() && chosen_.empty())
    in.expect(of_element >= centres_, around_ == "all" ? "centres" : "around", fmt::format("{} atoms for centres, the start has {}", centres_, of_element));
  for (const auto& [key, atoms] : {std::pair{"centre_atoms", &chosen_}, std::pair{"group", &atoms_}})
    for (const long long atom : *atoms) in.expect(atom >= 0 && atom < start.atoms(), key, fmt::format("atoms from 0 to {}", start.atoms() - 1));
}

std::optional<SampledGroup> SampledGroups::of(std::int64_t group, const TaskContext& context) const {
  if (events_ > 0) {
    if (group >= std::ssize(context.saddles)) return std::nullopt;
    return of_event(context.saddles[static_cast<std::size_t>(group)], context);
  }
  SampledGroup found;
  found.start = &context.starts.front();
  if (!atoms_.empty()) {
    found.atoms.assign(atoms_.begin(), atoms_.end());
    return found;
  }
  const Configuration& start = found.start->found.configuration;
  found.radius = length_of(radii_[static_cast<std::size_t>(group % std::ssize(radii_))], start);
  check_sphere(start.cell, found.radius);
  found.centre = centre_of(static_cast<std::size_t>(group / std::ssize(radii_)), context);
  return found;
}

/// The atoms that it moved; where these are few, the few that it moved furthest.
SampledGroup SampledGroups::of_event(const NamedSaddle& event, const TaskContext& context) const {
  SampledGroup found;
  found.event = &event;
  found.start = &start_of(event, context);
  found.displacement = displacement_of(event.found, found.start->found);
  const Eigen::VectorXd lengths = found.displacement->colwise().norm();
  std::vector<Eigen::Index> furthest(static_cast<std::size_t>(lengths.size()));
  std::iota(furthest.begin(), furthest.end(), 0);
  std::stable_sort(furthest.begin(), furthest.end(), [&](Eigen::Index a, Eigen::Index b) { return lengths[a] > lengths[b]; });
  for (const Eigen::Index i : furthest)
    if (lengths[i] > moved_ || std::ssize(found.atoms) < fewest_of_event) found.atoms.push_back(i);
  found.centre = furthest.front();
  return found;
}

Eigen::Index SampledGroups::centre_of(std::size_t which, const TaskContext& context) const {
  if (!chosen_.empty()) return static_cast<Eigen::Index>(chosen_[which]);
  std::vector<Eigen::Index> all = atoms_of(*context.starts.front().found.configuration.species, around_);
  Rng rng = context.stream("centres");  // the same for all tasks
  for (std::size_t k = 0; k <= which; ++k) std::swap(all.at(k), all[k + rng.below(all.size() - k)]);
  return all[which];
}

double SampledGroups::length_of(const GroupRadius& radius, const Configuration& start) const {
  if (radius.place.empty()) return radius.length;
  const double range = 0.5 * start.cell.heights().minCoeff();
  const PairDistribution g = pair_distributions(start, range).total;
  const std::vector<double>& places = radius.place == "peak" ? g.peaks : g.minima;
  if (radius.number > places.size())
    throw InputError("radius '{} {}': g(r) of the start has {} within {:.4g} A, half the height of the cell", radius.place, radius.number,
                     counted(places.size(), radius.place), range);
  return places[radius.number - 1];
}

}  // namespace glasscape
