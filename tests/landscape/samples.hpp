// Facts and folders that the tests of the landscape share.
#pragma once

#include <stdlib.h>

#include <cstring>
#include <filesystem>
#include <limits>
#include <string>

#include "landscape/store.hpp"
#include "md/support/random.hpp"

namespace glasscape::test {

/// A folder that is deleted with what is in it.
struct TemporaryFolder {
  std::filesystem::path path;

  TemporaryFolder() {
    std::string name = std::filesystem::temp_directory_path() / "glasscape-XXXXXX";
    path = ::mkdtemp(name.data());
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() { std::filesystem::remove_all(path); }
};

/// n^3 atoms of two elements near the points of a grid, no two nearer than about 1.7 Angstrom, in a skewed
/// cell.
inline Configuration disordered(int n, std::uint64_t seed,
                                std::array<bool, 3> periodic = {true, true, true}) {
  constexpr double spacing = 2.5;
  Rng rng(seed, stream_of("disordered"));
  auto species = std::make_shared<Species>(Species{elements_named({"Cu", "Zr"}), {}});
  Configuration glass;
  glass.positions.resize(3, n * n * n);
  for (Eigen::Index i = 0; i < glass.atoms(); ++i) {
    species->element_of.push_back(rng.uniform() < 0.4 ? 1 : 0);
    glass.positions.col(i) << spacing * static_cast<double>(i % n), spacing * static_cast<double>(i / n % n),
        spacing * static_cast<double>(i / (n * n));
  }
  for (double& x : glass.positions.reshaped()) x += 0.8 * (rng.uniform() - 0.5);
  Matrix3d lattice = spacing * n * Matrix3d::Identity();
  lattice(0, 1) = 0.2 * spacing * n;
  glass.cell = Cell(lattice, periodic, Vector3d(-0.3, 0.2, 0.1));
  glass.species = species;
  return glass;
}

inline double number_with_bits(std::uint64_t bits) {
  double number = 0;
  std::memcpy(&number, &bits, sizeof number);
  return number;
}

inline Eigen::MatrixXd random_rows(Eigen::Index rows, Eigen::Index columns, std::uint64_t seed = 1) {
  Rng rng(seed, stream_of("rows"));
  Eigen::MatrixXd all(rows, columns);
  for (double& x : all.reshaped()) x = rng.normal();
  return all;
}

/// One event of each kind, with numbers that a careless writer would change.
inline Events sample_events(std::uint64_t seed = 1, int n = 3) {
  const Configuration start = disordered(n, seed);
  Configuration moving = disordered(n, seed + 1, {true, false, true});
  moving.momenta = 0.1 * moving.positions;
  moving.positions(0, 0) = -0.0;
  moving.positions(1, 0) = std::numeric_limits<double>::denorm_min();
  const Positions along = Positions::Constant(3, start.atoms(), 0.01);
  TraceRecorded trace{"quench", {"time (ps)", "temperature (K)", "stress σxy (GPa)"}, random_rows(5, 3)};
  trace.rows(1, 1) = number_with_bits(0x7ff8'0000'0000'1234);  // a NaN that carries a number
  trace.rows(2, 2) = -std::numeric_limits<double>::infinity();
  const EventRef first{"relax-0001", 0}, second{"relax-0001", 1}, none;
  Events events;
  events.emplace_back(BasinFound{start, -123.456789, 1e-4, 321});
  events.emplace_back(BasinFound{moving, -1.0 / 3.0, 1e-5, 123});
  events.emplace_back(SaddleFound{first, 7, start.positions + along, -122.9, 2e-4, -1.25, 0.031,
                                  along.normalized(), -123.4, 0.2, start.positions + 2.0 * along, -123.1,
                                  3e-4, 456});
  events.emplace_back(SearchFailed{second, -1, "not-connected", "ended 0.31 Å away", -120.0, 99});
  events.emplace_back(SearchFailed{none, -1, "", "", std::numeric_limits<double>::quiet_NaN(), 0});
  events.emplace_back(trace);
  events.emplace_back(TraceRecorded{"nothing", {}, Eigen::MatrixXd(0, 0)});
  events.emplace_back(TraceRecorded{"no rows", {"a", ""}, Eigen::MatrixXd(0, 2)});
  const EventRef saddle{"search-0001", 2};
  events.emplace_back(ModesFound{saddle, "saddle", start.positions + along, -122.9, 3e-6, 0.02, -17.25, 5, 1, -0.02, 1.5, 0.75, {-0.02, 1e-3}, {-2.2, 0.1, 1.0 / 3.0, 4, 5, 6}, 12});
  events.emplace_back(ModesFound{first, "start", start.positions, -123.4, 1e-6, 0, 0, 0, 0, 0, 0, 0, {}, {}, 0});
  events.emplace_back(ModesFailed{saddle, "end", "left-the-minimum", "moved by 0.61 Å", -123.1, 2e-3, 0.61, 2, 77});
  events.emplace_back(RegionPrefactors{saddle, 7, {6.0, 8.0}, {34, 81}, {0.7, number_with_bits(0x7ff8'0000'0000'4321)}});
  events.emplace_back(HillsDeposited{first, 7, 4, second, 0.95, {3, 7}, "distance of atoms 3 and 7", 2, 300, 2700, 0.1, 0.01, 2, 1.5, 10, 2, 6, {2, 4, 6}, {0, 1, 0}, {0.1, -0.0, 1.0 / 3.0},
                                     {0.01, 0.009, 1e-300}, 6000});
  events.emplace_back(HillsDeposited{});
  events.emplace_back(EscapeSought{first, 7, 300, 0.5, 1, 1, 4, 6, 1.4, 2.2, 0.9, 0.7, "pair exchange", {0, 2}, {2, 0}, start.positions, -123.4, 2e-4, start.positions + along, -123.2, 1e-3});
  events.emplace_back(ShearBegun{first, moving, "xz", 0.01, 50, 300, "nvt", 0.1, 0.002, 250, 2, {0.5, 1, 1.5}, std::vector<double>(static_cast<std::size_t>(moving.atoms()), -0.0)});
  const std::vector<double> stresses(static_cast<std::size_t>(start.atoms()), 1.0 / 3.0);
  events.emplace_back(ShearCycled{{"shear-0001", 0}, 4, random_rows(start.atoms(), 3, 2), random_rows(start.atoms(), 3, 3), stresses, stresses, start.positions, 301, -123.4, 1e-4, 0.02});
  return events;
}

inline Shard sample_shard(const std::string& task, std::uint64_t seed = 1, int n = 3) {
  return {task,
          {.study = "[prepare]\nseed = 1\n",
           .study_name = "example",
           .program_version = "0.1.0",
           .compiler = "g++ 12.2",
           .libraries = "hdf5 1.10.8",
           .seed = 0xffff'ffff'ffff'fff0,
           .potential = "eam-fs: CuZr",
           .potential_checksum = std::string(64, 'a'),
           .task_description = "search around atom 7"},
          {.host = "node-1",
           .started = "2024-05-01T12:00:00Z",
           .ended = "2024-05-01T12:03:04Z",
           .wall_seconds = 184.25,
           .threads = 4},
          sample_events(seed, n)};
}

}  // namespace glasscape::test
