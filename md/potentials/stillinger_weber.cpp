#include "md/potentials/stillinger_weber.hpp"

#include <fmt/ranges.h>

#include <cmath>
#include <filesystem>

#include "md/pair.hpp"
#include "md/support/hash.hpp"

namespace glasscape {
namespace {

using Entry = StillingerWeberTable::Entry;

/// A neighbour of the centre within its range: vector from the centre, distance, and the three-body factor with slope.
struct Leg {
  int owner, kind;
  Vector3d d;
  double r, decay, decay_slope;  // exp(g s/(r - a s)) and its derivative
};

Radial two_body(const Entry& e, double r) {
  const double reach = r - e.range();
  const double decay = e.A * e.epsilon * std::exp(e.sigma / reach);
  const double rp = e.B * std::pow(e.sigma / r, e.p), rq = std::pow(e.sigma / r, e.q);
  const double value = decay * (rp - rq);
  return {value, decay * (-e.p * rp + e.q * rq) / r - value * e.sigma / (reach * reach), 0.0};
}

std::vector<std::pair<std::vector<std::string_view>, int>> entries_of(std::string_view text) {
  std::vector<std::pair<std::vector<std::string_view>, int>> entries;
  int line_number = 0;
  for (std::string_view line : split(text, '\n')) {
    ++line_number;
    const auto found = words(line.substr(0, line.find('#')));
    if (found.empty()) continue;
    if (entries.empty() || entries.back().first.size() >= 14) entries.push_back({{}, line_number});
    auto& words_of_entry = entries.back().first;
    words_of_entry.insert(words_of_entry.end(), found.begin(), found.end());
  }
  return entries;
}

}  // namespace

std::vector<std::string> StillingerWeberTable::elements_in(std::string_view text) {
  std::vector<std::string> names;
  for (const auto& [fields, line] : entries_of(text))
    if (const std::string centre(fields.front()); std::find(names.begin(), names.end(), centre) == names.end()) names.push_back(centre);
  return names;
}

StillingerWeberTable StillingerWeberTable::parse(std::string_view text, const std::vector<std::string>& names,
                                                 const std::string& source) {
  const std::size_t n = names.size();
  StillingerWeberTable table;
  table.elements = elements_named(names);
  table.entries.resize(n * n * n);
  table.source = std::filesystem::path(source).filename().string();
  table.checksum = sha256(text);
  std::vector<bool> found(n * n * n, false);
  for (const auto& [fields, line] : entries_of(text)) {
    if (fields.size() != 14)
      throw FormatError("{}:{}: a Stillinger-Weber entry has {} fields, expected 14", source, line, fields.size());
    std::vector<double> numbers;
    for (std::size_t k = 3; k < 14; ++k) {
      const auto number = to_real(fields[k]);
      if (!number || !std::isfinite(*number)) throw FormatError("{}:{}: '{}' is not a number", source, line, fields[k]);
      numbers.push_back(*number);
    }
    std::size_t index = 0;
    bool wanted = true;
    for (int k = 0; k < 3; ++k) {
      const auto at = std::find(names.begin(), names.end(), fields[static_cast<std::size_t>(k)]);
      wanted = wanted && at != names.end();
      index = index * n + static_cast<std::size_t>(at - names.begin());
    }
    if (!wanted) continue;
    // an entry of two unlike neighbours gives lambda, epsilon and the angle alone; the files have 0 for the rest
    const bool pair = fields[1] == fields[2];
    if (pair && (!(numbers[1] > 0) || !(numbers[2] > 0)))
      throw FormatError("{}:{}: sigma and a must be above 0, got {} and {}", source, line, numbers[1], numbers[2]);
    table.entries[index] = {numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5], numbers[6], numbers[7], numbers[8], numbers[9]};
    found[index] = true;
  }
  for (std::size_t k = 0; k < found.size(); ++k)
    if (!found[k])
      throw FormatError("{}: no entry for the triplet {} {} {}; take fewer elements with `elements`", source, names[k / (n * n)], names[k / n % n], names[k % n]);
  return table;
}

StillingerWeberTable StillingerWeber::read(Input& in) {
  const std::string path = in.file("file", "Si.sw", "LAMMPS .sw file, as written or in the search path");
  auto elements = in.list("elements", std::vector<std::string>{}, "elements to take from the file; empty: all that are in it");
  if (in.is_describing()) return {};
  const std::string text = read_text_file(path, "potential file");
  if (elements.empty()) elements = StillingerWeberTable::elements_in(text);
  in.expect(!elements.empty(), "file", "a LAMMPS .sw file with at least one entry");
  return StillingerWeberTable::parse(text, elements, path);
}

