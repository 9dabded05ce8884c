#include "apps/study.hpp"

#include <algorithm>

#include "apps/stages/sampling.hpp"
#include "md/support/hash.hpp"
#include "md/support/text.hpp"

namespace glasscape {
namespace {

/// Keys of a sampling stage that say how much is done, not what: a longer run keeps the shards of a shorter one.
const std::vector<std::string> amount_keys{"searches"};

std::string canonical(const Table& table);

std::string canonical(const Value& value) {
  if (const auto* inner = value.as<Table>()) return "{" + canonical(*inner) + "}";
  if (const auto* items = value.as<std::vector<Value>>()) {
    std::string text = "[";
    for (const Value& item : *items) text += canonical(item) + ",";
    return text + "]";
  }
  return to_text(value);
}

std::string canonical(const Table& table) {
  std::vector<std::string> entries;
  for (const auto& [key, value] : table.entries)
    if (std::find(amount_keys.begin(), amount_keys.end(), key) == amount_keys.end()) entries.push_back(key + "=" + canonical(value));
  std::sort(entries.begin(), entries.end());
  std::string text;
  for (const std::string& entry : entries) text += entry + ";";
  return text;
}

ReportOptions read_report(Input in) {
  ReportOptions o;
  o.temperatures = in.reals("temperatures", std::vector<double>{200, 250, 300, 350, 400, 450}, "temperatures of the effective barriers, K");
  for (const double t : o.temperatures) in.expect(t > 0, "temperatures", "temperatures above 0 K");
  o.moved = in.length("moved", "0.3 A", "an atom displaced further than this has moved", positive);
  o.largest_events = static_cast<int>(in.integer("largest_events", 10, "how many of the largest events to list", non_negative));
  o.rdf_range = in.length("rdf_range", "10 A", "range of the radial distribution function", positive);
  in.finish();
  return o;
}

bool is_file_name(const std::string& name) {
  return !name.empty() && name.size() <= 60 && name.front() != '-' &&
         std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) || c == '-' || c == '_'; });
}

/// One stage of the file; `before` are the ones above it.
StudyStage read_stage(Input in, const Table& table, const Plugins& plugins, const std::vector<StudyStage>& before) {
  StudyStage stage;
  stage.type = in.text("type", required, "which stage or sampler; see `glasscape list`");
  stage.name = in.text("name", stage.type, "name of the stage, to refer to it");
  in.expect(is_file_name(stage.name), "name", "letters, digits, '-' and '_', at most 60");
  const auto same_name = [&](const std::string& name) {
    return std::find_if(before.begin(), before.end(), [&](const StudyStage& s) { return s.name == name; });
  };
  if (same_name(stage.name) != before.end()) throw InputError("{}: two stages are named '{}'", in.where("name"), stage.name);
  if (const auto* preparing = plugins.stages.find(stage.type)) {
    stage.stage = preparing->make(in);
  } else if (const auto* sampler = plugins.samplers.find(stage.type)) {
    const long long per_task = in.integer("steps_per_task", 5, "steps that share one shard", positive);
    stage.stage = std::make_shared<Sampling>(sampler->make(in), per_task);
  } else {
    std::vector<std::string> known = plugins.stages.names();
    for (const std::string& name : plugins.samplers.names()) known.push_back(name);
    throw InputError("{}: '{}' is not a stage or sampler{}", in.where("type"), stage.type, suggestion(stage.type, known));
  }
  if (stage.stage->needs_start()) {
    if (before.empty()) throw InputError("{}: the first stage has nothing to start from: prepare a configuration first", in.where("type"));
    stage.from = in.text("from", before.front().name, "stage whose basin it starts from");
    std::vector<std::string> names;
    for (const StudyStage& s : before) names.push_back(s.name);
    if (same_name(stage.from) == before.end()) throw InputError("{}: no stage above is named '{}'{}", in.where("from"), stage.from, suggestion(stage.from, names));
    if (same_name(stage.from)->stage->needs_start()) throw InputError("{}: stage '{}' does not prepare a configuration", in.where("from"), stage.from);
  }
  in.finish();
  stage.description = canonical(table);
  return stage;
}

}  // namespace

const StudyStage* Study::find(std::string_view stage) const {
  for (const StudyStage& s : stages)
    if (s.name == stage) return &s;
  return nullptr;
}

std::string Study::task_description(const StudyStage& stage, std::int64_t task) const {
  const std::string upstream = stage.from.empty() ? "" : task_id(*find(stage.from), 0);
  return fmt::format("facts version 1\nseed {}\npotential {}\n{}\nfrom {}\nstage {} {}\ntask {}: {}\n", seed, potential->checksum(),
                     potential->provenance(), upstream, stage.name, stage.description, task, stage.stage->describe_task(task));
}

std::string Study::task_id(const StudyStage& stage, std::int64_t task) const {
  return fmt::format("{}-{:06}-{}", stage.name, task, sha256(task_description(stage, task)).substr(0, 12));
}

Study read_study(const std::string& path, const Plugins& plugins, const SearchPath& search, const std::string& folder) {
  namespace fs = std::filesystem;
  Study study;
  study.source = path;
  study.text = read_text_file(path, "study");
  Table root = parse_toml(study.text, path);
  SearchPath folders{{fs::absolute(path).parent_path().string()}};
  folders.folders.insert(folders.folders.end(), search.folders.begin(), search.folders.end());
  const std::vector<Value>* stage_tables = nullptr;
  if (const Value* stages = root.find("stage")) stage_tables = stages->as<std::vector<Value>>();
  Input in(root, path, folders);
  Input head = in.table("study", "name, seed and folder");
  study.name = head.text("name", fs::path(path).stem().string(), "title of the report");
  study.seed = static_cast<std::uint64_t>(head.integer("seed", required, "seed of every random number", non_negative));
  study.folder = head.text("folder", fs::path(path).stem().string() + ".run", "run folder, below the current folder");
  head.finish();
  if (!folder.empty()) study.folder = folder;
  Input potential = in.table("potential", "the potential");
  if (!in.has("potential")) throw InputError("{} is missing: give a table with `type`, for example type = \"eam-fs\"", in.where("potential"));
  study.potential = plugins.potentials.make(potential);
  study.report = read_report(in.table("report", "what the report shows"));
  std::size_t k = 0;
  for (Input& stage : in.tables("stage", "the stages, in order"))
    study.stages.push_back(read_stage(std::move(stage), *(*stage_tables)[k++].as<Table>(), plugins, study.stages));
  if (study.stages.empty()) throw InputError("{}: there is no [[stage]]: nothing to run", path);
  in.finish();
  return study;
}

std::shared_ptr<const Potential> potential_from_text(const std::string& text, const Plugins& plugins, const SearchPath& search) {
  const std::size_t colon = text.find(':');
  const std::string name = text.substr(0, colon), where = "--potential " + text;
  const auto& entry = plugins.potentials.at(name, where);
  Input in(parse_pairs(colon == std::string::npos ? "" : std::string_view(text).substr(colon + 1), entry.about.positional, where), where, search);
  std::shared_ptr<const Potential> made = entry.make(in);
  in.finish();
  return made;
}

}  // namespace glasscape
