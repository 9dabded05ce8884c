// Pair potentials: a law gives V, V' and V'' of one distance; energy, forces, virial and the exact Hessian follow here
// once for all laws. The header an author of a pair law reads:
//   struct MyLaw {
//     static constexpr Plugin about{"my-law", "one line"};
//     static MyLaw read(Input& in);          parameters of one pair of kinds
//     Radial at(double r) const;             eV, eV/A, eV/A^2
//     std::string text() const;              parameters, for provenance
//   };
// then potentials.add<PairPotential<MyLaw>>().
#pragma once

#include <algorithm>
#include <cmath>

#include "md/pair_hessian.hpp"
#include "md/pair_loop.hpp"

namespace glasscape {

/// One law per unordered pair of kinds. No names: one law for atoms of any element.
template <typename Law>
struct PairTable {
  std::string potential{Law::about.name};  // whose table it is
  std::vector<std::string> names;
  std::vector<TruncatedLaw<Law>> laws;  // row-major names x names, or one

  std::size_t kinds() const { return std::max<std::size_t>(names.size(), 1); }
  static PairTable read(Input& in);
};

template <typename Law>
class PairPotential : public Potential {
 public:
  static constexpr Plugin about = Law::about;
  static PairTable<Law> read(Input& in) { return PairTable<Law>::read(in); }

  explicit PairPotential(PairTable<Law> table) : table_(std::move(table)) {
    for (const auto& law : table_.laws) cutoff_ = std::max(cutoff_, law.range.cutoff);
  }

  double cutoff() const override { return cutoff_; }
  double many_body_cutoff() const override { return 0.0; }
  ListKind lists() const override { return ListKind::half; }

  std::vector<int> kinds(const std::vector<Element>& elements) const override {
    std::vector<int> kinds;
    for (const Element& element : elements) kinds.push_back(kind_of(element.name));
    return kinds;
  }

  std::string provenance() const override {
    std::string text = table_.potential;
    for (std::size_t a = 0; a < table_.kinds(); ++a)
      for (std::size_t b = a; b < table_.kinds(); ++b) {
        const auto& law = table_.laws[a * table_.kinds() + b];
        const std::string pair = table_.names.empty() ? "" : table_.names[a] + "-" + table_.names[b] + " ";
        text += fmt::format("{}{}{}, {}", text.size() == table_.potential.size() ? ": " : "; ", pair, law.law.text(),
                            law.range.text());
      }
    return text;
  }

  std::vector<Element> elements() const override { return elements_named(table_.names); }

  std::unique_ptr<Workspace> workspace() const override { return std::make_unique<PairWork>(); }
  void add(const Atoms& atoms, Want want, Evaluation& out) const override {
    PairWork own;
    add_pairs(atoms, table_.laws, table_.kinds(), want, atoms.workspace_or(own), out);
  }
  std::optional<EmbeddingCurvature> pair_terms(const Atoms& atoms, double reach, const TakePair& take) const override;
  std::shared_ptr<const Background> background(const Atoms&) const override { return std::make_shared<Background>(); }

 private:
  int kind_of(const std::string& name) const {
    if (table_.names.empty()) return 0;
    const auto found = std::find(table_.names.begin(), table_.names.end(), name);
    if (found == table_.names.end())
      throw InputError("element '{}' is not known to potential {}{}", name, table_.potential, suggestion(name, table_.names));
    return static_cast<int>(found - table_.names.begin());
  }
  /// visit(i, j, x_i - x_j, distance, law) for every pair in range of the atoms of a block.
  template <typename Visit>
  void for_each_pair(const Atoms& atoms, Block block, Visit visit) const;
  const TruncatedLaw<Law>& law(int a, int b) const {
    return table_.laws[static_cast<std::size_t>(a) * table_.kinds() + static_cast<std::size_t>(b)];
  }

  PairTable<Law> table_;
  double cutoff_ = 0.0;
};

/// The symmetric product d d^T scaled, in the order of AtomTensors.
inline Eigen::Matrix<double, 6, 1> outer(const Vector3d& d, double scale) {
  return scale * Eigen::Matrix<double, 6, 1>(d[0] * d[0], d[1] * d[1], d[2] * d[2], d[0] * d[1], d[0] * d[2], d[1] * d[2]);
}

/// The 3 x 3 tensor of a column of AtomTensors.
inline Matrix3d tensor(const Eigen::Matrix<double, 6, 1>& t) {
  Matrix3d m;
  m << t[0], t[3], t[4], t[3], t[1], t[5], t[4], t[5], t[2];
  return m;
}

/// Adds per-atom energies and virials to whatever of the evaluation wants them, in the order of the atoms, so that
/// sums do not depend on the number of threads.
void add_atom_terms(const Eigen::VectorXd& energy, const AtomTensors& virial, Want want, Evaluation& out);

// ---------------------------------------------------------------------------------------------------------------

template <typename Law>
PairTable<Law> PairTable<Law>::read(Input& in) {
  PairTable table;
  if (!in.has("pairs")) {
    const Law law = Law::read(in);
    table.laws.emplace_back(law, PairRange::read(in, law.default_cutoff()));
    return table;
  }
  struct Row {
    std::vector<std::string> names;
    TruncatedLaw<Law> law;
  };
  std::vector<Row> rows;
  for (Input& pair : in.tables("pairs", "one table of parameters per pair of elements")) {
    const auto names = pair.list("elements", required, "the two elements of this pair");
    pair.expect(names.size() == 2, "elements", "two names");
    const Law law = Law::read(pair);
    rows.push_back({names, {law, PairRange::read(pair, law.default_cutoff())}});
    pair.finish();
    for (const std::string& name : names)
      if (std::find(table.names.begin(), table.names.end(), name) == table.names.end()) table.names.push_back(name);
  }
  for (const std::string& a : table.names)
    for (const std::string& b : table.names) {
      const auto row = std::find_if(rows.begin(), rows.end(), [&](const Row& r) {
        return (r.names[0] == a && r.names[1] == b) || (r.names[0] == b && r.names[1] == a);
      });
      if (row == rows.end()) throw InputError("{}: no parameters for the pair {}-{}", in.where("pairs"), a, b);
      table.laws.push_back(row->law);
    }
  return table;
}

template <typename Law>
template <typename Visit>
void PairPotential<Law>::for_each_pair(const Atoms& atoms, Block block, Visit visit) const {
  for (Eigen::Index i = block.begin; i < block.end; ++i)
    for (const int j : atoms.neighbours_of(i)) {
      const auto& pair = law(atoms.kind[static_cast<std::size_t>(i)], atoms.kind[static_cast<std::size_t>(j)]);
      const Vector3d d = atoms.x.col(i) - atoms.x.col(j);
      const double r2 = d.squaredNorm();
      if (r2 >= pair.range.cutoff * pair.range.cutoff) continue;
      const double r = std::sqrt(r2);
      visit(static_cast<int>(i), atoms.owner[static_cast<std::size_t>(j)], d, r, pair.at(r));
    }
}

template <typename Law>
std::optional<EmbeddingCurvature> PairPotential<Law>::pair_terms(const Atoms& atoms, double reach, const TakePair& take) const {
  for_each_pair(atoms, {0, atoms.listed}, [&](int i, int j, const Vector3d& d, double r, const Radial& v) {
    if (r <= reach) take({{i, j, d / r, r, v.second, v.first / r}});
  });
  return EmbeddingCurvature();
}

}  // namespace glasscape
