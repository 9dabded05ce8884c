#include "md/potentials/eam.hpp"

#include <fmt/ranges.h>

#include <cmath>

#include "md/blocks.hpp"
#include "md/pair.hpp"
#include "md/pair_hessian.hpp"

namespace glasscape {

namespace {

double value(const std::array<double, 4>& c, double t) { return ((c[3] * t + c[2]) * t + c[1]) * t + c[0]; }
double slope(const std::array<double, 4>& c, double t) { return (3.0 * c[3] * t + 2.0 * c[2]) * t + c[1]; }
double bend(const std::array<double, 4>& c, double t) { return 6.0 * c[3] * t + 2.0 * c[2]; }

}  // namespace

Eam::Eam(EamTables tables) : tables_(std::move(tables)) {
  const int kinds = static_cast<int>(tables_.elements.size());
  inverse_spacing_ = 1.0 / tables_.pair.front().spacing();
  for (int a = 0; a < kinds; ++a)
    for (int b = 0; b < kinds; ++b) {
      const CubicTable &pair = tables_.pair[pair_index(a, b)], &at_i = tables_.density[pair_index(b, a)], &at_j = tables_.density[pair_index(a, b)];
      PairTables all;
      for (std::size_t k = 0; k < pair.pieces().size(); ++k) all.rows.push_back({pair.pieces()[k], at_i.pieces()[k], at_j.pieces()[k]});
      all.density_range = std::min(std::max(at_i.support(), at_j.support()), tables_.cutoff);
      all.range2 = std::pow(std::min(std::max(all.density_range, pair.support()), tables_.cutoff), 2);
      pairs_.push_back(std::move(all));
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

const Eam::Row& Eam::row(const Near& pair, double& t) const {
  const std::vector<Row>& rows = pairs_[static_cast<std::size_t>(pair.tables)].rows;
  const double p = pair.r * inverse_spacing_;
  const std::size_t k = std::min(static_cast<std::size_t>(p), rows.size() - 1);
  t = std::min(p - static_cast<double>(k), 1.0);
  return rows[k];
}

void Eam::find_pairs(const Atoms& atoms, Eigen::Index i, std::vector<Near>& near) const {
  const std::span<const int> list = atoms.neighbours_of(i);
  const std::size_t before = near.size();
  near.resize(before + list.size());
  Near* next = near.data() + before;
  const double* centre = atoms.x.data() + 3 * i;
  const double x = centre[0], y = centre[1], z = centre[2];
  const int row_of_tables = atoms.kind[static_cast<std::size_t>(i)] * static_cast<int>(tables_.elements.size());
  for (const int j : list) {
    const double* other = atoms.x.data() + 3 * static_cast<std::ptrdiff_t>(j);
    const double dx = x - other[0], dy = y - other[1], dz = z - other[2];
    const double r2 = dx * dx + dy * dy + dz * dz;
    const int tables = row_of_tables + atoms.kind[static_cast<std::size_t>(j)];
    *next = {dx, dy, dz, r2, static_cast<int>(i), atoms.owner[static_cast<std::size_t>(j)], tables};
    next += r2 < pairs_[static_cast<std::size_t>(tables)].range2;  // no branch: half of the list may be out of range
  }
  near.resize(static_cast<std::size_t>(next - near.data()));
  for (std::size_t k = before; k < near.size(); ++k) near[k].r = std::sqrt(near[k].r);
}

Eam::Embedded Eam::embedded(const Atoms& atoms, NearPairs& near) const {
  const std::vector<Block> blocks = blocks_of(atoms.count);
  near.resize(blocks.size());
  std::vector<Eigen::VectorXd> densities(blocks.size());
  for_each_block(blocks.size(), atoms.threads, [&](std::size_t b) {
    Eigen::VectorXd rho = Eigen::VectorXd::Zero(atoms.count);
    near[b].reserve(atoms.first[static_cast<std::size_t>(blocks[b].end)] - atoms.first[static_cast<std::size_t>(blocks[b].begin)]);
    for (Eigen::Index i = blocks[b].begin; i < blocks[b].end; ++i) {
      const std::size_t before = near[b].size();
      find_pairs(atoms, i, near[b]);
      double sum = 0.0;
      for (std::size_t k = before; k < near[b].size(); ++k) {
        const Near& pair = near[b][k];
        if (pair.r >= pairs_[static_cast<std::size_t>(pair.tables)].density_range) continue;
        double t;
        const Row& c = row(pair, t);
        sum += value(c.at_i, t);
        rho[pair.j] += value(c.at_j, t);
      }
      rho[i] += sum;
    }
    densities[b] = std::move(rho);
  });
  const Eigen::VectorXd rho = sum_of_blocks(std::move(densities));
  Embedded f{Eigen::VectorXd(atoms.count), Eigen::VectorXd(atoms.count), Eigen::VectorXd(atoms.count)};
  for (Eigen::Index i = 0; i < atoms.count; ++i) {
    const auto kind = static_cast<std::size_t>(atoms.kind[static_cast<std::size_t>(i)]);
    const CubicTable::Sample s = tables_.embed[kind].sample(rho[i]);
    const double beyond = std::max(rho[i] - tables_.rho_end, 0.0);  // linear beyond the table, as LAMMPS
    f.energy[i] = s.value + s.first * beyond;
    f.first[i] = s.first;
    f.second[i] = beyond > 0.0 ? 0.0 : s.second;
  }
  return f;
}

void Eam::add(const Atoms& atoms, Want want, Evaluation& out) const {
  NearPairs near;
  const Embedded f = embedded(atoms, near);
  std::vector<Positions> forces(near.size());
  std::vector<Eigen::VectorXd> energies(near.size());
  std::vector<AtomTensors> virials(near.size());
  for_each_block(near.size(), atoms.threads, [&](std::size_t b) {
    forces[b] = Positions::Zero(3, atoms.count);
    energies[b] = Eigen::VectorXd::Zero(atoms.count);
    virials[b] = AtomTensors::Zero(6, want.virial || want.per_atom ? atoms.count : 0);
    add_forces(near[b], f, forces[b], energies[b], virials[b]);
  });
  out.forces += sum_of_blocks(std::move(forces));
  add_atom_terms(f.energy + sum_of_blocks(std::move(energies)), sum_of_blocks(std::move(virials)), want, out);
}

void Eam::add_forces(const std::vector<Near>& near, const Embedded& f, Positions& forces, Eigen::VectorXd& energy,
                     AtomTensors& virial) const {
  for (const Near& pair : near) {
    double t;
    const Row& c = row(pair, t);
    const double inverse = 1.0 / pair.r;
    const double phi = value(c.pair, t) * inverse;
    double psi = (slope(c.pair, t) * inverse_spacing_ - phi) * inverse;
    if (pair.r < pairs_[static_cast<std::size_t>(pair.tables)].density_range)
      psi += (f.first[pair.i] * slope(c.at_i, t) + f.first[pair.j] * slope(c.at_j, t)) * inverse_spacing_;
    energy[pair.i] += 0.5 * phi;
    energy[pair.j] += 0.5 * phi;
    const Vector3d d(pair.dx, pair.dy, pair.dz);
    const Vector3d force = psi * inverse * d;
    forces.col(pair.i) -= force;
    forces.col(pair.j) += force;
    if (virial.cols() == 0) continue;
    const Eigen::Matrix<double, 6, 1> half = outer(d, -0.5 * psi * inverse);
    virial.col(pair.i) += half;
    virial.col(pair.j) += half;
  }
}

std::unique_ptr<Hessian> Eam::hessian(const Atoms& atoms) const {
  NearPairs near;
  const Embedded f = embedded(atoms, near);
  std::vector<PairTerm> terms;
  for (const std::vector<Near>& block : near)
    for (const Near& pair : block) {
      double t;
      const Row& c = row(pair, t);
      const double inverse = 1.0 / pair.r, per = inverse_spacing_, per2 = per * per;
      const double phi_slope = (slope(c.pair, t) * per - value(c.pair, t) * inverse) * inverse;
      PairTerm term{{pair.i, pair.j, Vector3d(pair.dx, pair.dy, pair.dz) * inverse, pair.r,
                     bend(c.pair, t) * per2 * inverse - 2.0 * phi_slope * inverse, phi_slope}};
      if (pair.r < pairs_[static_cast<std::size_t>(pair.tables)].density_range) {
        term.b_ij = slope(c.at_i, t) * per;
        term.b_ji = slope(c.at_j, t) * per;
        term.along += f.first[pair.i] * bend(c.at_i, t) * per2 + f.first[pair.j] * bend(c.at_j, t) * per2;
        term.across += f.first[pair.i] * term.b_ij + f.first[pair.j] * term.b_ji;
      }
      term.across *= inverse;
      terms.push_back(term);
    }
  return std::make_unique<PairHessian>(atoms.count, std::move(terms), f.second);
}

std::string Eam::provenance() const {
  std::vector<std::string> names;
  for (const Element& element : tables_.elements) names.push_back(element.name);
  return fmt::format("embedded-atom potential {} ({}), cutoff {} A, sha256 {}", tables_.source, fmt::join(names, "-"),
                     shortest(tables_.cutoff), tables_.checksum);
}

}  // namespace glasscape
