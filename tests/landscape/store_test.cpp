#include "landscape/store.hpp"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>

#include "landscape/event_tables.hpp"
#include "landscape/facts_hash.hpp"
#include "landscape/hdf5.hpp"
#include "landscape/merge.hpp"
#include "landscape/seal.hpp"
#include "md/support/error.hpp"
#include "md/support/hash.hpp"
#include "md/support/text.hpp"
#include "tests/landscape/samples.hpp"

using namespace glasscape;
using namespace glasscape::test;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

namespace {

bool same(const Shard& a, const Shard& b) {
  return a.task == b.task && a.provenance == b.provenance && a.circumstances == b.circumstances &&
         std::equal(a.events.begin(), a.events.end(), b.events.begin(), b.events.end(), equal);
}

fs::path file_of(const Store& store, const std::string& task) {
  return store.folder() / "shards" / (task + ".h5");
}

void put(const fs::path& file, std::string_view bytes) {
  std::ofstream(file, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

std::size_t files_in(const fs::path& folder) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

/// Lets no file grow beyond a size; writing more fails with EFBIG as a full disk does with ENOSPC.
struct FileLimit {
  rlimit before{};

  explicit FileLimit(rlim_t bytes) {
    ::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before);
    const rlimit limit{bytes, before.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  FileLimit(const FileLimit&) = delete;
  FileLimit& operator=(const FileLimit&) = delete;
  ~FileLimit() { ::setrlimit(RLIMIT_FSIZE, &before); }
};

/// What the reader of these bytes says, or "" when it accepts them.
std::string refusal(const Store& store, const std::string& task, std::string_view bytes) {
  put(file_of(store, task), bytes);
  try {
    store.read(task);
    return "";
  } catch (const FormatError& error) {
    return error.what();
  }
}

}  // namespace

TEST_CASE("a shard written and read again is the same, bit for bit") {
  const TemporaryFolder folder;
  Store store(folder.path / "run");
  Shard shard = sample_shard("task-1");
  SECTION("of every kind of event") {}
  SECTION("without events") { shard.events.clear(); }
  SECTION("of many events in any order") {
    const Events few = sample_events(3, 2);
    Rng rng(1, stream_of("many"));
    for (int k = 0; k < 300; ++k) shard.events.push_back(few[rng.below(few.size())]);
  }
  SECTION("with texts beyond the limits of HDF5's headers") {
    shard.provenance.study = std::string(200'000, '#') + "Å";
    shard.circumstances.host = std::string(70'000, 'h');
    shard.events.push_back(
        SearchFailed{EventRef(), 1, std::string(59'998, 'r'), std::string(59'999, 'd'), 0, 0});
  }
  SECTION("with a trace of several chunks") {
    shard.events.push_back(TraceRecorded{"long", {"a", "b", "c"}, random_rows(100'001, 3)});
    shard.events.push_back(TraceRecorded{"constant", {"a", "b"}, Eigen::MatrixXd::Zero(200'000, 2)});
  }
  store.write(shard);
  CHECK(same(store.read("task-1"), shard));
  CHECK(store.circumstances("task-1") == shard.circumstances);
}

TEST_CASE("a store lists finished tasks only, sorted") {
  const TemporaryFolder folder;
  Store store(folder.path);
  CHECK(store.tasks().empty());
  for (const char* task : {"b", "a", "a.2"}) store.write(sample_shard(task));
  put(file_of(store, "c").string() + ".tmp.host.123", "half");
  put(folder.path / "shards" / "notes.txt", "by hand");
  CHECK(store.tasks() == std::vector<std::string>{"a", "a.2", "b"});
  CHECK(store.has("a"));
  CHECK_FALSE(store.has("c"));
  CHECK_THROWS_AS(store.read("c"), NotFound);
  for (const char* bad : {"", "../a", "a/b", ".a", "a b", "a.h5.tmp.1"}) {
    Shard shard = sample_shard(bad);
    CHECK_THROWS_AS(store.write(shard), InputError);
  }
}

TEST_CASE("equal shards make equal files") {
  CHECK(sha256(shard_bytes(sample_shard("a"), "here")) == sha256(shard_bytes(sample_shard("a"), "there")));
}

TEST_CASE("the digest depends on facts and tasks, not on order or circumstances") {
  const TemporaryFolder one, two;
  Store first(one.path), second(two.path);
  for (const int k : {1, 2, 3})
    first.write(sample_shard(fmt::format("task-{}", k), static_cast<std::uint64_t>(k), 2));
  for (const int k : {3, 1, 2}) {
    Shard shard = sample_shard(fmt::format("task-{}", k), static_cast<std::uint64_t>(k), 2);
    shard.circumstances = {"elsewhere", "later", "much later", 1e6, 64};
    second.write(shard);
  }
  CHECK(first.digest() == second.digest());
  const std::string before = second.digest();
  Shard changed = sample_shard("task-2", 2, 2);
  std::get<BasinFound>(changed.events[0]).force_calls += 1;
  second.write(changed);
  CHECK(second.digest() != before);
  second.write(sample_shard("task-2", 2, 2));
  CHECK(second.digest() == before);
  second.write(sample_shard("task-4", 2, 2));
  CHECK(second.digest() != before);
}

TEST_CASE("a truncated shard is refused with its name and the remedy") {
  const TemporaryFolder folder;
  Store store(folder.path);
  store.write(sample_shard("t", 1, 2));
  const std::string whole = read_text_file(file_of(store, "t"), "shard");
  for (std::size_t size = 0; size < whole.size(); size += 512) {
    INFO(size);
    const std::string said = refusal(store, "t", std::string_view(whole).substr(0, size));
    CHECK_THAT(said, Contains(file_of(store, "t").string()));
    CHECK_THAT(said, Contains("delete this shard and run its task again"));
  }
  CHECK_FALSE(refusal(store, "t", std::string_view(whole).substr(0, whole.size() - 1)).empty());
  CHECK(refusal(store, "t", whole).empty());
}

TEST_CASE("a shard with a flipped byte anywhere is refused") {
  const TemporaryFolder folder;
  Store store(folder.path);
  store.write(sample_shard("t", 1, 2));
  std::string bytes = read_text_file(file_of(store, "t"), "shard");
  for (std::size_t at = 0; at < bytes.size(); at += at < 1024 ? 7 : 151) {
    bytes[at] = static_cast<char>(bytes[at] ^ (1 << (at % 8)));
    if (refusal(store, "t", bytes).empty()) FAIL_CHECK("byte " << at);
    bytes[at] = static_cast<char>(bytes[at] ^ (1 << (at % 8)));
  }
}

TEST_CASE("a changed number under a new seal is refused for its checksum") {
  const TemporaryFolder folder;
  Store store(folder.path);
  const Shard shard = sample_shard("t", 1, 2);
  store.write(shard);
  const std::string bytes = read_text_file(file_of(store, "t"), "shard");
  const Positions& saddle = std::get<SaddleFound>(shard.events[2]).saddle;
  const std::size_t at = bytes.find(std::string(reinterpret_cast<const char*>(saddle.data()), 24));
  REQUIRE(at != std::string::npos);
  std::string rest = bytes.substr(seal_bytes);
  rest[at - seal_bytes + 3] ^= 1;
  CHECK_THAT(refusal(store, "t", seal_of(rest) + rest), Contains("/events/002/saddle: cannot read"));
}

TEST_CASE("what is no finished shard of this layout is refused") {
  const TemporaryFolder folder;
  Store store(folder.path);
  store.write(sample_shard("t", 1, 2));
  const auto said_of = [&](auto fill) {
    Hdf5Image image("test");
    fill(image.root());
    return refusal(store, "t", image.bytes());
  };
  CHECK_THAT(refusal(store, "t", "no shard at all"), Contains("checksum"));
  CHECK_THAT(refusal(store, "t", seal_of("sealed but no HDF5") + "sealed but no HDF5"),
             Contains("cannot open"));
  CHECK_THAT(said_of([](Hdf5Group&) {}), Contains("is no glasscape-shard file"));
  CHECK_THAT(said_of([](Hdf5Group& root) {
               root.set_attribute("format", "glasscape-shard");
               root.set_attribute("version", 1);
               root.set_attribute("complete", 1);
             }),
             Contains("layout version 1"));
  CHECK_THAT(said_of([](Hdf5Group& root) {
               root.set_attribute("format", "glasscape-shard");
               root.set_attribute("version", 2);
             }),
             Contains("not marked complete"));
  CHECK_THAT(said_of([](Hdf5Group& root) {
               root.set_attribute("format", "glasscape-shard");
               root.set_attribute("version", 2);
               root.set_attribute("complete", 1);
             }),
             Contains("/task"));
}

TEST_CASE("tables of events that are not whole are refused") {
  const TemporaryFolder folder;
  Store store(folder.path);
  store.write(sample_shard("t", 1, 2));
  const auto said_of = [&](auto fill) {
    Hdf5Image image("test");
    {
      Hdf5Group table = image.root().create_group("events").create_group("000");
      fill(table);
    }
    const Hdf5File file("test", image.bytes());
    try {
      read_tables(file.root().group("events"));
      return std::string("nothing");
    } catch (const FormatError& error) {
      return std::string(error.what());
    }
  };
  const std::vector<double> zeros(100, 0.0);
  const std::vector<std::string> texts(100, "x");
  const auto numbers_to = [](Hdf5Group& table, std::vector<std::int64_t> numbers) { table.write("number", std::span<const std::int64_t>(numbers), {numbers.size()}); };
  const auto failed = [&](Hdf5Group& table, std::size_t energies) {
    table.set_attribute("kind", "search-failed");
    Hdf5Group from = table.create_group("from");
    from.write("task", std::span(texts).first(2), {2});
    const std::vector<std::int64_t> whole{0, 0};
    from.write("number", std::span(whole), {2});
    for (const char* name : {"centre", "force_calls"}) table.write(name, std::span(whole), {2});
    for (const char* name : {"reason", "detail"}) table.write(name, std::span(texts).first(2), {2});
    table.write("energy", std::span(zeros).first(energies), {energies}, "eV");
  };
  CHECK(said_of([&](Hdf5Group& table) { failed(table, 2), numbers_to(table, {1, 0}); }) == "nothing");
  CHECK_THAT(said_of([&](Hdf5Group& table) { failed(table, 3), numbers_to(table, {0, 1}); }), Contains("/events/000/energy: has the shape [3], expected 1 dimensions, 2 the first"));
  CHECK_THAT(said_of([&](Hdf5Group& table) { failed(table, 2), numbers_to(table, {0, 0}); }), Contains("0 stands for two facts"));
  CHECK_THAT(said_of([&](Hdf5Group& table) { failed(table, 2), numbers_to(table, {0, 2}); }), Contains("there is no fact 1"));
  CHECK_THAT(said_of([&](Hdf5Group& table) { failed(table, 2), numbers_to(table, {}); }), Contains("0 facts in a file of"));
  CHECK_THAT(said_of([&](Hdf5Group& table) { table.set_attribute("kind", "wonder"); }), Contains("unknown kind of event 'wonder'"));
  CHECK_THAT(said_of([&](Hdf5Group& table) {
               table.set_attribute("kind", "search-failed");
               numbers_to(table, std::vector<std::int64_t>(1'000'000, 0));
             }),
             Contains("1000000 facts in a file of"));
}

TEST_CASE("a shard under another name is refused") {
  const TemporaryFolder folder;
  Store store(folder.path);
  store.write(sample_shard("a", 1, 2));
  fs::rename(file_of(store, "a"), file_of(store, "b"));
  CHECK_THROWS_WITH(store.read("b"), Contains("task 'a'"));
}

TEST_CASE("facts that could not be read again are not written") {
  const TemporaryFolder folder;
  Store store(folder.path);
  Shard shard = sample_shard("t", 1, 2);
  SECTION("a saddle whose end has another number of atoms") {
    std::get<SaddleFound>(shard.events[2]).end.conservativeResize(3, 5);
  }
  SECTION("a basin with a coordinate that is no number") {
    std::get<BasinFound>(shard.events[0]).configuration.positions(0, 3) =
        std::numeric_limits<double>::quiet_NaN();
  }
  SECTION("a basin without species") {
    std::get<BasinFound>(shard.events[0]).configuration.species = nullptr;
  }
  SECTION("an atom of an element that is not there") {
    auto species = std::make_shared<Species>(*std::get<BasinFound>(shard.events[0]).configuration.species);
    species->element_of[0] = 2;
    std::get<BasinFound>(shard.events[0]).configuration.species = species;
  }
  SECTION("a trace with a name too few") { std::get<TraceRecorded>(shard.events[5]).columns.pop_back(); }
  SECTION("a text with a NUL") { std::get<SearchFailed>(shard.events[3]).detail = std::string("a\0b", 3); }
  CHECK_THROWS_AS(store.write(shard), WriteError);
  CHECK(files_in(folder.path / "shards") == 0);
}

TEST_CASE("a write that fails leaves the old state, wherever it fails") {
  const TemporaryFolder folder;
  Store store(folder.path);
  const Shard old = sample_shard("t", 1, 2);
  store.write(old);
  const auto size = fs::file_size(file_of(store, "t"));
  const Shard next = sample_shard("t", 5, 2);
  for (rlim_t limit = 0; limit < size - 512; limit += 2048) {
    const FileLimit full_disk(limit);
    CHECK_THROWS_AS(store.write(next), WriteError);
    CHECK_THROWS_AS(store.write(sample_shard("new", 5, 2)), WriteError);
    if (limit < 4096) CHECK_THROWS_AS(merge(store, folder.path / "landscape.h5"), WriteError);
  }
  CHECK(files_in(folder.path) == 1);
  CHECK(files_in(folder.path / "shards") == 1);
  CHECK(same(store.read("t"), old));
  store.write(next);
  CHECK(same(store.read("t"), next));
}

TEST_CASE("a folder that cannot be made or listed is an error, not an empty run") {
  const TemporaryFolder folder;
  put(folder.path / "file", "in the way");
  Store store(folder.path / "file" / "run");
  CHECK_THROWS_AS(store.write(sample_shard("t", 1, 2)), WriteError);
  CHECK_THROWS_AS(store.tasks(), NotFound);
}

TEST_CASE("a writer killed at any moment leaves the old shard or the new one") {
  const TemporaryFolder folder;
  Store store(folder.path);
  const Shard odd = sample_shard("t", 1, 2), even = sample_shard("t", 2, 2);
  store.write(odd);
  for (unsigned delay = 1000; delay <= 16000; delay += 1000) {
    const pid_t writer = ::fork();
    if (writer == 0)
      for (;;) {
        store.write(even);
        store.write(odd);
      }
    ::usleep(delay);
    ::kill(writer, SIGKILL);
    ::waitpid(writer, nullptr, 0);
    const Shard left = store.read("t");
    CHECK((same(left, odd) || same(left, even)));
  }
  store.remove_leftovers();
  CHECK(files_in(folder.path / "shards") == 1);
}

TEST_CASE("leftovers of dead processes of this host are removed, others stay") {
  const TemporaryFolder folder;
  Store store(folder.path);
  store.write(sample_shard("t", 1, 2));
  const pid_t dead = ::fork();
  if (dead == 0) ::_exit(0);
  ::waitpid(dead, nullptr, 0);
  char host[65] = {};
  ::gethostname(host, sizeof host - 1);
  const auto leftover = [&](const std::string& of, pid_t process) {
    return file_of(store, "t").string() + fmt::format(".tmp.{}.{}", of, process);
  };
  const std::string gone = leftover(host, dead), report = folder.path / fmt::format("report.html.tmp.{}.{}", host, dead);
  const std::string alive = leftover(host, ::getpid()), foreign = leftover("another-host", dead);
  fs::create_directories(folder.path / "submissions" / "0001");
  const std::string deep = folder.path / "submissions" / "0001" / fmt::format("jobs.json.tmp.{}.{}", host, dead);
  for (const std::string& file : {gone, report, deep, alive, foreign}) put(file, "half");
  CHECK(store.remove_leftovers() == 3);
  CHECK_FALSE(fs::exists(gone));
  CHECK_FALSE(fs::exists(report));
  CHECK(fs::exists(alive));
  CHECK(fs::exists(foreign));
  CHECK(store.has("t"));
}

TEST_CASE("the merged landscape is a cache: the same bytes from the same facts") {
  const TemporaryFolder one, two;
  Store first(one.path), second(two.path);
  const auto shard = [](int k) {
    return sample_shard(fmt::format("task-{}", k), static_cast<std::uint64_t>(k), 2);
  };
  for (const int k : {1, 2, 3}) first.write(shard(k));
  for (const int k : {3, 2, 1}) second.write(shard(k));
  const std::string path = one.path / "landscape.h5", other = two.path / "landscape.h5";
  merge(first, path);
  merge(second, other);
  const auto hash_of = [](const std::string& file) { return sha256(read_text_file(file, "landscape")); };
  const std::string hash = hash_of(path);
  CHECK(hash_of(other) == hash);
  fs::remove(path);
  merge(first, path);
  CHECK(hash_of(path) == hash);
  const Hdf5File file(path, read_text_file(path, "landscape"));
  CHECK(file.root().text_attribute("store_digest") == first.digest());
  CHECK(file.root().group("basins").read<double>("energy", "eV").values.size() == 6);
}
