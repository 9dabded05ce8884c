// Structure files in and out: extended XYZ (libAtoms), LAMMPS data (atom style atomic) and LAMMPS text dumps.
// Files hold Angstrom, Angstrom/ps and u (LAMMPS units metal); momenta are converted at this border.
// Positions are unwrapped: LAMMPS files fold atoms into the cell and keep the way back as image flags,
// extended XYZ stores them as they are. Numbers are written so that they read back to the same bits; what a
// format must compute (folding an atom, an upper bound from origin and edge, a velocity from a momentum) can
// differ in the last one.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "md/configuration.hpp"

namespace glasscape {

struct ReadOptions {
  /// Names of the numeric types 1..M of a LAMMPS file, in order; also of an extended XYZ file whose species are
  /// numbers. Empty: as the file says.
  std::vector<std::string> elements;
};

/// An extra per-atom quantity, components x atoms. Names that OVITO maps: forces (3), local_energy (1),
/// stress (6), disp (3).
struct AtomColumn {
  std::string name;
  Eigen::MatrixXd values;
};

/// What is written of one configuration, which must outlive the frame.
struct Frame {
  const Configuration& configuration;
  /// Pairs key=value of extended XYZ; LAMMPS files have no place for them.
  std::vector<std::pair<std::string, std::string>> info = {};
  /// For extended XYZ and dumps; LAMMPS data has no place for them.
  std::vector<AtomColumn> columns = {};
};

/// The last frame of a file. The format follows from the extension (.xyz .extxyz; .data .lmp; .dump
/// .lammpstrj), else from the content. Throws NotFound, FormatError "path:line: ..." for content that is
/// damaged or no structure (numbers that are not finite, overlapping atoms), InputError for element names
/// that do not fit the file.
Configuration read_structure(const std::string& path, const ReadOptions& options = {});

/// All frames of a file, in order. Frames of equal species share them. Elements are in order of type, then of
/// name and mass, whatever the order of the atoms.
std::vector<Configuration> read_frames(const std::string& path, const ReadOptions& options = {});

/// Writes one frame in one step; the extension chooses the format. Throws InputError for an unknown
/// extension, or for what the format cannot hold (LAMMPS data: open directions), WriteError when the file
/// cannot be written.
void write_structure(const std::string& path, const Frame& frame);

/// Writes a trajectory in one step; a LAMMPS data file holds one frame only.
void write_frames(const std::string& path, const std::vector<Frame>& frames);

/// Whether the format that the extension chooses has a place for the columns of a frame.
bool holds_columns(const std::string& path);

/// The same readers for text in memory; `source` begins the messages.
std::vector<Configuration> parse_extended_xyz(std::string_view text, const std::string& source,
                                              const ReadOptions& options = {});
Configuration parse_lammps_data(std::string_view text, const std::string& source,
                                const ReadOptions& options = {});
std::vector<Configuration> parse_lammps_dump(std::string_view text, const std::string& source,
                                             const ReadOptions& options = {});

/// One frame as text.
std::string to_extended_xyz(const Frame& frame);
/// LAMMPS wants a along x and b in the xy-plane: another cell is turned into that frame with all that is in
/// it.
std::string to_lammps_data(const Frame& frame);
std::string to_lammps_dump(const Frame& frame, long long timestep = 0);

}  // namespace glasscape
