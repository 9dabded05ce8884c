#include "md/restart.hpp"

#include "md/support/folder.hpp"
#include "md/support/hash.hpp"
#include "md/support/text.hpp"

namespace glasscape {
namespace {

constexpr std::string_view magic = "glasscape-restart 2";
constexpr std::string_view number_note = "checkpoint";  // counts them
constexpr long long most_states = 10'000;

/// Before the names of a state's quantities: nothing for the first, "1:", "2:".
std::string prefix_of(std::size_t state) { return state == 0 ? "" : fmt::format("{}:", state); }

/// The quantities of a state in file order: the one list that writing and reading share.
template <typename State, typename Visit>
void quantities(State& s, Visit&& visit) {
  visit("positions", s.configuration.positions);
  visit("momenta", s.configuration.momenta);
  visit("cell", s.configuration.cell);
  visit("forces", s.forces);
  visit("potential_energy", s.potential_energy);
  visit("virial", s.virial);
  visit("particle_chain_position", s.particles.position);
  visit("particle_chain_velocity", s.particles.velocity);
  visit("barostat_chain_position", s.barostat.position);
  visit("barostat_chain_velocity", s.barostat.velocity);
  visit("strain_rate", s.strain_rate);
  visit("heat", s.heat);
  visit("work", s.work);
  visit("step", s.step);
  visit("drawn", s.drawn);
  visit("list_origin", s.list_origin);
  visit("list_cell", s.list_cell);
}

class Writer {
 public:
  void operator()(std::string_view name, double value) { line(name, {&value, 1}); }
  void begin_state(std::size_t number) { prefix_ = prefix_of(number); }
  void operator()(std::string_view name, std::int64_t value) { text_ += fmt::format("{}{} 1 {}\n", prefix_, name, value); }
  void operator()(std::string_view name, std::uint64_t value) { text_ += fmt::format("{}{} 1 {}\n", prefix_, name, value); }
  template <typename Matrix>
    requires requires(const Matrix& m) { m.data(); m.size(); }
  void operator()(std::string_view name, const Matrix& m) {
    line(name, {m.data(), static_cast<std::size_t>(m.size())});
  }
  void operator()(std::string_view name, const Cell& cell) {
    std::vector<double> numbers(cell.lattice().data(), cell.lattice().data() + 9);
    numbers.insert(numbers.end(), cell.origin().data(), cell.origin().data() + 3);
    for (const bool periodic : cell.periodic()) numbers.push_back(periodic ? 1.0 : 0.0);
    line(name, numbers);
  }
  void species(const Species& species) {
    text_ += fmt::format("elements {}", species.elements.size());
    for (const Element& element : species.elements) text_ += fmt::format(" {} {}", element.name, shortest(element.mass));
    text_ += fmt::format("\nelement_of {}", species.element_of.size());
    for (const int element : species.element_of) text_ += fmt::format(" {}", element);
    text_ += '\n';
  }
  void note(std::string_view name, std::span<const double> values) { line(fmt::format("note:{}", name), values); }
  std::string finished() const { return text_ + "sha256 1 " + sha256(text_) + '\n'; }

 private:
  void line(std::string_view name, std::span<const double> values) {
    text_ += fmt::format("{}{} {}", prefix_, name, values.size());
    for (const double value : values) (text_ += ' ') += shortest(value);
    text_ += '\n';
  }
  std::string text_ = std::string(magic) + '\n', prefix_;
};

class Reader {
 public:
  Reader(std::string_view text, const std::string& path) : path_(path) {
    int number = 0;
    for (const std::string_view line : split(text, '\n')) {
      ++number;
      const auto found = words(line);
      if (number == 1 || found.size() < 2) continue;
      lines_[std::string(found[0])] = {number, {found.begin() + 2, found.end()}};
    }
  }
  std::size_t states() const {
    if (lines_.find("states") == lines_.end()) return 1;
    const long long states = whole("states", 0);
    if (states < 1 || states > most_states) fail(at("states").first, fmt::format("{} states, expected 1 to {}", states, most_states));
    return static_cast<std::size_t>(states);
  }
  void begin_state(std::size_t number) { prefix_ = prefix_of(number); }
  void operator()(std::string_view name, double& value) { value = numbers(name, 1)[0]; }
  void operator()(std::string_view name, std::int64_t& value) { value = whole(name, 0); }
  void operator()(std::string_view name, std::uint64_t& value) { value = static_cast<std::uint64_t>(whole(name, 0)); }
  void operator()(std::string_view name, Positions& m) {
    const auto values = numbers(name, 3 * atoms_);
    m = Eigen::Map<const Positions>(values.data(), 3, static_cast<Eigen::Index>(atoms_));
  }
  template <typename Array>
    requires requires(Array& a) { a.data(); a.size(); }
  void operator()(std::string_view name, Array& a) {
    const auto values = numbers(name, static_cast<std::size_t>(a.size()));
    std::copy(values.begin(), values.end(), a.data());
  }
  void operator()(std::string_view name, Cell& cell) {
    const auto v = numbers(name, 15);
    cell = Cell(Eigen::Map<const Matrix3d>(v.data()), {v[12] != 0, v[13] != 0, v[14] != 0}, Vector3d(v[9], v[10], v[11]));
  }
  std::map<std::string, std::vector<double>, std::less<>> notes() const {
    std::map<std::string, std::vector<double>, std::less<>> notes;
    for (const auto& [name, line] : lines_)
      if (name.rfind("note:", 0) == 0) notes[name.substr(5)] = numbers(name, line.second.size());
    return notes;
  }
  std::shared_ptr<const Species> species() {
    auto species = std::make_shared<Species>();
    const auto& [line, names] = at("elements");
    for (std::size_t k = 0; k + 1 < names.size(); k += 2) {
      const auto mass = to_real(names[k + 1]);
      if (!mass) fail(line, fmt::format("'{}' is not a mass", names[k + 1]));
      species->elements.push_back({std::string(names[k]), *mass});
    }
    atoms_ = at("element_of").second.size();
    for (std::size_t i = 0; i < atoms_; ++i) {
      const long long element = whole("element_of", i);
      if (element < 0 || element >= static_cast<long long>(species->elements.size()))
        fail(at("element_of").first, fmt::format("element {} is not in the list", element));
      species->element_of.push_back(static_cast<int>(element));
    }
    return species;
  }

