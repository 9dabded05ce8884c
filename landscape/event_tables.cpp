#include "landscape/event_tables.hpp"

#include <algorithm>
#include <map>
#include <optional>

#include "landscape/event_check.hpp"
#include "landscape/plain_configuration.hpp"
#include "md/support/error.hpp"

namespace glasscape {
namespace {

constexpr std::uint64_t fewest_bytes_per_fact = 8;  // of a file: every kind has numbers that no compression takes below that

using Values = std::variant<std::vector<double>, std::vector<std::int32_t>, std::vector<std::int64_t>, std::vector<std::string>>;

/// One field of the facts of a table. In a file the count of facts comes before the shape.
struct Column {
  std::string name;  // with the group of a nested field before it: "from/task"
  std::string unit;
  Hdf5Shape shape;   // of the value of one fact
  Values values;     // of one fact after the other
};

using Columns = std::vector<Column>;

Hdf5Shape shape_of(Eigen::Index rows, Eigen::Index columns) {
  return {static_cast<Hdf5Shape::value_type>(rows), static_cast<Hdf5Shape::value_type>(columns)};
}

// ---- writing ----

/// Turns every field it visits into a column of one value.
class ColumnsOfFact {
 public:
  explicit ColumnsOfFact(Columns& columns, std::string group = {}) : columns_(columns), group_(std::move(group)) {}

  template <typename Value>
  void operator()(const std::string& name, const Value& value, const std::string& unit) {
    put(group_ + name, value, unit);
  }

 private:
  template <typename Element>
  void add(const std::string& name, const std::string& unit, Hdf5Shape shape, std::vector<Element> values) {
    columns_.push_back({name, unit, std::move(shape), std::move(values)});
  }
  template <typename Number>
  requires std::is_arithmetic_v<Number>
  void put(const std::string& name, const Number& value, const std::string& unit) {
    add(name, unit, {}, std::vector<Number>{value});
  }
  template <typename Element>
  void put(const std::string& name, const std::vector<Element>& values, const std::string& unit) {
    add(name, unit, {values.size()}, values);
  }
  void put(const std::string& name, const Positions& x, const std::string& unit) {
    // the column of an atom is its row in the file
    add(name, unit, shape_of(x.cols(), 3), std::vector<double>(x.data(), x.data() + x.size()));
  }
  void put(const std::string& name, const Eigen::MatrixXd& rows, const std::string& unit) {
    const Eigen::MatrixXd by_rows = rows.transpose();
    add(name, unit, shape_of(rows.rows(), rows.cols()), std::vector<double>(by_rows.data(), by_rows.data() + by_rows.size()));
  }
  void put(const std::string& name, const std::string& text, const std::string& unit) { add(name, unit, {}, std::vector<std::string>{text}); }
  void put(const std::string& name, const EventRef& ref, const std::string&) {
    put(name + "/task", ref.task, "");
    put(name + "/number", ref.number, "");
  }
  void put(const std::string& name, const Configuration& configuration, const std::string&) {
    const PlainConfiguration plain(configuration);
    PlainConfiguration::fields(plain, ColumnsOfFact(columns_, name + "/"));
  }

