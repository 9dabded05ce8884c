#include "md/potentials/eam.hpp"

#include <fmt/ranges.h>

#include <cmath>

#include "md/blocks.hpp"
#include "md/pair.hpp"
#include "md/pair_hessian.hpp"

namespace glasscape {

Eam::Eam(EamTables tables) : tables_(std::move(tables)), kernel_(tables_) {}

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

void Eam::sum_densities(const Atoms& atoms, Want want, EamWork& work) const {
  work.blocks.resize(count_of_blocks(atoms.listed));
  set_places(atoms, work.place);
  for_each_block(work.blocks.size(), atoms.threads, [&](std::size_t b) { kernel_.densities(atoms, want, work, b); });
}

std::shared_ptr<const Background> Eam::background(const Atoms& staying) const {
  EamWork work;
  sum_densities(staying, {}, work);
  auto background = std::make_shared<Densities>();
  background->density.resize(staying.listed);
  for (Eigen::Index i = 0; i < staying.listed; ++i) background->density[i] = work.density_at(i, staying);
  return background;
}

Eam::Embedded Eam::embedded(const Atoms& atoms, Want want, EamWork& work) const {
  sum_densities(atoms, want, work);
  const auto* background = static_cast<const Densities*>(atoms.background);
  const Eigen::Index known = background != nullptr ? atoms.listed + background->density.size() : 0;
  Embedded f{Eigen::VectorXd(atoms.count), Eigen::VectorXd(atoms.count), Eigen::VectorXd(atoms.count)};
  for_each_block(count_of_blocks(atoms.count), atoms.threads, [&](std::size_t b) {
    const auto [begin, end] = block_of(atoms.count, b);
    for (Eigen::Index i = begin; i < end; ++i) {
      const double rho = work.density_at(i, atoms) + (i >= atoms.listed && i < known ? background->density[i - atoms.listed] : 0.0);
      const auto kind = static_cast<std::size_t>(atoms.kind[static_cast<std::size_t>(i)]);
      const CubicTable::Sample s = tables_.embed[kind].sample(rho);
      const double beyond = std::max(rho - tables_.rho_end, 0.0);  // linear beyond the table, as LAMMPS
      f.energy[i] = s.value + s.first * beyond;
      f.first[i] = s.first;
      f.second[i] = beyond > 0.0 ? 0.0 : s.second;
    }
  });
  return f;
}

void Eam::add(const Atoms& atoms, Want want, Evaluation& out) const {
  EamWork own;
  EamWork& work = atoms.workspace_or(own);
  const Embedded f = embedded(atoms, want, work);
  for_each_block(work.blocks.size(), atoms.threads, [&](std::size_t b) { kernel_.forces(f.first, want, work.blocks[b]); });
  for (Eigen::Index i = 0; i < atoms.count; ++i) out.energy += f.energy[i];
  if (want.per_atom) out.atom_energy += f.energy;
  add_sums(pointers_to(work.blocks), atoms, want, out);
}

std::optional<EmbeddingCurvature> Eam::pair_terms(const Atoms& atoms, double reach, const TakePair& take) const {
  EamWork own;
  const Embedded f = embedded(atoms, {}, atoms.workspace_or(own));
  const double per = 1.0 / tables_.pair.front().spacing(), per2 = per * per;
  for (Eigen::Index i = 0; i < atoms.listed; ++i)
    for (const int column : atoms.neighbours_of(i)) {
      const Vector3d d = atoms.x.col(i) - atoms.x.col(column);
      const double r = d.norm(), inverse = 1.0 / r;
      if (r > reach) continue;
      const int j = atoms.owner[static_cast<std::size_t>(column)];
      const auto found = kernel_.functions(atoms.kind[static_cast<std::size_t>(i)], atoms.kind[static_cast<std::size_t>(column)], r);
      if (!found) continue;
      const auto& [pair, at_i, at_j, t, dense] = *found;
      const double phi_slope = (pair.slope(t) * per - pair.value(t) * inverse) * inverse;
      PairTerm term{{static_cast<int>(i), j, d * inverse, r, pair.bend(t) * per2 * inverse - 2.0 * phi_slope * inverse, phi_slope}};
      if (dense) {
        term.b_ij = at_i.slope(t) * per;
        term.b_ji = at_j.slope(t) * per;
        term.along += f.first[i] * at_i.bend(t) * per2 + f.first[j] * at_j.bend(t) * per2;
        term.across += f.first[i] * term.b_ij + f.first[j] * term.b_ji;
      }
      term.across *= inverse;
      take(term);
    }
  return f.second;
}

std::string Eam::provenance() const {
  std::vector<std::string> names;
  for (const Element& element : tables_.elements) names.push_back(element.name);
  return fmt::format("embedded-atom potential {} ({}), cutoff {} A, sha256 {}", tables_.source, fmt::join(names, "-"),
                     shortest(tables_.cutoff), tables_.checksum);
}

}  // namespace glasscape