 private:
  using Line = std::pair<int, std::vector<std::string_view>>;

  [[noreturn]] void fail(int line, const std::string& message) const { throw FormatError("{}:{}: {}", path_, line, message); }
  const Line& at(std::string_view name) const {
    const auto found = lines_.find(prefix_ + std::string(name));
    if (found == lines_.end()) throw FormatError("{}: '{}{}' is missing from this restart file", path_, prefix_, name);
    return found->second;
  }
  std::vector<double> numbers(std::string_view name, std::size_t count) const {
    const auto& [line, fields] = at(name);
    if (fields.size() != count) fail(line, fmt::format("{} values for '{}', expected {}", fields.size(), name, count));
    std::vector<double> values;
    for (const std::string_view field : fields) {
      const auto value = to_real(field);
      if (!value) fail(line, fmt::format("'{}' is not a number", field));
      values.push_back(*value);
    }
    return values;
  }
  long long whole(std::string_view name, std::size_t index) const {
    const auto& [line, fields] = at(name);
    const auto value = index < fields.size() ? to_integer(fields[index]) : std::nullopt;
    if (!value) fail(line, fmt::format("'{}' is not a whole number", name));
    return *value;
  }

  const std::string& path_;
  std::string prefix_;
  std::map<std::string, Line, std::less<>> lines_;
  std::size_t atoms_ = 0;
};

void verify(const std::string& text, const std::string& path) {
  if (text.rfind(magic, 0) != 0) throw FormatError("{}:1: not a restart file of this version, expected '{}'; delete it, and what it belongs to begins anew", path, magic);
  const std::size_t mark = text.rfind("sha256 1 ");
  if (mark == std::string::npos || trimmed(std::string_view(text).substr(mark + 9)) != sha256(std::string_view(text).substr(0, mark)))
    throw FormatError("{}: the checksum at its end does not fit: the restart file is damaged; delete it, and what it belongs to begins anew", path);
}

}  // namespace

void write_restart(const std::string& path, const Restart& restart) {
  Writer writer;
  writer.species(*restart.states.front().configuration.species);
  writer("states", static_cast<std::int64_t>(restart.states.size()));
  for (std::size_t k = 0; k < restart.states.size(); ++k) {
    writer.begin_state(k);
    quantities(restart.states[k], writer);
  }
  writer.begin_state(0);
  for (const auto& [name, values] : restart.notes) writer.note(name, values);
  write_text_file(path, writer.finished());
}

Restart read_restart(const std::string& path) {
  const std::string text = read_text_file(path, "restart file");
  verify(text, path);
  Reader reader(text, path);
  Restart restart;
  const auto species = reader.species();
  restart.states.resize(reader.states());
  for (std::size_t k = 0; k < restart.states.size(); ++k) {
    reader.begin_state(k);
    restart.states[k].configuration.species = species;
    quantities(restart.states[k], reader);
    check(restart.states[k].configuration, path);
  }
  reader.begin_state(0);
  restart.notes = reader.notes();
  return restart;
}

std::optional<Restart> Checkpoints::load() {
  std::optional<Restart> newest;
  if (stem_.empty()) return newest;
  for (const bool is_a : {true, false}) {
    const std::string path = stem_ + (is_a ? ".A" : ".B");
    try {
      Restart found = read_restart(path);
      const auto number = found.notes.extract(std::string(number_note));
      if (number.empty() || number.mapped().size() != 1 || (newest && number.mapped()[0] <= number_)) continue;
      number_ = number.mapped()[0];
      is_a_next_ = !is_a;
      newest = std::move(found);
    } catch (const FormatError&) {  // damaged
      continue;
    } catch (const NotFound&) {
      if (is_there(path)) throw;  // it may be good: the disk fails, or too many files are open
    }
  }
  return newest;
}

void Checkpoints::save(Restart restart) {
  if (stem_.empty()) return;
  restart.notes[std::string(number_note)] = {number_ + 1};
  write_restart(stem_ + (is_a_next_ ? ".A" : ".B"), restart);
  ++number_;
  is_a_next_ = !is_a_next_;
}

}  // namespace glasscape
