#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "apps/commands.hpp"
#include "apps/rehearsal.hpp"
#include "apps/report/rehearsal_report.hpp"
#include "md/support/error.hpp"
#include "md/support/text.hpp"

namespace glasscape {

void rehearse_command(const Request& request) {
  const RehearsalFindings findings = rehearse(read_rehearsal(request.file));
  // all is computed before the first file is written: what is refused leaves nothing behind
  const std::string page = to_html(findings);
  const std::filesystem::path folder(request.write);
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (failed) throw WriteError("cannot make the folder {}: {}", folder.string(), failed.message());
  for (std::size_t k = 0; k < findings.plans.size(); ++k)
    for (const RehearsedMeasurement& m : findings.measurements[k]) write_text_file((folder / m.file).string(), to_csv(findings, findings.plans[k], m));
  write_text_file((folder / "rehearsal.html").string(), page);
  const std::string text = request.json ? to_json(findings).dump(2) + "\n" : to_text(findings) + fmt::format("written to {}: the tables and rehearsal.html\n", folder.string());
  std::fwrite(text.data(), 1, text.size(), stdout);
}

}  // namespace glasscape