  Columns& columns_;
  std::string group_;
};

struct FactTable {
  std::string kind;
  std::vector<std::int64_t> number;  // of each fact in the shard
  Columns columns;
};

void append(Columns& to, Columns fact) {
  for (std::size_t k = 0; k < to.size(); ++k)
    std::visit(
        [&](auto& values) {
          auto& more = std::get<std::decay_t<decltype(values)>>(fact[k].values);
          values.insert(values.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
        },
        to[k].values);
}

std::vector<FactTable> tables_of(const Events& events) {
  std::vector<FactTable> tables;
  std::map<std::pair<std::string, std::vector<Hdf5Shape>>, std::size_t> known;  // by kind and the shapes of all fields
  for (std::size_t k = 0; k < events.size(); ++k) {
    Columns fact;
    std::visit([&](const auto& f) { f.fields(f, ColumnsOfFact(fact)); }, events[k]);
    std::vector<Hdf5Shape> shapes;
    for (const Column& column : fact) shapes.push_back(column.shape);
    const std::string kind(kind_of(events[k]));
    const auto [at, is_new] = known.try_emplace({kind, std::move(shapes)}, tables.size());
    if (is_new)
      tables.push_back({kind, {}, std::move(fact)});
    else
      append(tables[at->second].columns, std::move(fact));
    tables[at->second].number.push_back(static_cast<std::int64_t>(k));
  }
  return tables;
}

void write_column(Hdf5Group& group, const std::string& name, const Column& column, std::size_t facts) {
  Hdf5Shape shape = column.shape;
  shape.insert(shape.begin(), facts);
  std::visit(
      [&]<typename Element>(const std::vector<Element>& values) {
        if constexpr (std::is_same_v<Element, std::string>)
          group.write(name, std::span(values), shape);
        else
          group.write(name, std::span(values), shape, column.unit);
      },
      column.values);
}

void write_table(Hdf5Group group, const FactTable& table) {
  group.set_attribute("kind", table.kind);
  group.write("number", std::span(table.number), {table.number.size()});
  std::map<std::string, Hdf5Group> nested;
  for (const Column& column : table.columns) {
    const std::size_t slash = column.name.find('/');
    if (slash == std::string::npos) {
      write_column(group, column.name, column, table.number.size());
      continue;
    }
    const std::string inner = column.name.substr(0, slash);
    if (!nested.contains(inner)) nested.emplace(inner, group.create_group(inner));
    write_column(nested.at(inner), column.name.substr(slash + 1), column, table.number.size());
  }
}

std::string table_name(std::size_t index) { return fmt::format("{:03d}", index); }

// ---- reading ----

/// Fills the fields it visits with the values of one fact after the other. Columns are read while the first fact is filled in.
class FactsOfColumns {
 public:
  FactsOfColumns(const Hdf5Group& group, std::size_t facts) : group_(group), facts_(facts) {}

  template <typename Fact>
  void fill(Fact& fact, std::size_t row) {
    row_ = row;
    next_ = 0;
    Fact::fields(fact, *this);
  }

  template <typename Value>
  void operator()(const std::string& name, Value& value, const std::string& unit) {
    get(prefix_ + name, value, unit);
  }

 private:
  /// The next column, with the values of this fact.
  template <typename Element>
  std::pair<const Hdf5Shape&, std::span<const Element>> values(const std::string& name, std::size_t rank, const std::string& unit) {
    if (next_ == columns_.size()) columns_.push_back(read<Element>(name, rank, unit));
    const Column& column = columns_[next_++];
    const auto& all = std::get<std::vector<Element>>(column.values);
    const std::size_t each = all.size() / facts_;
    return {column.shape, std::span<const Element>(all).subspan(row_ * each, each)};
  }
  template <typename Element>
  Column read(const std::string& name, std::size_t rank, const std::string& unit) const {
    Hdf5Array<Element> found = array<Element>(name, unit);
    if (found.shape.size() != rank + 1 || found.shape[0] != facts_)
      throw FormatError("{}: has the shape [{}], expected {} dimensions, {} the first", group_.where(name), fmt::join(found.shape, ", "), rank + 1, facts_);
    found.shape.erase(found.shape.begin());
    return {name, unit, std::move(found.shape), std::move(found.values)};
  }
  template <typename Element>
  Hdf5Array<Element> array(const std::string& name, const std::string& unit) const {
    if constexpr (std::is_same_v<Element, std::string>)
      return group_.read_texts(name);
    else
      return group_.read<Element>(name, unit);
  }

  template <typename Element>
  requires(std::is_arithmetic_v<Element> || std::is_same_v<Element, std::string>)
  void get(const std::string& name, Element& value, const std::string& unit) {
    value = values<Element>(name, 0, unit).second.front();
  }
  template <typename Element>
  void get(const std::string& name, std::vector<Element>& all, const std::string& unit) {
    const auto of_fact = values<Element>(name, 1, unit).second;
    all.assign(of_fact.begin(), of_fact.end());
  }
  void get(const std::string& name, Positions& x, const std::string& unit) {
    const auto [shape, of_fact] = values<double>(name, 2, unit);
    if (shape[1] != 3) throw FormatError("{}: has {} columns, expected 3", group_.where(name), shape[1]);
    x = Eigen::Map<const Positions>(of_fact.data(), 3, static_cast<Eigen::Index>(shape[0]));
  }
  void get(const std::string& name, Eigen::MatrixXd& rows, const std::string& unit) {
    const auto [shape, of_fact] = values<double>(name, 2, unit);
    rows = Eigen::Map<const Eigen::MatrixXd>(of_fact.data(), static_cast<Eigen::Index>(shape[1]), static_cast<Eigen::Index>(shape[0])).transpose();
  }
  void get(const std::string& name, EventRef& ref, const std::string&) {
    get(name + "/task", ref.task, "");
    get(name + "/number", ref.number, "");
  }
  void get(const std::string& name, Configuration& configuration, const std::string&) {
    PlainConfiguration plain;
    prefix_ = name + "/";
    PlainConfiguration::fields(plain, *this);
    prefix_.clear();
    configuration = plain.configuration(group_.where(name));
  }

  const Hdf5Group& group_;
  std::size_t facts_, row_ = 0, next_ = 0;
  std::string prefix_;
  Columns columns_;
};

/// The facts of one table with their numbers.
void read_table(const Hdf5Group& group, std::map<std::int64_t, Event>& events) {
  const std::string kind = group.text_attribute("kind");
  const std::optional<Event> empty = empty_event(kind);
  if (!empty) throw FormatError("{}: unknown kind of event '{}'", group.where(), kind);
  const Hdf5Array<std::int64_t> number = group.read<std::int64_t>("number");
  const std::size_t facts = number.values.size();
  if (number.shape.size() != 1 || facts == 0 || facts > group.file_bytes() / fewest_bytes_per_fact)
    throw FormatError("{}: {} facts in a file of {} bytes", group.where("number"), facts, group.file_bytes());
  FactsOfColumns columns(group, facts);
  for (std::size_t row = 0; row < facts; ++row) {
    Event event = *empty;
    std::visit([&](auto& fact) { columns.fill(fact, row); }, event);
    check(event, fmt::format("{} row {}", group.where(), row));
    if (!events.emplace(number.values[row], std::move(event)).second) throw FormatError("{}: {} stands for two facts", group.where("number"), number.values[row]);
  }
}

}  // namespace

void write_tables(Hdf5Group& tables, const Events& events) {
  const std::vector<FactTable> all = tables_of(events);
  for (std::size_t k = 0; k < all.size(); ++k) write_table(tables.create_group(table_name(k)), all[k]);
}

Events read_tables(const Hdf5Group& tables) {
  std::map<std::int64_t, Event> by_number;
  const std::uint64_t count = tables.members();
  for (std::size_t k = 0; k < count; ++k) read_table(tables.group(table_name(k)), by_number);
  Events events;
  events.reserve(by_number.size());
  for (auto& [number, event] : by_number) {
    if (number != static_cast<std::int64_t>(events.size())) throw FormatError("{}: there is no fact {}", tables.where(), events.size());
    events.push_back(std::move(event));
  }
  return events;
}

}  // namespace glasscape