StillingerWeber::StillingerWeber(StillingerWeberTable table) : table_(std::move(table)) {
  for (const auto& e : table_.entries) cutoff_ = std::max(cutoff_, e.range());
}

std::vector<int> StillingerWeber::kinds(const std::vector<Element>& elements) const {
  std::vector<std::string> known;
  for (const Element& element : table_.elements) known.push_back(element.name);
  std::vector<int> kinds;
  for (const Element& element : elements) {
    const auto found = std::find(known.begin(), known.end(), element.name);
    if (found == known.end())
      throw InputError("element '{}' is not in potential {}{}", element.name, table_.source, suggestion(element.name, known));
    kinds.push_back(static_cast<int>(found - known.begin()));
  }
  return kinds;
}

void StillingerWeber::add(const Atoms& atoms, Want want, Evaluation& out) const {
  Eigen::VectorXd energy = Eigen::VectorXd::Zero(atoms.count);
  AtomTensors virial = AtomTensors::Zero(6, atoms.count);
  std::vector<Leg> legs;
  for (Eigen::Index i = 0; i < atoms.count; ++i) {
    const int kind = atoms.kind[static_cast<std::size_t>(i)];
    legs.clear();
    for (const int j : atoms.neighbours_of(i)) {
      const int other = atoms.kind[static_cast<std::size_t>(j)];
      const Entry& e = entry(kind, other, other);
      const Vector3d d = atoms.x.col(j) - atoms.x.col(i);
      const double r = d.norm();
      if (r >= e.range()) continue;
      const Radial v = two_body(e, r);
      energy[i] += 0.5 * v.value;
      out.forces.col(i) += v.first / r * d;
      virial.col(i) += outer(d, -0.5 * v.first / r);
      const double decay = std::exp(e.gamma * e.sigma / (r - e.range()));
      legs.push_back({atoms.owner[static_cast<std::size_t>(j)], other, d, r, decay, -decay * e.gamma * e.sigma / std::pow(r - e.range(), 2)});
    }
    for (std::size_t a = 0; a < legs.size(); ++a)
      for (std::size_t b = a + 1; b < legs.size(); ++b) {
        const Leg &p = legs[a], &q = legs[b];
        const Entry& e = entry(kind, p.kind, q.kind);
        const double cosine = p.d.dot(q.d) / (p.r * q.r), bend = cosine - e.cos0, strength = e.lambda * e.epsilon;
        const double slope = 2.0 * strength * bend * p.decay * q.decay;  // dE/dcos
        const Vector3d along_p = strength * bend * bend * p.decay_slope * q.decay / p.r * p.d;
        const Vector3d along_q = strength * bend * bend * q.decay_slope * p.decay / q.r * q.d;
        const Vector3d f_p = -along_p - slope * (q.d / (p.r * q.r) - cosine / (p.r * p.r) * p.d);
        const Vector3d f_q = -along_q - slope * (p.d / (p.r * q.r) - cosine / (q.r * q.r) * q.d);
        const double third = strength * bend * bend * p.decay * q.decay / 3.0;  // to each atom of a triplet, as LAMMPS
        energy[i] += third;
        energy[p.owner] += third;
        energy[q.owner] += third;
        out.forces.col(p.owner) += f_p;
        out.forces.col(q.owner) += f_q;
        out.forces.col(i) -= f_p + f_q;
        const Matrix3d w = p.d * f_p.transpose() + q.d * f_q.transpose();
        Eigen::Matrix<double, 6, 1> share;
        share << w(0, 0), w(1, 1), w(2, 2), 0.5 * (w(0, 1) + w(1, 0)), 0.5 * (w(0, 2) + w(2, 0)), 0.5 * (w(1, 2) + w(2, 1));
        share /= 3.0;
        virial.col(i) += share;
        virial.col(p.owner) += share;
        virial.col(q.owner) += share;
      }
  }
  add_atom_terms(energy, virial, want, out);
}

std::string StillingerWeber::provenance() const {
  return fmt::format("Stillinger-Weber potential {}, cutoff {} A, sha256 {}", table_.source, shortest(cutoff_), table_.checksum);
}

}  // namespace glasscape
