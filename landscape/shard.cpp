#include "landscape/shard.hpp"

#include <optional>

#include "landscape/event_check.hpp"
#include "landscape/facts_hash.hpp"
#include "landscape/hdf5.hpp"
#include "landscape/plain_configuration.hpp"
#include "landscape/seal.hpp"
#include "md/support/error.hpp"
#include "md/support/text.hpp"

namespace glasscape {
namespace {

constexpr const char* format = "glasscape-shard";
constexpr std::int64_t layout_version = 1;

/// Writes every field it visits into one group.
class FieldWriter {
 public:
  explicit FieldWriter(Hdf5Group& group) : group_(group) {}

  template <typename Value>
  void operator()(const std::string& name, const Value& value, const std::string& unit) {
    put(name, value, unit);
  }

 private:
  template <typename Number>
  requires std::is_arithmetic_v<Number>
  void put(const std::string& name, const Number& value, const std::string& unit) {
    group_.write(name, std::span<const Number>(&value, 1), {}, unit);
  }
  template <typename Number>
  requires std::is_arithmetic_v<Number>
  void put(const std::string& name, const std::vector<Number>& values, const std::string& unit) {
    group_.write(name, std::span<const Number>(values), {values.size()}, unit);
  }
  void put(const std::string& name, const Positions& x, const std::string& unit) {
    // the column of an atom is its row in the file
    group_.write(name, matrix(x), {static_cast<std::size_t>(x.cols()), 3}, unit);
  }
  void put(const std::string& name, const Eigen::MatrixXd& rows, const std::string& unit) {
    const Eigen::MatrixXd by_rows = rows.transpose();
    group_.write(name, matrix(by_rows),
                 {static_cast<std::size_t>(rows.rows()), static_cast<std::size_t>(rows.cols())}, unit);
  }
  void put(const std::string& name, const std::string& text, const std::string&) { group_.write(name, text); }
  void put(const std::string& name, const std::vector<std::string>& texts, const std::string&) {
    group_.write(name, std::span(texts));
  }
  void put(const std::string& name, const EventRef& ref, const std::string&) {
    Hdf5Group group = group_.create_group(name);
    group.write("task", ref.task);
    group.write("number", std::span<const std::int64_t>(&ref.number, 1), {});
  }
  void put(const std::string& name, const Configuration& configuration, const std::string&) {
    Hdf5Group group = group_.create_group(name);
    const PlainConfiguration plain(configuration);
    PlainConfiguration::fields(plain, FieldWriter(group));
  }
  template <typename Matrix>
  static std::span<const double> matrix(const Matrix& m) {
    return {m.data(), static_cast<std::size_t>(m.size())};
  }

  Hdf5Group& group_;
};

/// Reads every field it visits from one group.
class FieldReader {
 public:
  explicit FieldReader(const Hdf5Group& group) : group_(group) {}

  template <typename Value>
  void operator()(const std::string& name, Value& value, const std::string& unit) {
    get(name, value, unit);
  }

 private:
  template <typename Number>
  Hdf5Array<Number> array(const std::string& name, std::size_t rank, const std::string& unit) const {
    Hdf5Array<Number> found = group_.read<Number>(name, unit);
    if (found.shape.size() != rank)
      throw FormatError("{}: has {} dimensions, expected {}", group_.where(name), found.shape.size(), rank);
    return found;
  }
  template <typename Number>
  requires std::is_arithmetic_v<Number>
  void get(const std::string& name, Number& value, const std::string& unit) {
    value = array<Number>(name, 0, unit).values.front();
  }
  template <typename Number>
  requires std::is_arithmetic_v<Number>
  void get(const std::string& name, std::vector<Number>& values, const std::string& unit) {
    values = array<Number>(name, 1, unit).values;
  }
  void get(const std::string& name, Positions& x, const std::string& unit) {
    const auto found = array<double>(name, 2, unit);
    if (found.shape[1] != 3)
      throw FormatError("{}: has {} columns, expected 3", group_.where(name), found.shape[1]);
    x = Eigen::Map<const Positions>(found.values.data(), 3, static_cast<Eigen::Index>(found.shape[0]));
  }
  void get(const std::string& name, Eigen::MatrixXd& rows, const std::string& unit) {
    const auto found = array<double>(name, 2, unit);
    rows = Eigen::Map<const Eigen::MatrixXd>(found.values.data(), static_cast<Eigen::Index>(found.shape[1]),
                                             static_cast<Eigen::Index>(found.shape[0]))
               .transpose();
  }
  void get(const std::string& name, std::string& text, const std::string&) { text = group_.read_text(name); }
  void get(const std::string& name, std::vector<std::string>& texts, const std::string&) {
    texts = group_.read_texts(name);
  }
  void get(const std::string& name, EventRef& ref, const std::string&) {
    const Hdf5Group group = group_.group(name);
    FieldReader read(group);
    read("task", ref.task, "");
    read("number", ref.number, "");
  }
  void get(const std::string& name, Configuration& configuration, const std::string&) {
    const Hdf5Group group = group_.group(name);
    PlainConfiguration plain;
    PlainConfiguration::fields(plain, FieldReader(group));
    configuration = plain.configuration(group.where());
  }

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

// ---- events ----

std::string event_name(std::size_t number) { return fmt::format("{:06d}", number); }

void write_event(Hdf5Group group, const Event& event) {
  group.set_attribute("kind", std::string(kind_of(event)));
  std::visit([&](const auto& fact) { fact.fields(fact, FieldWriter(group)); }, event);
}

Event read_event(const Hdf5Group& group) {
  const std::string kind = group.text_attribute("kind");
  std::optional<Event> event = empty_event(kind);
  if (!event) throw FormatError("{}: unknown kind of event '{}'", group.where(), kind);
  std::visit([&](auto& fact) { fact.fields(fact, FieldReader(group)); }, *event);
  check(*event, group.where());
  return std::move(*event);
}

Events read_events(const Hdf5Group& group) {
  Events events;
  const std::uint64_t count = group.members();
  for (std::size_t k = 0; k < count; ++k) events.push_back(read_event(group.group(event_name(k))));
  return events;
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
    for (std::size_t k = 0; k < shard.events.size(); ++k)
      write_event(events.create_group(event_name(k)), shard.events[k]);
  }
  root.set_attribute("facts_sha256", facts_hash(shard.events));
  root.set_attribute("complete", 1);
  return image.bytes();
}

Shard read_shard(const std::string& path) {
  return read_finished(path, [&](const Hdf5Group& root) {
    Shard shard{root.text_attribute("task"), read_fields<Provenance>(root.group("provenance")),
                read_fields<Circumstances>(root.group("circumstances")), read_events(root.group("events"))};
    if (facts_hash(shard.events) != root.text_attribute("facts_sha256"))
      throw FormatError("{}: the events do not match their hash", path);
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
