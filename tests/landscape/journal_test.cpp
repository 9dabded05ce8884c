#include "landscape/journal.hpp"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <fstream>

#include "landscape/canonical_bytes.hpp"
#include "landscape/facts_hash.hpp"
#include "md/support/error.hpp"
#include "md/support/temporary.hpp"
#include "md/support/text.hpp"
#include "tests/landscape/samples.hpp"

using namespace glasscape;
using namespace glasscape::test;
namespace fs = std::filesystem;

namespace {

/// Steps of one to three small events.
std::vector<Events> sample_steps() {
  const Events events = sample_events(1, 2);
  return {{events[2]}, {events[3], events[4], events[6]}, {events[11]}, {events[8], events[12]}, {}};
}

bool same(const std::vector<Events>& a, const std::vector<Events>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Events& x, const Events& y) { return std::equal(x.begin(), x.end(), y.begin(), y.end(), equal); });
}

/// The first of the sample steps.
std::vector<Events> first(std::size_t count) {
  std::vector<Events> steps = sample_steps();
  steps.resize(count);
  return steps;
}

void write_steps(const std::string& stem, std::size_t from, std::size_t to) {
  Journal journal(stem, "task-1");
  for (std::size_t k = from; k < to; ++k) journal.append(sample_steps()[k]);
}

std::string own(const std::string& stem) { return stem + ".journal." + process_name(); }

}  // namespace

TEST_CASE("an event of every kind comes back from its canonical bytes to the last bit") {
  for (const std::uint64_t seed : {1, 2})
    for (const Event& event : sample_events(seed)) {
      const std::string bytes = canonical_bytes(event);
      CHECK(canonical_bytes(event_of_bytes(bytes, "here")) == bytes);
    }
}

TEST_CASE("canonical bytes that are cut short, longer, or of an unknown kind are refused") {
  for (const Event& event : sample_events(1, 2)) {
    const std::string bytes = canonical_bytes(event);
    for (std::size_t size = 0; size < bytes.size(); size += 1 + bytes.size() / 97) CHECK_THROWS_AS(event_of_bytes(bytes.substr(0, size), "here"), FormatError);
    CHECK_THROWS_AS(event_of_bytes(bytes + '\0', "here"), FormatError);
  }
  std::string unknown = canonical_bytes(sample_events().front());
  unknown[8] = 'x';
  CHECK_THROWS_WITH(event_of_bytes(unknown, "here"), Catch::Contains("here: unknown kind of event"));
}

TEST_CASE("lengths that the bytes cannot hold are refused before they are believed") {
  const std::string bytes = canonical_bytes(sample_events().front());
  for (std::size_t at = 0; at + 8 <= bytes.size(); ++at) {
    std::string hostile = bytes;
    for (std::size_t k = 0; k < 8; ++k) hostile[at + k] = static_cast<char>(k == 7 ? 0x7f : 0xff);
    try {
      event_of_bytes(hostile, "here");  // it was a number, not a length
    } catch (const Error&) {
    }
  }
}

TEST_CASE("numbers of modes that no sum can hold are refused") {
  ModesFound modes;
  modes.point = "start";
  modes.positive = modes.negative = std::numeric_limits<std::int64_t>::min();
  CHECK_THROWS_WITH(event_of_bytes(canonical_bytes(modes), "here"), Catch::Contains("modes of 0 atoms"));
  modes.positive = modes.negative = std::numeric_limits<std::int64_t>::max();
  CHECK_THROWS_WITH(event_of_bytes(canonical_bytes(modes), "here"), Catch::Contains("modes of 0 atoms"));
}

TEST_CASE("a journal gives back the steps of an ended process, and goes on after them") {
  const TemporaryFolder folder;
  const std::string stem = folder.path / "task-1";
  CHECK(Journal(stem, "task-1").steps().empty());
  CHECK(fs::is_empty(folder.path));
  write_steps(stem, 0, 2);
  CHECK(same(Journal(stem, "task-1").steps(), first(2)));
  write_steps(stem, 2, 5);
  CHECK(same(Journal(stem, "task-1").steps(), first(5)));
  CHECK(Journal(stem, "task-2").steps().empty());
}

