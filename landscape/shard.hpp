// One task's facts as one file: what was found (events), what it was found with (provenance), and how the
// run happened to go (circumstances). A second run must reproduce facts and provenance; circumstances never
// enter a hash. The layout of the file is in docs/store.md.
#pragma once

#include <cstdint>
#include <string>

#include "landscape/event.hpp"

namespace glasscape {

/// Everything that the facts depend on. Texts of any length, UTF-8 without NUL.
struct Provenance {
  std::string study;  // its whole text
  std::string study_name;
  std::string program_version;
  std::string compiler;
  std::string libraries;  // names and versions
  std::uint64_t seed = 0;
  std::string potential;           // as it describes itself
  std::string potential_checksum;  // SHA-256 of its files
  std::string task_description;    // the inputs that the task id was made from

  bool operator==(const Provenance&) const = default;

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("study", self.study, "");
    visit("study_name", self.study_name, "");
    visit("program_version", self.program_version, "");
    visit("compiler", self.compiler, "");
    visit("libraries", self.libraries, "");
    visit("seed", self.seed, "");
    visit("potential", self.potential, "");
    visit("potential_checksum", self.potential_checksum, "");
    visit("task_description", self.task_description, "");
  }
};

/// What may differ between two runs that find the same facts.
struct Circumstances {
  std::string host;
  std::string started, ended;  // ISO 8601
  double wall_seconds = 0;
  std::int64_t threads = 1;

  bool operator==(const Circumstances&) const = default;

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("host", self.host, "");
    visit("started", self.started, "");
    visit("ended", self.ended, "");
    visit("wall_seconds", self.wall_seconds, "s");
    visit("threads", self.threads, "");
  }
};

struct Shard {
  std::string task;
  Provenance provenance;
  Circumstances circumstances;
  Events events;
};

/// The file as bytes; `path` is where they will go. Equal shards give equal bytes. Throws WriteError.
std::string shard_bytes(const Shard& shard, const std::string& path);

/// Compares the file with its seal, reads it, and compares the facts with their hash, which `facts_hash` is set to. Throws FormatError with
/// the remedy for a file that is damaged, unfinished, of another layout or inconsistent.
Shard read_shard(const std::string& path, std::string* facts_hash = nullptr);

/// The circumstances alone, without reading the rest of the file. Throws as read_shard.
Circumstances read_circumstances(const std::string& path);

/// The hash of the facts as written, once the file has been compared with its seal. The events are not read.
/// Throws as read_shard.
std::string read_facts_hash(const std::string& path);

}  // namespace glasscape
