#include "apps/study.hpp"

#include <algorithm>

#include "apps/stages/sampling.hpp"
#include "md/support/hash.hpp"
#include "md/support/text.hpp"

namespace glasscape {
namespace {

/// Keys of a sampling stage that say how much is done, not what: a longer run keeps the shards of a shorter one.
const std::vector<std::string> amount_keys{"stage.searches", "stage.basins", "stage.samplings"};

constexpr long long most_steps_per_task = 10'000'000;
constexpr long long most_basins = 100'000;
constexpr std::int64_t most_tasks = 1'000'000;  // of a stage

/// The options as text, without those that are left out by their full name.
std::string canonical(const Table& table, const std::vector<std::string>& left_out, const std::string& path);

std::string canonical(const Value& value, const std::vector<std::string>& left_out, const std::string& path) {
  if (const auto* inner = value.as<Table>()) return fmt::format("{{{}}}", canonical(*inner, left_out, path + "."));
  if (const auto* items = value.as<std::vector<Value>>()) {
    std::string text = "[";
    for (const Value& item : *items) text += canonical(item, left_out, path) + ",";
    return text + "]";
  }
  return to_text(value);
}

std::string canonical(const Table& table, const std::vector<std::string>& left_out, const std::string& path) {
  std::vector<std::string> entries;
  for (const auto& [key, value] : table.entries)
    if (std::find(left_out.begin(), left_out.end(), path + key) == left_out.end())
      entries.push_back(key + "=" + canonical(value, left_out, path + key));
  std::sort(entries.begin(), entries.end());
  std::string text;
  for (const std::string& entry : entries) text += entry + ";";
  return text;
}

/// What the facts of a stage depend on: its version and options, and of a file what is in it, not where it lies.
std::string description_of(const Plugin& about, const Table& table, const Input& in) {
  std::vector<std::string> left_out = amount_keys;
  std::string contents;
  for (const FileRead& file : in.files()) {
    left_out.push_back(file.key);
    contents += fmt::format("{}: sha256 {};", file.key, sha256(read_text_file(file.path, "file")));
  }
  const std::string version = about.version == 1 ? "" : fmt::format("version {};", about.version);
  return version + canonical(table, left_out, "stage.") + contents;
}

PublishedLaw read_published(Input& in) {
  PublishedLaw law;
  law.name = in.text("name", required, "of the law in the legend");
  law.energy = in.energy("energy", required, "activation energy", non_negative);
  law.entropy = in.real("entropy", required, "activation entropy for nu0, kB");
  law.from = in.temperature("from", required, "lowest temperature it was measured at", positive);
  law.to = in.temperature("to", required, "highest one", positive);
  in.expect(law.to >= law.from, "to", "a temperature not below 'from'");
  in.finish();
  return law;
}

ReportOptions read_report(Input& in) {
  ReportOptions o;
  o.temperatures = in.reals("temperatures", std::vector<double>{200, 250, 300, 350, 400, 450}, "temperatures of the effective barriers, K");
  for (const double t : o.temperatures) in.expect(t > 0, "temperatures", "temperatures above 0 K");
  o.moved = in.length("moved", "0.3 A", "an atom displaced further than this has moved", positive);
  o.largest_events = in.count("largest_events", 10, "how many of the largest events to draw as still pictures, for print and pages without scripts", non_negative);
  o.rdf_range = in.length("rdf_range", "10 A", "range of the radial distribution function", positive);
  in.expect(o.rdf_range >= 1.0, "rdf_range", "a length of 1 A or more: there are no neighbours below");
  o.nu0 = in.frequency("nu0", "2 THz", "attempt frequency that activation entropies are counted from") / units::time_ps;
  o.compared_entropy = in.real("compared_entropy", 14.8, "activation entropy for nu0 to compare with, kB; 14.8: beta relaxation of Cu50Zr50, PRB 102, 174103 (2020)");
  for (Input& law : in.tables("published", "Arrhenius laws nu0 exp(S/kB) exp(-E/kT) to draw beside the own ones: name, energy, entropy, from, to")) o.published.push_back(read_published(law));
  o.skipped = in.real("skipped", 0.0, "part of the cycles of a cyclic shear that its numbers leave out at the beginning, in whole blocks", non_negative);
  in.expect(o.skipped <= 0.9, "skipped", "a part of the cycles, at most 0.9");
  o.group = in.real("group", 0.05, "part of the atoms that are taken as nearest to a phase", positive);
  in.expect(o.group <= 0.5, "group", "a part of all atoms, at most 0.5");
  o.contact = in.length("contact", "0 A", "atoms within it are neighbours, for coordination, clusters and D2min; 0 A: the first minimum of g(r)", non_negative);
  in.expect(o.contact == 0 || (o.contact >= 1.0 && o.contact <= 10.0), "contact", "0 A, or a length from 1 to 10 A");
  o.observed = in.time("observed", "1000 s", "of the relaxation that the landscape is made of: basins that take longer to reach have not been") * units::time_ps * 1e-12;
  if (in.is_describing() || in.has("measured")) o.measured = in.file("measured", "", "CSV of a relaxation measured on such a glass, drawn beside that of the landscape; columns as for `glasscape spectrum`");
  in.finish();
  return o;
}

bool is_file_name(const std::string& name) {
  return !name.empty() && name.size() <= 60 && name.front() != '-' &&
         std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) || c == '-' || c == '_'; });
}

