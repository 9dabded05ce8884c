#include "landscape/shard.hpp"

#include "landscape/event_tables.hpp"
#include "landscape/facts_hash.hpp"
#include "landscape/hdf5.hpp"
#include "landscape/seal.hpp"
#include "md/support/error.hpp"
#include "md/support/text.hpp"

namespace glasscape {
namespace {

constexpr const char* format = "glasscape-shard";
constexpr std::int64_t layout_version = 2;

/// Writes every field it visits into one group.
class FieldWriter {
 public:
  explicit FieldWriter(Hdf5Group& group) : group_(group) {}

  template <typename Number>
  requires std::is_arithmetic_v<Number>
  void operator()(const std::string& name, const Number& value, const std::string& unit) {
    group_.write(name, std::span<const Number>(&value, 1), {}, unit);
  }
  void operator()(const std::string& name, const std::string& text, const std::string&) { group_.write(name, text); }

 private:
  Hdf5Group& group_;
};

/// Reads every field it visits from one group.
class FieldReader {
 public:
  explicit FieldReader(const Hdf5Group& group) : group_(group) {}

  template <typename Number>
  requires std::is_arithmetic_v<Number>
  void operator()(const std::string& name, Number& value, const std::string& unit) {
    const Hdf5Array<Number> found = group_.read<Number>(name, unit);
    if (!found.shape.empty()) throw FormatError("{}: has {} dimensions, expected a single value", group_.where(name), found.shape.size());
    value = found.values.front();
  }
  void operator()(const std::string& name, std::string& text, const std::string&) { text = group_.read_text(name); }

 private:
  const Hdf5Group& group_;
};

template <typename Fields>
void write_fields(Hdf5Group group, const Fields& values) {
  Fields::fields(values, FieldWriter(group));
}

template <typename Fields>
Fields read_fields(const Hdf5Group& group) {
  Fields values;
  Fields::fields(values, FieldReader(group));
  return values;
}

// ---- the whole file ----

void check_finished(const Hdf5Group& root) {
  if (!root.has_attribute("format") || root.text_attribute("format") != format)
    throw FormatError("{}: is no {} file", root.where(), format);
  const std::int64_t version = root.integer_attribute("version");
  if (version != layout_version)
    throw FormatError("{}: has layout version {} but this program reads {}: use the program that wrote it",
                      root.where(), version, layout_version);
  if (!root.has_attribute("complete") || root.integer_attribute("complete") != 1)
    throw FormatError("{}: is not marked complete", root.where());
}

/// Reads from the root of a finished shard, and adds the remedy to what is wrong in it. A shard that cannot be
/// read (NotFound) may be good: the file is read once, before anything judges its content.
template <typename Read>
auto read_finished(const std::string& path, Read read) {
  std::string content = read_text_file(path, "shard");
  try {
    check_seal(path, content);
    const Hdf5File file(path, std::move(content));
    check_finished(file.root());
    return read(file.root());
  } catch (const FormatError& error) {
    throw FormatError("{}; delete this shard and run its task again", error.what());
  }
}

}  // namespace

std::string shard_bytes(const Shard& shard, const std::string& path) {
  Hdf5Image image(path);
  Hdf5Group& root = image.root();
  root.set_attribute("format", format);
  root.set_attribute("version", layout_version);
  root.set_attribute("task", shard.task);
  write_fields(root.create_group("provenance"), shard.provenance);
  write_fields(root.create_group("circumstances"), shard.circumstances);
  {
    Hdf5Group events = root.create_group("events");
    write_tables(events, shard.events);
  }
  root.set_attribute("facts_sha256", facts_hash(shard.events));
  root.set_attribute("complete", 1);
  return image.bytes();
}

Shard read_shard(const std::string& path, std::string* facts_hash_found) {
  return read_finished(path, [&](const Hdf5Group& root) {
    Shard shard{root.text_attribute("task"), read_fields<Provenance>(root.group("provenance")),
                read_fields<Circumstances>(root.group("circumstances")), read_tables(root.group("events"))};
    const std::string hash = facts_hash(shard.events);
    if (hash != root.text_attribute("facts_sha256")) throw FormatError("{}: the events do not match their hash", path);
    if (facts_hash_found != nullptr) *facts_hash_found = hash;
    return shard;
  });
}

Circumstances read_circumstances(const std::string& path) {
  return read_finished(path, [](const Hdf5Group& root) {
    return read_fields<Circumstances>(root.group("circumstances"));
  });
}

std::string read_facts_hash(const std::string& path) {
  return read_finished(path, [](const Hdf5Group& root) { return root.text_attribute("facts_sha256"); });
}

}  // namespace glasscape
