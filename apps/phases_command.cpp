#include <cstdio>
#include <filesystem>

#include "apps/commands.hpp"
#include "apps/report/response_findings.hpp"
#include "apps/starts.hpp"
#include "md/structure_io.hpp"
#include "md/support/text.hpp"
#include "md/support/units.hpp"

namespace glasscape {
namespace {

Eigen::MatrixXd row(const Eigen::VectorXd& values) { return values.transpose(); }

/// Positions and displacements are those at the end of the block.
Frame frame_of(const AtomFrame& f, const ShearBegun& begun) {
  return {f.configuration,
          {{"from_ps", shortest(f.from)}, {"to_ps", shortest(f.to)}, {"temperature_K", shortest(begun.temperature)}, {"period_ps", shortest(begun.period)}, {"amplitude", shortest(begun.amplitude)}},
          {{"phase", row(f.phase)}, {"storage_modulus", row(f.storage)}, {"loss_modulus", row(f.loss)}, {"signal_to_noise", row(f.signal_to_noise)}, {"shear_stress", row(f.stress)}, {"volume", row(f.volume)},
           {"coordination", row(f.coordination.cast<double>())}, {"displacement", row(f.displacement)}, {"d2min", row(f.d2min)}, {"group", row(f.group.cast<double>())}}};
}

}  // namespace

void phases_command(const Request& request, const Plugins& plugins) {
  const Study study = study_of(request, plugins);
  const Store store(study.folder);
  const std::filesystem::path folder = request.write.empty() ? study.folder / "phases" : std::filesystem::path(request.write);
  std::size_t written = 0;
  for (const StudyStage& stage : study.stages) {
    if (stage.stage->finds() != Finds::response) continue;
    for (const std::int64_t task : tasks_done(study, store, stage)) {
      const Shard shard = store.read(study.task_id(stage, task));
      const std::optional<ShearTest> test = shear_test(shard.events);
      if (!test) continue;
      const std::vector<AtomFrame> atoms = atom_frames(*test, study.report);
      if (atoms.empty()) continue;
      std::vector<Frame> frames;
      for (const AtomFrame& f : atoms) frames.push_back(frame_of(f, test->begun));
      std::filesystem::create_directories(folder);
      write_frames((folder / (shard.task + ".extxyz")).string(), frames);
      ++written;
    }
  }
  if (written == 0) throw NotFound("{}: no phases in its run folder {}: no stage of cyclic-shear has run there for a block of cycles", request.study, study.folder.string());
  const std::string text = fmt::format("{}: phases of atoms (rad), one frame per block, of {}\n", folder.string(), counted(written, "task"));
  std::fwrite(text.data(), 1, text.size(), stdout);
}

}  // namespace glasscape