TEST_CASE("a journal cut anywhere is the whole steps before the cut, and can be gone on with") {
  const TemporaryFolder folder;
  const std::string stem = folder.path / "task-1";
  write_steps(stem, 0, 4);
  const std::string whole = read_text_file(own(stem), "journal");
  std::vector<std::size_t> ends;
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    std::size_t end = 0;
    const std::vector<Events> steps = steps_of_journal(std::string_view(whole).substr(0, size), "task-1", end);
    CHECK(end <= size);
    if (size == end) ends.push_back(size);
    REQUIRE(same(steps, first(steps.size())));
    CHECK(steps.size() == std::max<std::size_t>(2, ends.size()) - 2);  // an end of nothing and that of the head
  }
  CHECK(ends.size() >= 5);
  for (std::size_t size : {whole.size() - 1, ends[2] + 1, ends[1] - 1}) {
    std::ofstream(own(stem), std::ios::binary).write(whole.data(), static_cast<std::streamsize>(size));
    const std::size_t left = Journal(stem, "task-1").steps().size();
    write_steps(stem, left, 5);
    CHECK(same(Journal(stem, "task-1").steps(), first(5)));
  }
}

TEST_CASE("no byte of a journal can change without the steps from there on being dropped") {
  const TemporaryFolder folder;
  const std::string stem = folder.path / "task-1";
  write_steps(stem, 0, 4);
  const std::string whole = read_text_file(own(stem), "journal");
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ (1 << at % 8));
    std::size_t end = 0;
    const std::vector<Events> steps = steps_of_journal(damaged, "task-1", end);
    CHECK(steps.size() < 4);
    CHECK(end <= at + (at < 27 ? 27 : 0));
    REQUIRE(same(steps, first(steps.size())));
  }
}

TEST_CASE("two processes at one task keep journals of their own, the longest counts, and those of ended ones go") {
  const TemporaryFolder folder;
  const std::string stem = folder.path / "task-1";
  write_steps(stem, 0, 1);
  const pid_t other = ::fork();
  if (other == 0) {
    write_steps(stem, 1, 4);
    ::_exit(0);
  }
  ::waitpid(other, nullptr, 0);
  CHECK(fs::exists(own(stem)));
  CHECK(std::distance(fs::directory_iterator(folder.path), fs::directory_iterator()) == 2);
  CHECK(same(Journal(stem, "task-1").steps(), first(4)));
  write_steps(stem, 4, 5);
  CHECK(same(Journal(stem, "task-1").steps(), first(5)));
  CHECK(std::distance(fs::directory_iterator(folder.path), fs::directory_iterator()) == 1);
}

TEST_CASE("a writer of a journal killed at any moment loses at most the step in flight") {
  const TemporaryFolder folder;
  const std::string stem = folder.path / "task-1";
  std::size_t before = 0;
  for (unsigned delay = 200; delay <= 8000 || (before == 0 && delay < 1000000); delay += 600) {  // longer where a busy machine lets none write
    const pid_t writer = ::fork();
    if (writer == 0) {
      Journal journal(stem, "task-1");
      for (std::size_t k = journal.steps().size();; ++k) journal.append(sample_steps()[k % 5]);
    }
    ::usleep(delay);
    ::kill(writer, SIGKILL);
    ::waitpid(writer, nullptr, 0);
    const std::vector<Events> steps = Journal(stem, "task-1").steps();
    CHECK(steps.size() >= before);
    before = steps.size();
    for (std::size_t k = 0; k < steps.size(); ++k) REQUIRE(same({steps[k]}, {sample_steps()[k % 5]}));
  }
  CHECK(before > 0);
}

TEST_CASE("a journal that has no room left says so, and what it had stays") {
  const TemporaryFolder folder;
  const std::string stem = folder.path / "task-1";
  write_steps(stem, 0, 2);
  ::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  const rlimit limit{fs::file_size(own(stem)) + 100, before.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &limit);
  CHECK_THROWS_WITH(write_steps(stem, 3, 4), Catch::Contains("cannot write") && Catch::Contains("task-1.journal."));
  ::setrlimit(RLIMIT_FSIZE, &before);
  CHECK(same(Journal(stem, "task-1").steps(), first(2)));
}
