#include "landscape/facts_hash.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "md/support/text.hpp"
#include "tests/landscape/samples.hpp"

using namespace glasscape;
using namespace glasscape::test;

namespace {

std::string in_backquotes(std::string_view name) {
  std::string text(name);
  text.insert(text.begin(), '`');
  text.push_back('`');
  return text;
}

/// Changes one field a little; which one is counted down.
struct ChangeOne {
  int remaining;
  bool changed = false;

  template <typename Value>
  void operator()(std::string_view, Value& value, std::string_view) {
    if (remaining-- != 0) return;
    change(value);
    changed = true;
  }
  void change(double& value) { value = std::nextafter(value, 1e300); }
  void change(std::int64_t& value) { value += 1; }
  void change(std::string& value) { value += '.'; }
  void change(EventRef& value) { value.number += 1; }
  void change(std::vector<std::string>& value) { value.back() += '.'; }
  void change(std::vector<double>& value) { change(value.front()); }
  void change(std::vector<std::int32_t>& value) { value.back() += 1; }
  void change(Positions& value) { change(value(2, value.cols() - 1)); }
  void change(Eigen::MatrixXd& value) { change(value(value.rows() - 1, 0)); }
  void change(Configuration& value) { change(value.positions); }
};

Event with_change(Event event, int field, bool& changed) {
  ChangeOne change{field};
  std::visit([&](auto& fact) { fact.fields(fact, change); }, event);
  changed = change.changed;
  return event;
}

}  // namespace

TEST_CASE("an event equals itself and no other event") {
  const Events events = sample_events();
  for (std::size_t i = 0; i < events.size(); ++i)
    for (std::size_t j = 0; j < events.size(); ++j) CHECK(equal(events[i], events[j]) == (i == j));
}

TEST_CASE("a change of the last bit of any field changes the hash") {
  for (const std::size_t k : {0u, 2u, 3u, 5u, 8u, 10u, 11u}) {
    const Event event = sample_events()[k];
    bool changed = true;
    int fields = 0;
    for (int field = 0;; ++field) {
      const Event other = with_change(event, field, changed);
      if (!changed) break;
      ++fields;
      INFO(kind_of(event) << ", field " << field);
      CHECK_FALSE(equal(event, other));
      CHECK(facts_hash({event}) != facts_hash({other}));
    }
    CHECK(fields >= 3);
  }
}

TEST_CASE("every part of a configuration counts as a fact") {
  const BasinFound basin{disordered(2, 1), -1, 0, 0};
  const auto differs = [&](auto change) {
    BasinFound other = basin;
    change(other.configuration);
    return !equal(basin, other);
  };
  CHECK_FALSE(differs([](Configuration&) {}));
  CHECK(differs([](Configuration& c) { c.momenta = 0.0 * c.positions; }));
  CHECK(differs([](Configuration& c) {
    c.cell = Cell(1.0000001 * c.cell.lattice(), {true, true, true}, c.cell.origin());
  }));
  CHECK(differs([](Configuration& c) {
    c.cell = Cell(c.cell.lattice(), {true, true, false}, c.cell.origin());
  }));
  CHECK(differs([](Configuration& c) { c.cell = Cell(c.cell.lattice()); }));
  CHECK(differs([](Configuration& c) {
    auto species = std::make_shared<Species>(*c.species);
    species->elements[0].mass += 1e-9;
    c.species = species;
  }));
  CHECK(differs([](Configuration& c) {
    auto species = std::make_shared<Species>(*c.species);
    species->element_of[3] = 1 - species->element_of[3];
    c.species = species;
  }));
}

TEST_CASE("the sign of zero and the payload of NaN are facts") {
  SearchFailed plus, minus;
  plus.energy = 0.0;
  minus.energy = -0.0;
  CHECK_FALSE(equal(plus, minus));
  SearchFailed a, b;
  a.energy = number_with_bits(0x7ff8'0000'0000'0001);
  b.energy = number_with_bits(0x7ff8'0000'0000'0002);
  CHECK_FALSE(equal(a, b));
  CHECK(equal(a, a));
}

TEST_CASE("texts that run together are different facts") {
  const EventRef none;
  CHECK_FALSE(equal(SearchFailed{none, 0, "ab", "c", 0, 0}, SearchFailed{none, 0, "a", "bc", 0, 0}));
}

TEST_CASE("the order of events counts") {
  const Events events = sample_events();
  CHECK(facts_hash({events[0], events[2]}) != facts_hash({events[2], events[0]}));
}

TEST_CASE("docs/store.md names every kind of event and its fields in the order of the hash") {
  const std::string page = read_text_file(GLASSCAPE_DOCS "/store.md", "page");
  std::set<std::string> kinds;
  for (const Event& event : sample_events()) {
    const std::string kind(kind_of(event));
    if (!kinds.insert(kind).second) continue;
    const std::size_t row = page.find(in_backquotes(kind));
    REQUIRE(row != page.npos);
    const std::string line = page.substr(row, page.find('\n', row) - row);
    std::size_t after = kind.size();
    std::visit([&](auto fact) {
      fact.fields(fact, [&](std::string_view name, const auto&, std::string_view) {
        INFO(kind << ": " << name);
        const std::size_t at = line.find(in_backquotes(name), after);
        REQUIRE(at != line.npos);
        after = at + 1;
      });
    }, event);
    CHECK(std::count(line.begin() + static_cast<std::ptrdiff_t>(after), line.end(), ',') == 0);
  }
  CHECK(kinds.size() == std::variant_size_v<Event>);
}

TEST_CASE("the hash is the one that docs/store.md spells out") {
  // computed in Python after the table of that page
  const EventRef from{"relax-0001", 1};
  CHECK(facts_hash({}) == "ff78445957137f26d790f4a1e8b90e5fbc571c9a0cac4d2b05f4c3fd9d3faabb");
  CHECK(facts_hash({SearchFailed{from, 7, "not-connected", "0.31 Å away", -120.5, 99}}) ==
        "3dcebbdf3d6cf4262a7d3797fa33873a495ffb1a59d7270fce276e890f0a3478");
  Eigen::MatrixXd rows(2, 3);
  rows << 1, 2, 3, 4, 5, 6;
  CHECK(facts_hash({TraceRecorded{"quench", {"a", "b", "c"}, rows}}) ==
        "60d0e8830c94ba1c2d41e1a4d5dff643c0ffaadd4d5a9af7aa243cb84b0a5f16");
}
