// The facts of a task at work, step by step, in a file that only grows: a task that is killed goes on with the step that was in flight.
// Each process has a file of its own, `<stem>.journal.<host>.<process>`, so that a task that two processes run at once needs no lock: the steps of a
// task are the same whoever makes them, and the longest journal is as good as any. It is a cache: what is torn or damaged in it, and what follows that, is
// made again. Appended steps survive the end of the process at once; a power cut may cost the last of them.
// The file: the line "glasscape-journal 1 <task>", then for each step its length (8 bytes, little-endian), the SHA-256 of what follows in
// hexadecimal (64 bytes) and the events, each as its length and its canonical bytes.
#pragma once

#include <string>
#include <vector>

#include "landscape/event.hpp"

namespace glasscape {

class Journal {
 public:
  /// Reads what the journals of this stem and task have; no files are touched for an empty stem. Throws NotFound for one that is there and cannot be read.
  Journal(std::string stem, std::string task);
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  /// The steps that were made before.
  const std::vector<Events>& steps() const { return steps_; }
  /// Adds a step to the file. Throws WriteError.
  void append(const Events& step);

 private:
  void open();

  std::string stem_, task_, path_;
  std::string sound_;  // content of the longest journal as far as it is sound
  std::vector<Events> steps_;
  int file_ = -1;
};

/// The steps in the content of a journal, as far as it is sound; `end` is set to where that ends, 0 when it is no journal of this task. Never throws.
std::vector<Events> steps_of_journal(std::string_view content, const std::string& task, std::size_t& end);

}  // namespace glasscape
