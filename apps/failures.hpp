// Tasks that ended with an error of their own (dynamics that broke down, a structure that did not relax), as one small file each,
// failures/<task>.json: the others go on, and a failed task is not run again until its record is forgotten. What is wrong with the study
// or the machine (a bad option, a full disk) is no failure of a task.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace glasscape {

struct Failure {
  std::string task;
  std::string reason;  // what the error said
  std::string host;
  std::string time;    // ISO 8601
};

class Failures {
 public:
  explicit Failures(const std::filesystem::path& run_folder) : folder_(run_folder / "failures") {}

  /// Throws WriteError.
  void record(const Failure& failure);
  /// Throws NotFound when the system cannot tell.
  bool has(const std::string& task) const;
  /// Sorted by task. A damaged record says so in its reason: its task has failed all the same. Throws NotFound when one cannot be read.
  std::vector<Failure> all() const;
  /// Throws WriteError. None is no error.
  void forget(const std::string& task);

 private:
  std::filesystem::path folder_;
};

}  // namespace glasscape
