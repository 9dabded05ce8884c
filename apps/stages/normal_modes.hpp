// Normal modes and Vineyard prefactors of the distinct saddles that a searching stage found.
#pragma once

#include <map>
#include <mutex>

#include "apps/stage.hpp"
#include "samplers/passage_modes.hpp"

namespace glasscape {

class NormalModes final : public Stage {
 public:
  static constexpr Plugin about{"normal-modes", "normal modes and prefactors of the saddles of a searching stage", "", "", 3};
  using Options = PassageModes;
  static Options read(Input& in) { return PassageModes::read(in); }

  explicit NormalModes(Options options) : options_(std::move(options)) {}

  std::int64_t tasks() const override { return from_ ? from_->tasks() : 0; }
  /// Of the start, if there are saddles, then of each saddle and its end.
  Events run(std::int64_t task, TaskContext& context) const override;
  StartsFrom starts_from() const override { return StartsFrom::saddles; }
  void follow(const std::shared_ptr<const Stage>& from) override { from_ = from; }
  std::string describe_task(std::int64_t task) const override { return "saddles first found in " + from_->describe_task(task); }

 private:
  Event modes_of_start(Surface& surface, const NamedBasin& start) const;

  Options options_;
  std::shared_ptr<const Stage> from_;  // the searches
  // the same for all tasks, so worked out once by each run of the program
  struct KnownStart {
    std::mutex mutex;
    std::optional<Event> modes;
  };
  mutable std::map<EventRef, KnownStart> known_starts_;
  mutable std::mutex known_starts_mutex_;
};

}  // namespace glasscape