std::string read_name(Input& in, const std::string& type) { return in.text("name", type, "name of the stage, to refer to it"); }

long long read_steps_per_task(Input& in) {
  return in.integer("steps_per_task", 5, "steps (searches) that share one shard", positive, most_steps_per_task);
}

std::string read_from(Input& in, StartsFrom starts_from, const std::string& fallback) {
  return in.text("from", fallback, starts_from == StartsFrom::saddles ? "stage whose saddles it is about" : "stage whose basin, basins or events it starts from");
}

std::int64_t read_basins(Input& in) {
  return in.integer("basins", 10, "from a stage that searches: most basins to start from, the lowest first", positive, most_basins);
}

const StudyStage* named(const std::vector<StudyStage>& stages, std::string_view name) {
  const auto found = std::find_if(stages.begin(), stages.end(), [&](const StudyStage& s) { return s.name == name; });
  return found == stages.end() ? nullptr : &*found;
}

bool prepares(const Stage& stage) { return stage.starts_from() == StartsFrom::nothing; }
bool searches(const Stage& stage) { return stage.finds() == Finds::saddles; }

bool wants_saddles(StartsFrom wanted) { return wanted == StartsFrom::saddles || wanted == StartsFrom::events; }

/// The stage that is meant without a key `from`: the first that prepares, the last that searches.
std::string usual_start(StartsFrom wanted, const std::vector<StudyStage>& before) {
  std::string name = before.front().name;
  for (const StudyStage& s : before)
    if (wants_saddles(wanted) && searches(*s.stage)) name = s.name;
  return name;
}

/// The stage to start from, one of those before.
const StudyStage& read_start(StudyStage& stage, StartsFrom wanted, Input& in, const std::vector<StudyStage>& before) {
  if (before.empty()) throw InputError("{}: the first stage has nothing to start from: prepare a configuration first", in.where("type"));
  stage.from = read_from(in, wanted, usual_start(wanted, before));
  std::vector<std::string> names;
  for (const StudyStage& s : before) names.push_back(s.name);
  const StudyStage* from = named(before, stage.from);
  if (from == nullptr) throw InputError("{}: no stage above is named '{}'{}", in.where("from"), stage.from, suggestion(stage.from, names));
  return *from;
}

/// Tells a stage what it follows. What is known of the atoms of its start must fit it.
void attach(Stage& made, const StudyStage& from, Input& in, const std::vector<StudyStage>& before) {
  made.follow(from.stage);
  const StudyStage* root = &from;
  while (!prepares(*root->stage)) root = named(before, root->from);
  if (const auto known = root->stage->atoms()) made.check_start(*known->species, in);
}

