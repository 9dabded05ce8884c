// Stillinger and Weber, PRB 31, 5262 (1985), from LAMMPS `.sw` files:
//   E = sum_{i<j} A eps [B (sigma/r)^p - (sigma/r)^q] exp(sigma/(r - a sigma))
//     + sum_i sum_{j<k} lambda eps (cos theta_jik - cos theta_0)^2 exp(g s/(r_ij - a s)) exp(g s/(r_ik - a s)),
// every parameter by the elements of the triplet (centre, neighbour, neighbour); the range of r_ij and its g, s are
// those of the entry (i, j, j).
#pragma once

#include "md/potential.hpp"

namespace glasscape {

struct StillingerWeberTable {
  struct Entry {
    double epsilon = 0, sigma = 0, a = 0, lambda = 0, gamma = 0, cos0 = 0, A = 0, B = 0, p = 0, q = 0;
    double range() const { return a * sigma; }
  };
  std::vector<Element> elements;
  std::vector<Entry> entries;  // [(i * n + j) * n + k]
  std::string source, checksum;

  /// The elements that stand as a centre in the file, in its order.
  static std::vector<std::string> elements_in(std::string_view text);
  /// Throws FormatError "source:line: ..." for a malformed entry, and when a triplet of `elements` has none.
  static StillingerWeberTable parse(std::string_view text, const std::vector<std::string>& elements, const std::string& source);
};

class StillingerWeber final : public Potential {
 public:
  static constexpr Plugin about{"sw", "Stillinger-Weber three-body potential", "file", "Si.sw"};
  static StillingerWeberTable read(Input& in);
  explicit StillingerWeber(StillingerWeberTable table);

  double cutoff() const override { return cutoff_; }
  std::vector<int> kinds(const std::vector<Element>& elements) const override;
  void add(const Atoms& atoms, Want want, Evaluation& out) const override;
  std::string provenance() const override;
  std::string checksum() const override { return table_.checksum; }
  std::vector<Element> elements() const override { return table_.elements; }

 private:
  const StillingerWeberTable::Entry& entry(int i, int j, int k) const {
    const std::size_t n = table_.elements.size();
    return table_.entries[(static_cast<std::size_t>(i) * n + static_cast<std::size_t>(j)) * n + static_cast<std::size_t>(k)];
  }

  StillingerWeberTable table_;
  double cutoff_ = 0.0;
};

}  // namespace glasscape
