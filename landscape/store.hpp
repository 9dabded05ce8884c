// All facts of a run: a folder with one finished file per task, shards/<task>.h5. Shards are written whole
// and never changed, so any number of processes may write different tasks and read at the same time. A crash
// at any moment leaves every shard as it was before or as it is after, and at worst a temporary file beside
// it.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "landscape/shard.hpp"
#include "md/support/hash.hpp"

namespace glasscape {

/// The digest of a store out of the hashes of its shards, in the order of their tasks; see Store::digest.
class StoreDigest {
 public:
  void add(const std::string& task, const std::string& facts_hash) { hash_.add(task + " " + facts_hash + "\n"); }
  /// Ends the sum.
  std::string hex() { return hash_.hex(); }

 private:
  Sha256 hash_;
};

class Store {
 public:
  /// The run folder; it and its folder of shards are made by the first write.
  explicit Store(std::filesystem::path folder) : folder_(std::move(folder)) {}

  /// Writes a temporary file, syncs it, reads it back and compares, then renames it and syncs the folder. A
  /// shard that exists is replaced. Throws WriteError (the old state is intact) or InputError for a task id
  /// that is no file name.
  void write(const Shard& shard);

  /// The ids of all finished tasks, sorted.
  std::vector<std::string> tasks() const;
  bool has(const std::string& task) const;
  /// Throws NotFound when the task has no shard, FormatError with file and remedy when the shard is not
  /// sound.
  Shard read(const std::string& task) const;
  /// Without reading the events. Throws as read.
  Circumstances circumstances(const std::string& task) const;
  /// Calls `visit` with every shard, by task, and the hash of its facts, and so reads each file once. Throws as read.
  void visit(const std::function<void(const Shard&, const std::string& facts_hash)>& visit) const;
  /// SHA-256 over the sorted task ids and the hashes of their facts as written: the same for equal facts,
  /// whatever the order, threads and times in which the tasks ran. Throws as read.
  std::string digest() const;

  /// Deletes what dead processes of this host left in the run folder (glasscape::remove_leftovers);
  /// returns how many.
  int remove_leftovers();

  const std::filesystem::path& folder() const { return folder_; }

 private:
  std::filesystem::path shards() const { return folder_ / "shards"; }
  Shard read(const std::string& task, std::string& facts_hash) const;
  /// Throws InputError for an id that is no plain file name.
  std::filesystem::path path_of(const std::string& task) const;
  /// Throws NotFound unless there is a shard.
  std::filesystem::path existing(const std::string& task) const;

  std::filesystem::path folder_;
};

}  // namespace glasscape