std::shared_ptr<Stage> read_plain_stage(StudyStage& stage, const Stages::Entry& entry, Input& in, const std::vector<StudyStage>& before) {
  std::shared_ptr<Stage> made = entry.make(in);
  const StartsFrom wanted = made->starts_from();
  if (wanted == StartsFrom::nothing) return made;
  const StudyStage& from = read_start(stage, wanted, in, before);
  if (wanted == StartsFrom::basin ? !prepares(*from.stage) : !searches(*from.stage))
    throw InputError("{}: stage '{}' does not {}", in.where("from"), stage.from,
                     wanted == StartsFrom::basin ? "prepare a configuration" : "search saddles: name a sampler's stage");
  attach(*made, from, in, before);
  return made;
}

/// How many basins a sampler starts from; nothing where the stage before prepares its one.
std::optional<std::int64_t> read_basins(Input& in, const StudyStage& from) {
  if (prepares(*from.stage)) {
    if (in.has("basins"))
      throw InputError("{}: stage '{}' prepares one basin: leave the key out, or name in `from` a stage that searches", in.where("basins"), from.name);
    return std::nullopt;
  }
  return read_basins(in);
}

/// A sampler as a stage: from the one basin of a stage that prepares, or from those of a stage that searches.
std::shared_ptr<Stage> read_sampler(StudyStage& stage, const Samplers::Entry& sampler, Input& in, const std::vector<StudyStage>& before) {
  const long long per_task = read_steps_per_task(in);
  std::shared_ptr<Sampler> made = sampler.make(in);
  const StudyStage& from = read_start(stage, StartsFrom::basin, in, before);
  if (!prepares(*from.stage) && !searches(*from.stage))
    throw InputError("{}: stage '{}' neither prepares a configuration nor searches", in.where("from"), stage.from);
  auto sampling = std::make_shared<Sampling>(std::move(made), per_task, read_basins(in, from));
  attach(*sampling, from, in, before);
  return sampling;
}

/// What is known of the atoms must be known to the potential.
void check_elements(const Stage& stage, const Input& in, const Potential& potential) {
  const auto known = stage.atoms();
  if (!known) return;
  try {
    potential.kinds(known->species->elements);
  } catch (const InputError& error) {
    throw InputError("{}: {}", in.where(known->key), error.what());
  }
}

/// One stage of the file; `before` are the ones above it.
StudyStage read_stage(Input in, const Table& table, const Plugins& plugins, const Potential& potential, const std::vector<StudyStage>& before) {
  StudyStage stage;
  stage.type = in.text("type", required, "which stage or sampler; see `glasscape list`");
  stage.name = read_name(in, stage.type);
  in.expect(is_file_name(stage.name), "name", "letters, digits, '-' and '_', at most 60");
  if (named(before, stage.name) != nullptr) throw InputError("{}: two stages are named '{}'", in.where("name"), stage.name);
  std::shared_ptr<Stage> made;
  Plugin about;
  if (const auto* entry = plugins.stages.find(stage.type)) {
    about = entry->about;
    made = read_plain_stage(stage, *entry, in, before);
  } else if (const auto* sampler = plugins.samplers.find(stage.type)) {
    about = sampler->about;
    made = read_sampler(stage, *sampler, in, before);
  } else {
    std::vector<std::string> known = plugins.stages.names();
    for (const std::string& name : plugins.samplers.names()) known.push_back(name);
    throw InputError("{}: '{}' is not a stage or sampler{}", in.where("type"), stage.type, suggestion(stage.type, known));
  }
  stage.stage = std::move(made);
  in.finish();
  if (stage.stage->tasks() > most_tasks)
    throw InputError("{}: stage '{}' has {} tasks, expected at most {}: each is a file; give a task more to do (key 'steps_per_task') or the stage less", in.where("type"), stage.name,
                     stage.stage->tasks(), most_tasks);
  check_elements(*stage.stage, in, potential);
  stage.description = description_of(about, table, in);
  return stage;
}

/// Whoever runs a study of somebody else must know where it writes: no way leads out of the current folder.
bool lies_below(const std::filesystem::path& folder) {
  if (folder.has_root_path()) return false;
  std::filesystem::path way;
  for (const std::filesystem::path& part : folder) {
    if (part == "..") return false;
    way /= part;
    std::error_code none;
    if (std::filesystem::is_symlink(std::filesystem::symlink_status(way, none))) return false;
  }
  return true;
}

