// Restart files of dynamics: one DynamicsState or several as text whose numbers read back to the same bits, so that a
// continued run equals an uninterrupted one bit for bit (same program, same machine type, any number of threads).
// One line per quantity, "name count values..."; the last line is the SHA-256 of all before it.
#pragma once

#include <map>
#include <optional>

#include "md/dynamics.hpp"

namespace glasscape {

struct Restart {
  std::vector<DynamicsState> states;  // one or more, of the same atoms
  /// What the owner of the run keeps beside it, by name.
  std::map<std::string, std::vector<double>, std::less<>> notes;
};

/// Writes in one step: the old file or the new one, never a part. Throws WriteError.
void write_restart(const std::string& path, const Restart& restart);

/// Throws NotFound, or FormatError "path:line: ..." for a file that is damaged or not a restart file.
Restart read_restart(const std::string& path);

/// The restart files of one run, `<stem>.A` and `<stem>.B`, written in turn: while one is replaced the other stays. They are a cache: the newest
/// sound one counts, and without one a run begins anew. Two processes may write those of the same run: each file is a state of it.
class Checkpoints {
 public:
  /// No files for an empty stem.
  explicit Checkpoints(std::string stem) : stem_(std::move(stem)) {}

  /// The newest sound one. Throws NotFound for one that is there and cannot be read.
  std::optional<Restart> load();
  /// Throws WriteError.
  void save(Restart restart);

 private:
  std::string stem_;
  double number_ = 0;  // of the last one that was read or written
  bool is_a_next_ = true;
};

}  // namespace glasscape
