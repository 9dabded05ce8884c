#include "apps/failures.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "md/support/error.hpp"
#include "md/support/text.hpp"

namespace glasscape {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr std::string_view extension = ".json";

Failure read_failure(const fs::path& file) {
  Failure failure{.task = file.stem(), .reason = {}, .host = {}, .time = {}};
  try {
    const Json json = Json::parse(read_text_file(file.string(), "record of a failure"));
    failure.reason = json.at("reason");
    failure.host = json.at("host");
    failure.time = json.at("time");
  } catch (const std::exception& error) {
    failure.reason = fmt::format("its record cannot be read: {}", error.what());
  }
  return failure;
}

}  // namespace

void make_folder(const fs::path& folder) {
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (failed) throw WriteError("cannot make the folder '{}': {}", folder.string(), failed.message());
}

void Failures::record(const Failure& failure) {
  make_folder(folder_);
  const Json json{{"task", failure.task}, {"reason", failure.reason}, {"host", failure.host}, {"time", failure.time}};
  write_text_file((folder_ / (failure.task + std::string(extension))).string(), json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

bool Failures::has(const std::string& task) const {
  std::error_code none;
  return fs::exists(folder_ / (task + std::string(extension)), none);
}

std::vector<Failure> Failures::all() const {
  std::vector<Failure> found;
  std::error_code failed;
  for (fs::directory_iterator at(folder_, failed); !failed && at != fs::directory_iterator(); at.increment(failed))
    if (at->path().extension() == extension) found.push_back(read_failure(at->path()));
  if (failed && failed != std::errc::no_such_file_or_directory) throw NotFound("cannot list the folder '{}': {}", folder_.string(), failed.message());
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
