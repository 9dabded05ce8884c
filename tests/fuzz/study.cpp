// Whole studies with all that is built in, as `glasscape check` reads them, and the ids of the first tasks.
#include "apps/study.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace glasscape;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const Plugins plugins = builtin_plugins();
  const fuzz::MemoryFile file(fuzz::text_of(bytes, size));
  return fuzz::refuses_or_accepts([&] {
    const Study study = read_study(file.path(), plugins, {});
    for (const StudyStage& stage : study.stages)
      if (stage.stage->tasks() > 0) study.task_id(stage, 0);
  });
}
