// Which groups of atoms a stage of samplings is about: the atoms within radii of centres, a list, or the atoms that events
// of a searching stage moved.
#pragma once

#include <algorithm>

#include "apps/stage.hpp"

namespace glasscape {

/// A length, or a place of g(r) of the start: "peak 2" or "minimum 1".
struct GroupRadius {
  double length = 0;        // Angstrom; 0 with a place
  std::string place;        // "peak" or "minimum"; "" for a length
  std::size_t number = 0;   // of the place, from 1

  auto operator<=>(const GroupRadius&) const = default;
};

/// One group of a task, before it is bound to a configuration.
struct SampledGroup {
  std::int64_t centre = -1;               // atom; -1 for a list
  double radius = 0;                      // Angstrom; 0 for a list or an event
  std::vector<Eigen::Index> atoms;        // of a list or an event; with a radius they are those of the reference
  const NamedSaddle* event = nullptr;     // of the context
  const NamedBasin* start = nullptr;      // likewise: where the sampling begins
  std::optional<Positions> displacement;  // of the event, from its start to its end, 3 x atoms
};

class SampledGroups {
 public:
  /// `moved`: an atom displaced further belongs to an event, Angstrom.
  static SampledGroups read(Input& in, double moved);

  /// How many groups there are.
  std::int64_t count() const;
  std::string describe(std::int64_t group) const;
  /// How many events at most; 0: the groups are those of one basin.
  std::int64_t events() const { return events_; }
  /// Whether it is one to sample: over a barrier that is not below the least, and with an atom that moved.
  bool takes(const SaddleFound& saddle, const BasinFound& start) const;
  /// How many atoms a list has; 0 without one.
  std::size_t atoms_listed() const { return atoms_.size(); }
  void check_start(const Species& start, const Input& in) const;
  /// Nothing for an event that was not found. Throws InputError for a place that g(r) does not have, or a group that meets
  /// its own image.
  std::optional<SampledGroup> of(std::int64_t group, const TaskContext& context) const;

 private:
  SampledGroup of_event(const NamedSaddle& event, const TaskContext& context) const;
  std::int64_t centre_count() const;
  Eigen::Index centre_of(std::size_t which, const TaskContext& context) const;
  double length_of(const GroupRadius& radius, const Configuration& start) const;

  std::string around_;              // element of the centres, or "all"
  std::int64_t centres_ = 1;        // how many, drawn without repeats
  std::vector<long long> chosen_;   // centres, from 0; empty: drawn
  std::vector<GroupRadius> radii_;  // of each centre
  std::vector<long long> atoms_;    // the group itself, or none
  std::int64_t events_ = 0;
  double least_barrier_ = 0;        // eV
  double moved_ = 0;                // Angstrom
};

}  // namespace glasscape
