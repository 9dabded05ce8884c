#include "landscape/journal.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <optional>

#include "landscape/canonical_bytes.hpp"
#include "md/support/descriptor.hpp"
#include "md/support/error.hpp"
#include "md/support/folder.hpp"
#include "md/support/hash.hpp"
#include "md/support/temporary.hpp"
#include "md/support/text.hpp"

namespace glasscape {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view mark = ".journal.";
constexpr std::size_t digest_size = 64;

std::string head_of(const std::string& task) { return fmt::format("glasscape-journal 1 {}\n", task); }

void add_length(std::string& to, std::uint64_t length) { to.append(reinterpret_cast<const char*>(&length), sizeof length); }

/// Takes a length and so many bytes off the front; nothing when there are not so many.
std::optional<std::string_view> take_counted(std::string_view& from, std::size_t between) {
  std::uint64_t length = 0;
  if (from.size() < sizeof length + between) return std::nullopt;
  std::memcpy(&length, from.data(), sizeof length);
  if (length > from.size() - sizeof length - between) return std::nullopt;
  const std::string_view taken = from.substr(sizeof length, between + length);
  from.remove_prefix(sizeof length + between + length);
  return taken;
}

std::string record_of(const Events& step) {
  std::string payload;
  for (const Event& event : step) {
    const std::string bytes = canonical_bytes(event);
    add_length(payload, bytes.size());
    payload += bytes;
  }
  std::string record;
  add_length(record, payload.size());
  return record + sha256(payload) + payload;
}

std::optional<Events> events_of_record(std::string_view record) {
  std::string_view payload = record.substr(digest_size);
  if (sha256(payload) != record.substr(0, digest_size)) return std::nullopt;
  Events events;
  while (!payload.empty()) {
    const auto bytes = take_counted(payload, 0);
    if (!bytes) return std::nullopt;
    events.push_back(event_of_bytes(*bytes, "journal"));
  }
  return events;
}

/// The journals of a stem, in the order of their names.
std::vector<fs::path> journals_of(const fs::path& stem) {
  std::vector<fs::path> found;
  const std::string begin = stem.filename().string() + std::string(mark);
  for (const fs::path& file : entries_of(stem.parent_path()))
    if (file.filename().string().starts_with(begin)) found.push_back(file);
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace

std::vector<Events> steps_of_journal(std::string_view content, const std::string& task, std::size_t& end) {
  std::vector<Events> steps;
  end = 0;
  const std::string head = head_of(task);
  if (!content.starts_with(head)) return steps;
  std::string_view left = content.substr(head.size());
  for (;;) {
    end = content.size() - left.size();
    const auto record = take_counted(left, digest_size);
    if (!record) return steps;
    try {
      auto events = events_of_record(*record);
      if (!events) return steps;
      steps.push_back(std::move(*events));
    } catch (const Error&) {  // of a program that knew other kinds of facts
      return steps;
    }
  }
}

Journal::Journal(std::string stem, std::string task) : stem_(std::move(stem)), task_(std::move(task)) {
  if (stem_.empty()) return;
  path_ = fmt::format("{}{}{}", stem_, mark, process_name());
  for (const fs::path& file : journals_of(stem_)) {
    std::string content;
    try {
      content = read_text_file(file.string(), "journal");
    } catch (const NotFound&) {
      if (is_there(file)) throw;  // it may be good: the disk fails, or too many files are open
      continue;                   // removed meanwhile: its task is done
    }
    std::size_t end = 0;
    std::vector<Events> steps = steps_of_journal(content, task_, end);
    if (steps.size() <= steps_.size()) continue;
    steps_ = std::move(steps);
    sound_ = content.substr(0, end);
  }
}

Journal::~Journal() {
  if (file_ >= 0) ::close(file_);
}

void Journal::append(const Events& step) {
  if (stem_.empty()) return;
  if (file_ < 0) open();
  if (!write_all(file_, record_of(step))) throw WriteError("cannot write '{}': {}", path_, std::strerror(errno));
}

/// The own journal begins with what was found, in one step; then those of ended processes are of no more use.
void Journal::open() {
  if (sound_.empty()) sound_ = head_of(task_);
  write_text_file(path_, sound_);
  sound_.clear();
  file_ = uninterrupted([&] { return ::open(path_.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC); });
  if (file_ < 0) throw WriteError("cannot open '{}': {}", path_, std::strerror(errno));
  std::error_code ignored;
  for (const fs::path& file : journals_of(stem_))
    if (has_ended(file.string().substr(stem_.size() + mark.size()))) fs::remove(file, ignored);
}

}  // namespace glasscape
