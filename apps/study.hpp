// A study file as objects: the potential, the stages in order, what the report should show. TOML; see docs/study.md.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "apps/plugins.hpp"

namespace glasscape {

/// An Arrhenius law that somebody published, nu0 exp(S/kB) exp(-E/kT), to draw beside the own ones.
struct PublishedLaw {
  std::string name;
  double energy;    // E, eV
  double entropy;   // S, kB, for the nu0 of the report
  double from, to;  // K, where it was measured
};

/// What is derived and never stored: read from the table `report`.
struct ReportOptions {
  std::vector<double> temperatures;  // K
  double moved;                      // Angstrom: an atom displaced further has moved
  int largest_events;                // how many to draw as still pictures
  double rdf_range;                  // Angstrom
  double nu0;                        // THz: activation entropies are counted from it
  double compared_entropy;           // kB for that nu0
  std::vector<PublishedLaw> published;
  double skipped;                    // part of the cycles of a shear, before its blocks begin
  double group;                      // part of the atoms that are nearest to a phase
  double contact;                    // Angstrom: atoms within it are neighbours; 0: the first minimum of g(r)
  double observed;                   // s: what takes longer has not happened
  std::string measured;              // path of a measurement to draw beside the landscape's relaxation; empty: none
};

struct StudyStage {
  std::string name, type;
  std::string from;         // name of the stage whose basins or saddles its tasks start from, or ""
  std::string description;  // what its facts depend on, as canonical text
  std::shared_ptr<const Stage> stage;
};

struct Study {
  std::string source, text, name;
  std::uint64_t seed = 0;
  std::filesystem::path folder;  // of the run
  std::shared_ptr<const Potential> potential;
  std::vector<StudyStage> stages;
  ReportOptions report;

  const StudyStage* find(std::string_view stage) const;
  /// The id of a task: stage, number, and a hash of everything its facts depend on.
  std::string task_id(const StudyStage& stage, std::int64_t task) const;
  /// What that hash is of.
  std::string task_description(const StudyStage& stage, std::int64_t task) const;
  /// The id of the task whose facts it begins with, or "". The first to find a saddle is known once all tasks up to the one
  /// of the same number are done, and the id of that one says what those before it were: a stage never changes them when
  /// it is made longer. Of a stage that starts from the basins or events of another, the last task of that one: its number and what
  /// it is say how many there are and what each of them is.
  std::string upstream_of(const StudyStage& stage, std::int64_t task) const;
};

/// Throws NotFound or InputError "file:line: key ...". `folder` replaces the run folder when not empty.
Study read_study(const std::string& path, const Plugins& plugins, const SearchPath& search, const std::string& folder = {});

/// The options of the table `study` or `report`, for `describe`.
Input describe_table(const std::string& table);

/// Adds the options that every stage of its kind has to a description: the name, the stage to start from, and a sampler's
/// basins and size of tasks.
void describe_common(Input& in, const std::string& type, StartsFrom starts_from, bool sampler);

/// "eam-fs:PATH", "lj:epsilon=1,sigma=1": a potential as written on the command line.
std::shared_ptr<const Potential> potential_from_text(const std::string& text, const Plugins& plugins, const SearchPath& search);

}  // namespace glasscape
