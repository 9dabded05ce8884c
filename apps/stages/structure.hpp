// A start from a file: read, and relaxed to the nearest minimum.
#pragma once

#include "apps/stage.hpp"
#include "md/minimise.hpp"
#include "md/structure_io.hpp"

namespace glasscape {

class Structure final : public Stage {
 public:
  static constexpr Plugin about{"structure", "a configuration from a file, relaxed to a minimum"};
  struct Options {
    std::string file;     // for messages
    Configuration start;  // read with the study: its facts are those of the file whose content the task's id has
    Minimise minimise;
  };
  static Options read(Input& in);
  explicit Structure(Options options) : options_(std::move(options)) {}

  std::int64_t tasks() const override { return 1; }
  Events run(std::int64_t task, TaskContext& context) const override;
  StartsFrom starts_from() const override { return StartsFrom::nothing; }
  std::string describe_task(std::int64_t) const override { return fmt::format("relax {} atoms", options_.start.atoms()); }
  std::optional<KnownAtoms> atoms() const override { return KnownAtoms{options_.start.species, "file"}; }

 private:
  Options options_;
};

}  // namespace glasscape
