// A stage of a study: it says how many tasks it has and runs one of them into events. Tasks are the unit of work: each
// has its own random stream and its own shard, and depends on nothing but the study and the stages before it.
#pragma once

#include <algorithm>
#include <atomic>
#include <functional>
#include <initializer_list>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <span>

#include "landscape/event.hpp"
#include "md/models.hpp"
#include "md/potential.hpp"
#include "md/support/random.hpp"
#include "samplers/collective_variable.hpp"

namespace glasscape {

/// Thrown by a task that was told to stop and left a checkpoint.
struct Interrupted {};

/// What the tasks of a stage begin with, from the stage that its key `from` names.
enum class StartsFrom {
  nothing,  // it prepares a configuration
  basin,    // the basin that a preparing stage found
  basins,   // those that a searching stage and the stages before it found and did not search from
  saddles,  // the saddles that a searching stage, one that starts from a basin or from basins, has found
  events    // the distinct ones of these that it takes, over the lowest barriers: the same ones for all of its tasks
};

/// What the facts of a stage are about, and so which section of a report tells of them.
enum class Finds {
  basin,     // a configuration, prepared
  saddles,   // by searches
  modes,     // of saddles
  escapes,   // of groups of atoms from a basin, and the free energy on the way
  response   // of stresses to a shear
};

/// A basin and the fact that found it: a BasinFound, or a SaddleFound of which it is the end.
struct NamedBasin {
  EventRef ref;
  BasinFound found;
};

/// A saddle and its name.
struct NamedSaddle {
  EventRef ref;
  SaddleFound found;
};

/// What the tasks of a stage know of the basin that they start from, shared by those that run at a time; kept for the one asked for last, since models of large glasses are large.
class ModelsOfBasin {
 public:
  std::shared_ptr<Models> of(const EventRef& basin) {
    const std::lock_guard lock(mutex_);
    if (!models_ || basin != basin_) {
      models_ = std::make_shared<Models>();
      basin_ = basin;
    }
    return models_;
  }

 private:
  std::mutex mutex_;
  EventRef basin_;
  std::shared_ptr<Models> models_;
};

/// What a task gets from the runner.
struct TaskContext {
  std::shared_ptr<const Potential> potential;
  std::string stage;            // its name in the study
  std::string task;             // its own name: the one that its facts will go by
  std::uint64_t seed = 0;       // of the study
  /// What `from` gives: one basin; basins in the order in which to search from them, perhaps fewer than the stage could
  /// take; the one that the saddles are around, or with events all that were searched from. None for a stage that prepares.
  std::span<const NamedBasin> starts;
  /// Of a stage that starts from saddles: the distinct ones that the task of the same number was the first to find. Of one
  /// that starts from events: these, the lowest barrier first, perhaps fewer than the stage could take.
  std::vector<NamedSaddle> saddles;
  std::shared_ptr<ModelsOfBasin> models = std::make_shared<ModelsOfBasin>();  // of `starts`
  int threads = 1;              // that this task may use inside
  std::string checkpoint;       // how the files begin in which this task keeps what it has done so far: Checkpoints, Journal; "": none
  const std::atomic<bool>* stop = nullptr;
  std::function<void(double part)> progress;  // how much of the task is done

  /// The random stream named by a text, for this stage.
  Rng stream(std::string_view name) const { return Rng(seed, stream_of(stage + "/" + std::string(name))); }
  bool stopped() const { return stop != nullptr && stop->load(); }
};

/// How much work a stage is, in the unit in which its progress is told: 120 ps, 300 searches.
struct Work {
  double amount = 0;
  std::string unit;
};

/// The atoms of a configuration before it is made, and the key of the option that says so.
struct KnownAtoms {
  std::shared_ptr<const Species> species;
  std::string key;
};

class Stage {
 public:
  virtual ~Stage() = default;
  virtual std::int64_t tasks() const = 0;
  virtual Events run(std::int64_t task, TaskContext& context) const = 0;
  virtual StartsFrom starts_from() const = 0;
  virtual Finds finds() const {
    if (starts_from() == StartsFrom::nothing) return Finds::basin;
    return starts_from() == StartsFrom::saddles ? Finds::modes : Finds::saddles;
  }
  /// How many basins its tasks start from, at most.
  virtual std::int64_t basins() const { return 1; }
  /// How many events its tasks start from, at most, and whether one is among those that it takes.
  virtual std::int64_t events() const { return 0; }
  virtual bool takes(const SaddleFound& /*saddle*/, const BasinFound& /*start*/) const { return true; }
  /// Told of the stage named by `from` before anything else is asked. A stage that starts from saddles has as many tasks.
  virtual void follow(const std::shared_ptr<const Stage>& /*from*/) {}
  /// What one task is, for progress and plans: "5 searches". Its facts depend on it: it names no place of a file.
  virtual std::string describe_task(std::int64_t task) const = 0;
  virtual Work work() const { return {static_cast<double>(tasks()), "tasks"}; }
  /// The atoms that it prepares, when they are known before it has run.
  virtual std::optional<KnownAtoms> atoms() const { return std::nullopt; }
  /// Refuses at its key an option that does not fit the atoms of its start; see Sampler::check_start.
  virtual void check_start(const Species& /*start*/, const Input& /*in*/) const {}
};

/// Of counts that are not negative; the largest number there is where it would be more.
inline std::int64_t product_of(std::initializer_list<std::int64_t> counts) {
  std::int64_t product = 1;
  for (const std::int64_t count : counts)
    if (__builtin_mul_overflow(product, count, &product)) product = std::numeric_limits<std::int64_t>::max();
  return product;
}

/// Whether no value is there twice.
template <typename Value>
bool all_differ(std::vector<Value> values) {
  std::sort(values.begin(), values.end());
  return std::adjacent_find(values.begin(), values.end()) == values.end();
}

/// The option of stages with dynamics.
inline bool mixed_precision(Input& in) {
  return in.choice("precision", {"double", "mixed"}, "double", "mixed: forces of pairs in single precision, where the potential can, and a third faster; quenches stay in double") == "mixed";
}

using Stages = Registry<Stage>;

/// The stages that are no samplers, in alphabetical order. Every sampler is a stage too.
Stages builtin_stages(const std::shared_ptr<const Variables>& variables);

}  // namespace glasscape
