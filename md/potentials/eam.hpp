// The embedded-atom method, E = sum_i F_i(rho_i) + sum_{i<j} phi_ij(r), rho_i = sum_j rho_ji(r_ij), from `setfl` files
// (eam/alloy: the density depends on the neighbour's element) and Finnis-Sinclair files (eam.fs: also on the atom's
// own), and from KIM portable models that embed such a file. Read and interpolated as LAMMPS does.
// Daw and Baskes, PRB 29, 6443 (1984); Finnis and Sinclair, Phil. Mag. A 50, 45 (1984).
#pragma once

#include "md/cubic_table.hpp"
#include "md/potential.hpp"
#include "md/potentials/eam_kernel.hpp"

namespace glasscape {

/// The content of a setfl or eam.fs file.
struct EamTables {
  std::vector<Element> elements;
  double cutoff = 0;                // Angstrom
  std::vector<CubicTable> embed;    // F(rho), eV, per element
  std::vector<CubicTable> density;  // [from * elements + at]: density at an atom of kind `at` due to one of kind `from`
  std::vector<CubicTable> pair;     // [a * elements + b]: r * phi(r), eV * Angstrom, symmetric
  double rho_end = 0;               // largest tabulated density
  std::string source, checksum;

  enum class Style { alloy, finnis_sinclair };
  /// Throws FormatError "source:line: ..." for anything that is not a complete, finite table.
  static EamTables parse(std::string_view text, Style style, const std::string& source);
};

class Eam : public Potential {
 public:
  explicit Eam(EamTables tables);

  double cutoff() const override { return tables_.cutoff; }
  double cutoff_of(int kind, int other) const override { return kernel_.range(kind, other); }
  double many_body_cutoff() const override { return kernel_.density_range(); }
  ListKind lists() const override { return ListKind::half; }
  std::unique_ptr<Workspace> workspace() const override { return std::make_unique<EamWork>(); }
  std::vector<int> kinds(const std::vector<Element>& elements) const override;
  void add(const Atoms& atoms, Want want, Evaluation& out) const override;
  std::optional<EmbeddingCurvature> pair_terms(const Atoms& atoms, double reach, const TakePair& take) const override;
  std::shared_ptr<const Background> background(const Atoms& staying) const override;
  std::string provenance() const override;
  std::string checksum() const override { return tables_.checksum; }
  std::vector<Element> elements() const override { return tables_.elements; }

 private:
  struct Embedded {
    Eigen::VectorXd energy, first, second;  // F, F', F'' per atom
  };
  /// Densities that atoms which stay give each other.
  struct Densities final : Background {
    Eigen::VectorXd density;
  };
  /// The first loop over the pairs.
  void sum_densities(const Atoms& atoms, Want want, EamWork& work) const;
  /// The first loop, and what follows from the densities.
  Embedded embedded(const Atoms& atoms, Want want, EamWork& work) const;

  EamTables tables_;
  EamKernel kernel_;
};

/// `eam-alloy`: a setfl file.
class EamAlloy final : public Eam {
 public:
  static constexpr Plugin about{"eam-alloy", "embedded-atom potential from a setfl file (LAMMPS eam/alloy)", "file",
                                "Cu_mishin1.eam.alloy"};
  static EamTables read(Input& in);
  using Eam::Eam;
};

/// `eam-fs`: a Finnis-Sinclair file; the default is the Cu-Zr potential that Debian's lammps-data installs.
class EamFs final : public Eam {
 public:
  static constexpr Plugin about{"eam-fs", "Finnis-Sinclair embedded-atom potential (LAMMPS eam/fs)", "file", "CuZr_mm.eam.fs"};
  static EamTables read(Input& in);
  using Eam::Eam;
};

/// `kim`: a KIM portable model whose driver is EAM_Dynamo; its parameter file is read out of the installed library.
class KimEam final : public Eam {
 public:
  static constexpr Plugin about{"kim", "embedded-atom KIM portable model (EAM_Dynamo driver), run natively", "model",
                                "EAM_Dynamo_MendelevKramerOtt_2009_CuZr__MO_600021860456_005"};
  static EamTables read(Input& in);
  using Eam::Eam;
};

}  // namespace glasscape
