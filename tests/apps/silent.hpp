// A watcher of runs that says nothing.
#pragma once

#include "apps/runner.hpp"

namespace glasscape::test {

struct Silent : Watcher {
  void stage_begins(const StudyStage&, std::int64_t, std::int64_t) override {}
  void task_ends(const StudyStage&, std::int64_t, std::int64_t) override {}
  void task_moves(const StudyStage&, double) override {}
  void task_fails(const StudyStage&, const Failure&) override {}
  void others_work(const StudyStage&, std::int64_t) override {}
  void stage_ends(const StudyStage&) override {}
};

}  // namespace glasscape::test
