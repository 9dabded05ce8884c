#include "apps/failures.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "md/support/error.hpp"
#include "md/support/folder.hpp"
#include "md/support/text.hpp"

namespace glasscape {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr std::string_view extension = ".json";

Failure read_failure(const fs::path& file) {
  const std::string text = read_text_file(file.string(), "record of a failure");
  Failure failure{.task = file.stem(), .reason = {}, .host = {}, .time = {}};
  try {
    const Json json = Json::parse(text);
    failure.reason = json.at("reason");
    failure.host = json.at("host");
    failure.time = json.at("time");
  } catch (const Json::exception& error) {
    failure.reason = fmt::format("its record '{}' is damaged: {}", file.string(), error.what());
  }
  return failure;
}

}  // namespace

void Failures::record(const Failure& failure) {
  make_folder(folder_);
  const Json json{{"task", failure.task}, {"reason", failure.reason}, {"host", failure.host}, {"time", failure.time}};
  write_text_file((folder_ / (failure.task + std::string(extension))).string(), json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

bool Failures::has(const std::string& task) const { return is_there(folder_ / (task + std::string(extension))); }

std::vector<Failure> Failures::all() const {
  std::vector<Failure> found;
  for (const fs::path& file : entries_of(folder_)) {
    if (file.extension() != extension) continue;
    try {
      found.push_back(read_failure(file));
    } catch (const NotFound&) {
      if (is_there(file)) throw;  // else forgotten meanwhile
    }
  }
  std::sort(found.begin(), found.end(), [](const Failure& a, const Failure& b) { return a.task < b.task; });
  return found;
}

void Failures::forget(const std::string& task) {
  std::error_code failed;
  const fs::path file = folder_ / (task + std::string(extension));
  fs::remove(file, failed);
  if (failed) throw WriteError("cannot remove '{}': {}", file.string(), failed.message());
}

}  // namespace glasscape
