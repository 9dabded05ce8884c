// What is measured, and on what.
#pragma once

#include "md/configuration.hpp"
#include "md/potential.hpp"
#include "tests/bench/records.hpp"

namespace glasscape::bench {

struct Bench {
  int rounds = 5;
  std::vector<int> copies{1, 2, 4, 8};
  std::vector<Record> records;

  /// Prints and keeps.
  void take(std::vector<Record> more);
  void take(const std::string& quantity, const std::string& unit, long atoms, const std::string& precision, double value);
};

constexpr const char* potential_file = "/usr/share/lammps/potentials/CuZr_mm.eam.fs";
const std::shared_ptr<const Potential>& law();
/// A glass of 500 atoms, cooled from 2000 K in 100 ps and relaxed, so many times along each axis; without momenta.
Configuration glass(int copies);

/// Wall clock and processor, s.
double seconds();
double processor_seconds();

void dynamics(Bench& bench);      // steps/s, one and two threads, double and mixed, lmp and its fastest style
void threads(Bench& bench);       // two beside one, ours and lmp's
void minimisation(Bench& bench);  // force calls and seconds until 1e-3 eV/A, lmp's CG and FIRE
void precision(Bench& bench);     // what mixed forces are off, and energy drifts
void searches(Bench& bench);      // ART: force calls and seconds for each connected saddle
void hessian(Bench& bench);       // assembly, a product, a log-determinant, a local one
void bias(Bench& bench);          // metadynamics beside a force call
void memory(Bench& bench);        // of a surface, for each atom
void replicas(Bench& bench);      // of 4000 atoms, many in one call

}  // namespace glasscape::bench
