#include "md/potentials/eam.hpp"

#include <fmt/ranges.h>

#include <cmath>

#include "md/pair.hpp"
#include "md/pair_hessian.hpp"

namespace glasscape {

Eam::Eam(EamTables tables) : tables_(std::move(tables)) {
  const int kinds = static_cast<int>(tables_.elements.size());
  const auto squared = [&](double support) { return std::pow(std::min(support, tables_.cutoff), 2); };
  for (int a = 0; a < kinds; ++a)
    for (int b = 0; b < kinds; ++b) {
      const double density = std::max(tables_.density[pair_index(a, b)].support(), tables_.density[pair_index(b, a)].support());
      density_range_.push_back(squared(density));
      range_.push_back(squared(std::max(density, tables_.pair[pair_index(a, b)].support())));
    }
}

std::vector<int> Eam::kinds(const std::vector<Element>& elements) const {
  std::vector<std::string> known;
  for (const Element& element : tables_.elements) known.push_back(element.name);
  std::vector<int> kinds;
  for (const Element& element : elements) {
    const auto found = std::find(known.begin(), known.end(), element.name);
    if (found == known.end())
      throw InputError("element '{}' is not in potential {}{}", element.name, tables_.source, suggestion(element.name, known));
    kinds.push_back(static_cast<int>(found - known.begin()));
  }
  return kinds;
}

Eam::Embedded Eam::embedded(const Atoms& atoms) const {
  Embedded f{Eigen::VectorXd(atoms.count), Eigen::VectorXd(atoms.count), Eigen::VectorXd(atoms.count)};
#pragma omp parallel for schedule(static) num_threads(atoms.threads) if (atoms.threads > 1)
  for (Eigen::Index i = 0; i < atoms.count; ++i) {
    const Vector3d centre = atoms.x.col(i);
    const int kind = atoms.kind[static_cast<std::size_t>(i)];
    double rho = 0.0;
    for (const int j : atoms.neighbours_of(i)) {
      const int other = atoms.kind[static_cast<std::size_t>(j)];
      const double r2 = (centre - atoms.x.col(j)).squaredNorm();
      if (r2 < density_range_[pair_index(kind, other)]) rho += tables_.density[pair_index(other, kind)].value(std::sqrt(r2));
    }
    const CubicTable::Sample s = tables_.embed[static_cast<std::size_t>(kind)].sample(rho);
    const double beyond = std::max(rho - tables_.rho_end, 0.0);  // linear beyond the table, as LAMMPS
    f.energy[i] = s.value + s.first * beyond;
    f.first[i] = s.first;
    f.second[i] = beyond > 0.0 ? 0.0 : s.second;
  }
  return f;
}

void Eam::add(const Atoms& atoms, Want want, Evaluation& out) const {
  Embedded f = embedded(atoms);
  const bool wants_virial = want.virial || want.per_atom;
  AtomTensors virial = AtomTensors::Zero(6, wants_virial ? atoms.count : 0);
#pragma omp parallel for schedule(static) num_threads(atoms.threads) if (atoms.threads > 1)
  for (Eigen::Index i = 0; i < atoms.count; ++i) {
    const Vector3d centre = atoms.x.col(i);
    const int kind = atoms.kind[static_cast<std::size_t>(i)];
    Vector3d force = Vector3d::Zero();
    double pair_energy = 0.0;
    for (const int j : atoms.neighbours_of(i)) {
      const int other = atoms.kind[static_cast<std::size_t>(j)];
      const Vector3d d = centre - atoms.x.col(j);
      const double r2 = d.squaredNorm();
      const std::size_t ab = pair_index(kind, other);
      if (r2 >= range_[ab]) continue;
      const double r = std::sqrt(r2), inverse = 1.0 / r;
      const CubicTable::Sample z = tables_.pair[ab].sample(r);
      const double phi = z.value * inverse;
      double slope = (z.first - phi) * inverse;
      if (r2 < density_range_[ab]) {
        const double at_i = tables_.density[pair_index(other, kind)].sample(r).first;
        const double at_j = kind == other ? at_i : tables_.density[ab].sample(r).first;
        slope += f.first[i] * at_i + f.first[atoms.owner[static_cast<std::size_t>(j)]] * at_j;
      }
      pair_energy += phi;
      force -= slope * inverse * d;
      if (wants_virial) virial.col(i) += outer(d, -0.5 * slope * inverse);
    }
    f.energy[i] += 0.5 * pair_energy;
    out.forces.col(i) += force;
  }
  add_atom_terms(f.energy, virial, want, out);
}

std::unique_ptr<Hessian> Eam::hessian(const Atoms& atoms) const {
  const Embedded f = embedded(atoms);
  std::vector<std::size_t> first{0};
  std::vector<PairTerm> terms;
  terms.reserve(atoms.neighbour.size());
  for (Eigen::Index i = 0; i < atoms.count; ++i) {
    const int kind = atoms.kind[static_cast<std::size_t>(i)];
    for (const int j : atoms.neighbours_of(i)) {
      const int other = atoms.kind[static_cast<std::size_t>(j)];
      const Vector3d d = atoms.x.col(i) - atoms.x.col(j);
      const double r2 = d.squaredNorm();
      const std::size_t ab = pair_index(kind, other);
      if (r2 >= range_[ab]) continue;
      const double r = std::sqrt(r2), inverse = 1.0 / r;
      const int owner = atoms.owner[static_cast<std::size_t>(j)];
      const CubicTable::Sample z = tables_.pair[ab].sample(r);
      const double phi_slope = (z.first - z.value * inverse) * inverse;
      PairTerm term{owner, d * inverse, z.second * inverse - 2.0 * phi_slope * inverse, phi_slope};
      if (r2 < density_range_[ab]) {
        const CubicTable::Sample at_i = tables_.density[pair_index(other, kind)].sample(r);
        const CubicTable::Sample at_j = tables_.density[ab].sample(r);
        term.along += f.first[i] * at_i.second + f.first[owner] * at_j.second;
        term.across += f.first[i] * at_i.first + f.first[owner] * at_j.first;
        term.b_ij = at_i.first;
        term.b_ji = at_j.first;
      }
      term.across *= inverse;
      terms.push_back(term);
    }
    first.push_back(terms.size());
  }
  return std::make_unique<PairHessian>(std::move(first), std::move(terms), f.second);
}

std::string Eam::provenance() const {
  std::vector<std::string> names;
  for (const Element& element : tables_.elements) names.push_back(element.name);
  return fmt::format("embedded-atom potential {} ({}), cutoff {} A, sha256 {}", tables_.source, fmt::join(names, "-"),
                     shortest(tables_.cutoff), tables_.checksum);
}

}  // namespace glasscape
