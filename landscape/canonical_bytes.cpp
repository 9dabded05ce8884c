#include "landscape/canonical_bytes.hpp"

#include <bit>
#include <cstring>

#include "landscape/event_check.hpp"
#include "landscape/plain_configuration.hpp"
#include "md/support/error.hpp"

namespace glasscape {
namespace {

static_assert(std::endian::native == std::endian::little, "canonical bytes are little-endian");

/// Every text, name and shape is preceded by its length, so different facts cannot run into the same bytes.
class Writer {
 public:
  void text(std::string_view text) {
    integer(text.size());
    bytes_ += text;
  }

  /// One field: its name, then what it holds.
  template <typename Value>
  void operator()(std::string_view name, const Value& value, std::string_view /*unit*/) {
    text(name);
    put(value);
  }

  std::string taken() && { return std::move(bytes_); }

 private:
  using Shape = std::initializer_list<std::size_t>;

  void raw(const void* values, std::size_t size) { bytes_.append(static_cast<const char*>(values), size); }
  void integer(std::uint64_t value) { raw(&value, sizeof value); }
  void begin(std::string_view type, Shape shape) {
    text(type);
    integer(shape.size());
    for (const std::size_t length : shape) integer(length);
  }
  template <typename Number>
  void numbers(std::string_view type, Shape shape, const Number* values, std::size_t count) {
    begin(type, shape);
    raw(values, count * sizeof(Number));
  }

  void put(double value) { numbers("f8", {}, &value, 1); }
  void put(std::int64_t value) { numbers("i8", {}, &value, 1); }
  void put(const std::vector<double>& values) {
    numbers("f8", {values.size()}, values.data(), values.size());
  }
  void put(const std::vector<std::int32_t>& values) {
    numbers("i4", {values.size()}, values.data(), values.size());
  }
  void put(const Positions& x) {
    numbers("f8", {static_cast<std::size_t>(x.cols()), 3}, x.data(), static_cast<std::size_t>(x.size()));
  }
  void put(const Eigen::MatrixXd& rows) {
    const Eigen::MatrixXd by_rows = rows.transpose();
    numbers("f8", {static_cast<std::size_t>(rows.rows()), static_cast<std::size_t>(rows.cols())},
            by_rows.data(), static_cast<std::size_t>(rows.size()));
  }
  void put(const std::string& value) {
    begin("text", {});
    text(value);
  }
  void put(const std::vector<std::string>& values) {
    begin("text", {values.size()});
    for (const std::string& value : values) text(value);
  }
  void put(const EventRef& ref) {
    text("group");
    (*this)("task", ref.task, "");
    (*this)("number", ref.number, "");
  }
  void put(const Configuration& configuration) {
    text("group");
    const PlainConfiguration plain(configuration);
    PlainConfiguration::fields(plain, *this);
  }

  std::string bytes_;
};

/// Takes from the bytes what the writer has put there, field by field, and nothing else.
class Reader {
 public:
  Reader(std::string_view bytes, const std::string& where) : left_(bytes), where_(where) {}

  std::string text() {
    const std::uint64_t size = integer();
    if (size > left_.size()) fail("a text that is longer than all that follows");
    const std::string text(left_.substr(0, size));
    left_.remove_prefix(size);
    return text;
  }

  template <typename Value>
  void operator()(std::string_view name, Value& value, std::string_view /*unit*/) {
    if (text() != name) fail(fmt::format("no '{}' where it belongs", name));
    take(value);
  }

  void end() const {
    if (!left_.empty()) fail("something after the last field");
  }

 private:
  [[noreturn]] void fail(const std::string& what) const { throw FormatError("{}: {}", where_, what); }

  void raw(void* values, std::size_t size) {
    if (size > left_.size()) fail("fewer bytes than its shapes ask for");
    if (size == 0) return;  // there may be no array to copy to
    std::memcpy(values, left_.data(), size);
    left_.remove_prefix(size);
  }
  std::uint64_t integer() {
    std::uint64_t value = 0;
    raw(&value, sizeof value);
    return value;
  }
  /// The lengths of an array whose items take at least so many bytes each.
  std::vector<std::size_t> shape(std::string_view type, std::size_t rank, std::size_t item) {
    if (text() != type) fail(fmt::format("another type where {} belongs", type));
    if (integer() != rank) fail("another number of dimensions");
    std::vector<std::size_t> lengths;
    std::size_t room = left_.size() / item;  // items that there may be at most
    for (std::size_t k = 0; k < rank; ++k) {
      lengths.push_back(integer());
      if (lengths.back() > room) fail("an array that is longer than all that follows");
      if (lengths.back() > 0) room /= lengths.back();
    }
    return lengths;
  }
  template <typename Number>
  void numbers(std::string_view type, std::vector<Number>& values) {
    values.resize(shape(type, 1, sizeof(Number))[0]);
    raw(values.data(), values.size() * sizeof(Number));
  }

  void take(double& value) {
    shape("f8", 0, sizeof value);
    raw(&value, sizeof value);
  }
  void take(std::int64_t& value) {
    shape("i8", 0, sizeof value);
    raw(&value, sizeof value);
  }
  void take(std::vector<double>& values) { numbers("f8", values); }
  void take(std::vector<std::int32_t>& values) { numbers("i4", values); }
  void take(Positions& x) {
    const auto lengths = shape("f8", 2, sizeof(double));
    if (lengths[1] != 3) fail("positions that are not three numbers each");
    x.resize(3, static_cast<Eigen::Index>(lengths[0]));
    raw(x.data(), static_cast<std::size_t>(x.size()) * sizeof(double));
  }
  void take(Eigen::MatrixXd& rows) {
    const auto lengths = shape("f8", 2, sizeof(double));
    Eigen::MatrixXd by_rows(static_cast<Eigen::Index>(lengths[1]), static_cast<Eigen::Index>(lengths[0]));
    raw(by_rows.data(), static_cast<std::size_t>(by_rows.size()) * sizeof(double));
    rows = by_rows.transpose();
  }
  void take(std::string& value) {
    shape("text", 0, 1);
    value = text();
  }
  void take(std::vector<std::string>& values) {
    values.resize(shape("text", 1, sizeof(std::uint64_t))[0]);
    for (std::string& value : values) value = text();
  }
  void take(EventRef& ref) {
    if (text() != "group") fail("no group where one belongs");
    (*this)("task", ref.task, "");
    (*this)("number", ref.number, "");
  }
  void take(Configuration& configuration) {
    if (text() != "group") fail("no group where one belongs");
    PlainConfiguration plain;
    PlainConfiguration::fields(plain, *this);
    configuration = plain.configuration(where_);
  }

  std::string_view left_;
  const std::string& where_;
};

}  // namespace

std::string canonical_bytes(const Event& event) {
  Writer bytes;
  bytes.text(kind_of(event));
  std::visit([&](const auto& fact) { fact.fields(fact, bytes); }, event);
  return std::move(bytes).taken();
}

Event event_of_bytes(std::string_view bytes, const std::string& where) {
  Reader reader(bytes, where);
  const std::string kind = reader.text();
  std::optional<Event> event = empty_event(kind);
  if (!event) throw FormatError("{}: unknown kind of event '{}'", where, kind);
  std::visit([&](auto& fact) { fact.fields(fact, reader); }, *event);
  reader.end();
  check(*event, where);
  return std::move(*event);
}

}  // namespace glasscape
