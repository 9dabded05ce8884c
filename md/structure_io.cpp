#include "md/structure_io.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>

#include "md/support/error.hpp"
#include "md/support/text.hpp"

namespace glasscape {
namespace {

enum class Format { extended_xyz, lammps_data, lammps_dump };

struct Extension {
  std::string_view name;
  Format format;
};

constexpr auto extensions = std::to_array<Extension>({
    {".xyz", Format::extended_xyz},
    {".extxyz", Format::extended_xyz},
    {".data", Format::lammps_data},
    {".lmp", Format::lammps_data},
    {".dump", Format::lammps_dump},
    {".lammpstrj", Format::lammps_dump},
});

std::optional<Format> format_of_name(const std::string& path);
std::optional<Format> format_of_content(std::string_view text);
std::string to_text(Format format, const std::vector<Frame>& frames, const std::string& path);

}  // namespace

Configuration read_structure(const std::string& path, const ReadOptions& options) {
  return std::move(read_frames(path, options).back());
}

std::vector<Configuration> read_frames(const std::string& path, const ReadOptions& options) {
  const std::string text = read_text_file(path, "structure file");
  if (trimmed(text).empty()) throw FormatError("{}: the file is empty", path);
  std::optional<Format> format = format_of_name(path);
  if (!format) format = format_of_content(text);
  if (!format)
    throw FormatError("{}: expected an extended XYZ, LAMMPS data or LAMMPS text dump file, not compressed",
                      path);
  switch (*format) {
    case Format::extended_xyz:
      return parse_extended_xyz(text, path, options);
    case Format::lammps_data:
      return {parse_lammps_data(text, path, options)};
    case Format::lammps_dump:
      return parse_lammps_dump(text, path, options);
  }
  return {};
}

void write_structure(const std::string& path, const Frame& frame) { write_frames(path, {frame}); }

void write_frames(const std::string& path, const std::vector<Frame>& frames) {
  const std::optional<Format> format = format_of_name(path);
  if (!format) {
    std::vector<std::string_view> known;
    for (const Extension& extension : extensions) known.push_back(extension.name);
    throw InputError("cannot write structure '{}': the extension chooses the format, expected one of {}",
                     path, fmt::join(known, " "));
  }
  if (frames.empty()) throw InputError("cannot write structure '{}': there is no frame", path);
  write_text_file(path, to_text(*format, frames, path));
}

bool holds_columns(const std::string& path) { return format_of_name(path) != Format::lammps_data; }

namespace {

std::optional<Format> format_of_name(const std::string& path) {
  const std::string name = std::filesystem::path(path).extension().string();
  for (const Extension& extension : extensions)
    if (extension.name == name) return extension.format;
  return std::nullopt;
}

/// A dump begins with "ITEM:", XYZ with a line that is one whole number, and LAMMPS data announces "N atoms".
std::optional<Format> format_of_content(std::string_view text) {
  const std::string_view first = trimmed(text.substr(0, text.find('\n')));
  if (first.starts_with("ITEM:")) return Format::lammps_dump;
  if (to_integer(first)) return Format::extended_xyz;
  for (const std::string_view line : split(text.substr(0, 4096), '\n')) {
    const auto fields = words(line);
    if (fields.size() >= 2 && fields[1] == "atoms" && to_integer(fields[0])) return Format::lammps_data;
  }
  return std::nullopt;
}

std::string to_text(Format format, const std::vector<Frame>& frames, const std::string& path) {
  std::string text;
  switch (format) {
    case Format::extended_xyz:
      for (const Frame& frame : frames) text += to_extended_xyz(frame);
      break;
    case Format::lammps_data:
      if (frames.size() > 1)
        throw InputError("cannot write {} frames to '{}': LAMMPS data holds one; use .xyz or .dump",
                         frames.size(), path);
      text = to_lammps_data(frames.front());
      break;
    case Format::lammps_dump:
      for (const Frame& frame : frames)
        text += to_lammps_dump(frame, static_cast<long long>(&frame - frames.data()));
      break;
  }
  return text;
}

}  // namespace
}  // namespace glasscape
