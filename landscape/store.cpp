#include "landscape/store.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cctype>
#include <cstring>

#include "landscape/facts_hash.hpp"
#include "md/support/descriptor.hpp"
#include "md/support/error.hpp"
#include "md/support/folder.hpp"
#include "md/support/temporary.hpp"

namespace glasscape {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view extension = ".h5";
constexpr std::string_view temporary_mark = ".h5.tmp.";
constexpr std::size_t longest_task = 150;  // leaves room for the temporary name within 255 bytes

bool is_task_id(const std::string& task) {
  const auto plain = [](unsigned char c) { return std::isalnum(c) || c == '-' || c == '_' || c == '.'; };
  return !task.empty() && task.size() <= longest_task && task.front() != '.' &&
         std::all_of(task.begin(), task.end(), plain) && task.find(temporary_mark) == std::string::npos;
}

/// A new or renamed file is on disk when its folder is.
void sync_folder(const fs::path& folder) {
  const Descriptor directory(uninterrupted([&] { return ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
  const bool synced = directory.is_open() && (uninterrupted([&] { return ::fsync(directory.number()); }) == 0 || errno == EINVAL);  // EINVAL: not on this file system
  if (!synced) throw WriteError("cannot sync the folder '{}': {}", folder.string(), std::strerror(errno));
}

void make_synced_folder(const fs::path& shards) {
  if (is_there(shards)) return;
  make_folder(shards);
  const fs::path run = fs::absolute(shards).parent_path();
  sync_folder(run);
  sync_folder(run.parent_path());
}

/// Removes a file that was not renamed away.
struct Temporary {
  fs::path path;

  explicit Temporary(fs::path at) : path(std::move(at)) {}
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;
  ~Temporary() {
    std::error_code ignored;
    fs::remove(path, ignored);
  }
};

void verify(const fs::path& written, const Shard& shard) {
  try {
    const Shard found = read_shard(written);
    if (found.task == shard.task && found.provenance == shard.provenance &&
        found.circumstances == shard.circumstances && facts_hash(found.events) == facts_hash(shard.events))
      return;
  } catch (const Error& error) {
    throw WriteError("task '{}' cannot be read back: {}", shard.task, error.what());
  }
  throw WriteError("task '{}' reads back differently from '{}': is there a NUL in a text?", shard.task,
                   written.string());
}

}  // namespace

void Store::write(const Shard& shard) {
  const fs::path path = path_of(shard.task);
  make_synced_folder(shards());
  const Temporary temporary(temporary_name(path));
  write_temporary(path, shard_bytes(shard, temporary.path));
  verify(temporary.path, shard);
  std::error_code failed;
  fs::rename(temporary.path, path, failed);
  if (failed) throw WriteError("cannot replace '{}': {}", path.string(), failed.message());
  sync_folder(shards());
}

std::vector<std::string> Store::tasks() const {
  std::vector<std::string> found;
  for (const fs::path& file : entries_of(shards()))
    if (file.extension() == extension && is_task_id(file.stem())) found.push_back(file.stem());
  std::sort(found.begin(), found.end());
  return found;
}

bool Store::has(const std::string& task) const {
  return is_there(path_of(task));
}

Shard Store::read(const std::string& task) const {
  std::string facts_hash;
  return read(task, facts_hash);
}

Shard Store::read(const std::string& task, std::string& facts_hash) const {
  const fs::path path = existing(task);
  Shard shard = read_shard(path, &facts_hash);
  if (shard.task != task)
    throw FormatError("{}: holds the facts of task '{}': give the file its name back", path.string(),
                      shard.task);
  return shard;
}

Circumstances Store::circumstances(const std::string& task) const {
  return read_circumstances(existing(task));
}

void Store::visit(const std::function<void(const Shard&, const std::string& facts_hash)>& visit) const {
  for (const std::string& task : tasks()) {
    std::string facts_hash;
    const Shard shard = read(task, facts_hash);
    visit(shard, facts_hash);
  }
}

std::string Store::digest() const {
  StoreDigest digest;
  for (const std::string& task : tasks()) digest.add(task, read_facts_hash(existing(task)));
  return digest.hex();
}

int Store::remove_leftovers() {
  return glasscape::remove_leftovers(folder_.string());
}

std::filesystem::path Store::path_of(const std::string& task) const {
  if (!is_task_id(task))
    throw InputError("the task id '{}' is no file name: use 1 to {} letters, digits, '-', '_' and '.'", task,
                     longest_task);
  return shards() / (task + std::string(extension));
}

std::filesystem::path Store::existing(const std::string& task) const {
  if (!has(task)) throw NotFound("there is no shard '{}': run its task", path_of(task).string());
  return path_of(task);
}

}  // namespace glasscape
