// A study in a folder of its own that is gone at the end: read, run in silence, looked into.
#pragma once

#include <catch2/catch.hpp>

#include "apps/plugins.hpp"
#include "apps/report/findings.hpp"
#include "tests/apps/silent.hpp"
#include "tests/support/folder.hpp"

namespace glasscape::test {

struct StudyAt {
  /// `start` is the content of start.xyz, beside the study.
  explicit StudyAt(const std::string& toml, const std::string& start = "") {
    if (!start.empty()) folder.write("start.xyz", start);
    study = read(toml);
  }
  Study read(const std::string& toml) const {
    return read_study(folder.write("study.toml", toml), builtin_plugins(), installed_potentials(), folder.file("run"));
  }
  Store store() const { return Store(study.folder); }
  /// To its end.
  void run(int threads = 1) const {
    Store all = store();
    Silent silent;
    const std::atomic<bool> stop = false;
    REQUIRE(run_study(study, all, {.threads = threads}, stop, silent).complete());
  }
  Findings findings() const { return findings_of(study, store()); }
  std::string digest() const { return store().digest(); }

  Folder folder;
  Study study;
};

/// The text with one part of it exchanged.
inline std::string with(std::string text, const std::string& what, const std::string& instead) {
  REQUIRE(text.find(what) != std::string::npos);
  return text.replace(text.find(what), what.size(), instead);
}

}  // namespace glasscape::test
