#include "landscape/facts_hash.hpp"

#include <bit>

#include "landscape/plain_configuration.hpp"
#include "md/support/hash.hpp"

namespace glasscape {
namespace {

static_assert(std::endian::native == std::endian::little, "canonical bytes are little-endian");

/// Every text, name and shape is preceded by its length, so different facts cannot run into the same bytes.
class CanonicalBytes {
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

}  // namespace

std::string canonical_bytes(const Event& event) {
  CanonicalBytes bytes;
  bytes.text(kind_of(event));
  std::visit([&](const auto& fact) { fact.fields(fact, bytes); }, event);
  return std::move(bytes).taken();
}

std::string facts_hash(const Events& events) {
  Sha256 hash;
  hash.add("glasscape-facts-1");
  for (const Event& event : events) hash.add(canonical_bytes(event));
  return hash.hex();
}

bool equal(const Event& a, const Event& b) { return canonical_bytes(a) == canonical_bytes(b); }

}  // namespace glasscape
