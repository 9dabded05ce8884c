#include <cstdio>
#include <nlohmann/json.hpp>

#include "apps/commands.hpp"
#include "apps/measurement.hpp"
#include "apps/report/measurement_report.hpp"
#include "md/support/text.hpp"

namespace glasscape {

void spectrum_command(const Request& request) {
  Experiment experiment = read_experiment(request.files);
  for (Measurement& m : experiment.measurements)
    if (request.drift && (m.data.kind == Response::recovery || m.data.kind == Response::creep)) m.data.drift = true;
  for (const Rule rule : {Rule::gcv, Rule::aicc, Rule::evidence, Rule::prob1})
    if (to_string(rule) == request.method) experiment.options.rule = rule;
  const MeasurementFindings findings = measurement_findings(experiment);
  if (!request.write.empty()) write_text_file(request.write, to_html(findings));
  const std::string text = request.json ? to_json(findings).dump(2) + "\n" : to_text(findings) + (request.write.empty() ? "" : fmt::format("page: {}\n", request.write));
  std::fwrite(text.data(), 1, text.size(), stdout);
}

}  // namespace glasscape