void read_head(Study& study, Input& head, const std::string& stem, const std::string& folder) {
  study.name = head.text("name", stem, "title of the report");
  study.seed = static_cast<std::uint64_t>(head.integer("seed", required, "seed of every random number", non_negative));
  study.folder = head.text("folder", stem + ".run", "run folder, below the current folder");
  head.expect(!study.folder.empty(), "folder", "the name of a folder");
  if (!folder.empty()) study.folder = folder;
  head.expect(!folder.empty() || lies_below(study.folder), "folder",
              "a folder below the current one, without '..' and symbolic links on the way; for one elsewhere leave the key out and give --folder");
  head.finish();
}

}  // namespace

const StudyStage* Study::find(std::string_view stage) const { return named(stages, stage); }

std::string Study::upstream_of(const StudyStage& stage, std::int64_t task) const {
  switch (stage.stage->starts_from()) {
    case StartsFrom::nothing: return "";
    case StartsFrom::basin: return task_id(*find(stage.from), 0);
    case StartsFrom::basins:
    case StartsFrom::events: return task_id(*find(stage.from), find(stage.from)->stage->tasks() - 1);
    case StartsFrom::saddles: return task_id(*find(stage.from), task);
  }
  return "";
}

std::string Study::task_description(const StudyStage& stage, std::int64_t task) const {
  return fmt::format("facts version 1\nseed {}\npotential {}\n{}\nfrom {}\nstage {} {}\ntask {}: {}\n", seed, potential->checksum(),
                     potential->provenance(), upstream_of(stage, task), stage.name, stage.description, task, stage.stage->describe_task(task));
}

std::string Study::task_id(const StudyStage& stage, std::int64_t task) const {
  return fmt::format("{}-{:06}-{}", stage.name, task, sha256(task_description(stage, task)).substr(0, 12));
}

Study read_study(const std::string& path, const Plugins& plugins, const SearchPath& search, const std::string& folder) {
  namespace fs = std::filesystem;
  Study study;
  study.source = path;
  study.text = read_text_file(path, "study", most_by_hand);
  Table root = parse_toml(study.text, path);
  SearchPath folders{{fs::absolute(path).parent_path().string()}};
  folders.folders.insert(folders.folders.end(), search.folders.begin(), search.folders.end());
  const std::vector<Value>* stage_tables = nullptr;
  if (const Value* stages = root.find("stage")) stage_tables = stages->as<std::vector<Value>>();
  Input in(root, path, folders);
  Input head = in.table("study", "name, seed and folder");
  read_head(study, head, fs::path(path).stem().string(), folder);
  Input potential = in.table("potential", "the potential");
  if (!in.has("potential")) throw InputError("{} is missing: give a table with `type`, for example type = \"eam-fs\"", in.where("potential"));
  study.potential = plugins.potentials.make(potential);
  Input report = in.table("report", "what the report shows");
  study.report = read_report(report);
  std::size_t k = 0;
  for (Input& stage : in.tables("stage", "the stages, in order"))
    study.stages.push_back(read_stage(std::move(stage), *(*stage_tables)[k++].as<Table>(), plugins, *study.potential, study.stages));
  if (study.stages.empty()) throw InputError("{}: there is no [[stage]]: nothing to run", path);
  in.finish();
  return study;
}

Input describe_table(const std::string& table) {
  Input in = Input::describing();
  if (table == "report") {
    read_report(in);
  } else {
    Study study;
    read_head(study, in, "the file's name", "");
  }
  return in;
}

void describe_common(Input& in, const std::string& type, StartsFrom starts_from, bool sampler) {
  read_name(in, type);
  if (starts_from == StartsFrom::basin) read_from(in, starts_from, "the first stage");
  if (starts_from == StartsFrom::saddles) read_from(in, starts_from, "the last stage that searches");
  if (!sampler) return;
  read_basins(in);
  read_steps_per_task(in);
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
