// Reading of setfl and eam.fs files, and of KIM portable models that embed one.
#include <dlfcn.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <filesystem>

// the schema header needs the two types it only declares
#include "KIM_LanguageName.hpp"
#include "KIM_SharedLibrarySchema.hpp"
#include "md/potentials/eam.hpp"
#include "md/support/hash.hpp"

namespace glasscape {
namespace {

constexpr long long most_elements = 100;
constexpr std::size_t fewest_rows = 5;  // the interpolation looks two rows to both sides

constexpr std::string_view type_hint = "; is the type right (setfl files: eam-alloy, eam.fs files: eam-fs)?";

/// A potential file line by line, with the messages that name the line.
class Lines {
 public:
  /// Throws FormatError for a file that is empty or no text.
  Lines(std::string_view text, const std::string& source) : text_(text), source_(source) {
    if (trimmed(text).empty())
      throw FormatError("{}: the file is empty, expected a setfl or eam.fs file", source);
    if (text.find('\0') != std::string_view::npos)
      throw FormatError("{}: the file is binary, expected the text of a setfl or eam.fs file", source);
  }

  std::string_view next(std::string_view expected) {
    if (at_ >= text_.size())
      fail(fmt::format("the file ends here, expected {}: it is truncated, fetch it again", expected));
    const std::size_t end = std::min(text_.find('\n', at_), text_.size());
    const std::string_view line = text_.substr(at_, end - at_);
    at_ = end + 1;
    ++line_;
    return line;
  }

  /// The next line that has words.
  std::vector<std::string_view> words_of_next(std::string_view expected) {
    std::string_view line = next(expected);
    while (trimmed(line).empty()) line = next(expected);
    return words(line);
  }

  /// A table begins and ends with a line, as LAMMPS reads it.
  std::vector<double> table(std::size_t count, const std::string& what) {
    std::vector<double> values;
    while (values.size() < count) {
      const auto expected = [&] {
        return fmt::format("value {} of {} of {}", values.size() + 1, count, what);
      };
      const auto found = words_of_next(expected());
      if (found.size() > count - values.size())
        fail(fmt::format("got {} words on this line, expected {} numbers to end {} with the {} of line 5",
                         found.size(), count - values.size(), what, count));
      for (const std::string_view word : found) {
        const auto value = to_real(word);
        const bool is_word = !value && std::isalpha(static_cast<unsigned char>(word.front()));
        if (!value || !std::isfinite(*value))
          fail(fmt::format("'{}' is not a finite number, expected {}{}", word, expected(),
                           is_word ? type_hint : ""));
        values.push_back(*value);
      }
    }
    return values;
  }

  /// Nothing but blanks may be left.
  void expect_end() {
    while (at_ < text_.size())
      if (const std::string_view line = trimmed(next("")); !line.empty())
        fail(fmt::format(
            "got '{}' after the last table, expected the end of the file; do the counts of line 5 fit?",
            shortened(line)));
  }

  static std::string shortened(std::string_view line) {
    constexpr std::size_t longest = 40;
    return std::string(line.substr(0, longest)) + (line.size() > longest ? "..." : "");
  }

  /// The message belongs to the line just read.
  [[noreturn]] void fail(const std::string& message) const {
    throw FormatError("{}:{}: {}", source_, line_, message);
  }

 private:
  std::string_view text_;
  const std::string& source_;
  std::size_t at_ = 0;
  int line_ = 0;
};

struct Grid {
  std::size_t count = 0;
  double spacing = 0;
};

struct Header {
  std::vector<std::string> names;
  Grid rho, r;
  double cutoff = 0;
};

std::vector<std::string> read_names(Lines& file) {
  const std::string_view line = trimmed(file.next("the number of elements and their names"));
  const auto found = words(line);
  const auto count = found.empty() ? std::nullopt : to_integer(found[0]);
  if (!count || *count < 1 || *count > most_elements)
    file.fail(
        fmt::format("got '{}', expected the number of elements and their names, for example '2 Cu Zr'; "
                    "funcfl files (.eam) are not read",
                    Lines::shortened(line)));
  if (static_cast<std::size_t>(*count) + 1 != found.size())
    file.fail(fmt::format("{} elements are announced but {} are named, expected as many names", *count,
                          found.size() - 1));
  std::vector<std::string> names;
  for (std::size_t k = 1; k < found.size(); ++k) {
    if (std::find(names.begin(), names.end(), found[k]) != names.end())
      file.fail(fmt::format("element '{}' is named twice, expected different elements", found[k]));
    names.emplace_back(found[k]);
  }
  return names;
}

Grid read_grid(const Lines& file, std::string_view count, std::string_view spacing, std::string_view axis,
               std::size_t text_size) {
  const auto n = to_integer(count);
  const auto step = to_real(spacing);
  if (!n || *n < static_cast<long long>(fewest_rows))
    file.fail(fmt::format("got N{} {}, expected a whole number of {} or more", axis, count, fewest_rows));
  if (static_cast<std::size_t>(*n) > text_size / 2)  // a digit and a blank each
    file.fail(fmt::format("got N{} {}, more numbers than this file can hold", axis, *n));
  if (!step || !(*step > 0) || !std::isfinite(*step))
    file.fail(fmt::format("got d{} {}, expected a number above 0", axis, spacing));
  return {static_cast<std::size_t>(*n), *step};
}

Header read_header(Lines& file, std::size_t text_size) {
  Header header;
  for (int comment = 1; comment <= 3; ++comment) file.next(fmt::format("comment line {} of 3", comment));
  header.names = read_names(file);
  const auto numbers = words(file.next("'Nrho drho Nr dr cutoff'"));
  if (numbers.size() != 5)
    file.fail(fmt::format("got {} words, expected 'Nrho drho Nr dr cutoff'", numbers.size()));
  header.rho = read_grid(file, numbers[0], numbers[1], "rho", text_size);
  header.r = read_grid(file, numbers[2], numbers[3], "r", text_size);
  const auto cutoff = to_real(numbers[4]);
  if (!cutoff || !(*cutoff > 0) || !std::isfinite(*cutoff))
    file.fail(fmt::format("got cutoff {}, expected a length above 0 in Angstrom", numbers[4]));
  const double end = static_cast<double>(header.r.count) * header.r.spacing;
  if (*cutoff > 1.000001 * end)  // files round their numbers
    file.fail(
        fmt::format("got cutoff {}, expected at most Nr * dr = {}, where the tables end", numbers[4], end));
  header.cutoff = *cutoff;
  return header;
}

/// The line before the tables of an element: atomic number, mass, lattice constant, lattice name.
Element read_element(Lines& file, const std::string& name) {
  const std::string expected =
      fmt::format("atomic number, mass, lattice constant and lattice name of {}", name);
  const auto found = file.words_of_next(expected);
  if (found.size() != 4 || !to_integer(found[0]) || !to_real(found[2]))
    file.fail(fmt::format("got '{}', expected {}{}",
                          Lines::shortened(fmt::format("{}", fmt::join(found, " "))), expected, type_hint));
  const auto mass = to_real(found[1]);
  if (!mass || !(*mass > 0) || !std::isfinite(*mass))
    file.fail(fmt::format("got mass {} of {}, expected a number above 0 in u", found[1], name));
  return {name, *mass};
}

std::string kim_library(const std::string& model, const SearchPath& search) {
  const std::string item = model + "/libkim-api-portable-model.so";
  const std::string path = find_file(item, search);
  if (path.empty())
    throw NotFound(
        "KIM model '{}' is not installed; looked in: {}; Debian's package openkim-models has 432 of them",
        model, fmt::join(search.folders, ", "));
  return path;
}

/// The one parameter file that an EAM_Dynamo model embeds. The library stays loaded: its static data is the
/// text.
std::string kim_parameter_file(const std::string& path, const std::string& model) {
  void* library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) throw FormatError("{}: cannot load this KIM model: {}", path, ::dlerror());
  const auto* version = static_cast<const int*>(::dlsym(library, "kim_shared_library_schema_version"));
  if (version == nullptr || *version != KIM_SHARED_LIBRARY_SCHEMA_VERSION)
    throw FormatError("{}: expected KIM library schema version {}, as of kim-api 2.2", path,
                      KIM_SHARED_LIBRARY_SCHEMA_VERSION);
  using Schema = KIM::SHARED_LIBRARY_SCHEMA::SharedLibrarySchemaV2;
  const auto* schema = static_cast<const Schema*>(::dlsym(library, "kim_shared_library_schema"));
  if (schema == nullptr || schema->driverName == nullptr ||
      std::string_view(schema->driverName).rfind("EAM_Dynamo__", 0) != 0)
    throw FormatError("{}: KIM model '{}' is driven by '{}', expected an EAM_Dynamo model", path, model,
                      schema != nullptr && schema->driverName != nullptr ? schema->driverName : "no driver");
  if (schema->numberOfParameterFiles != 1)
    throw FormatError("{}: KIM model '{}' has {} parameter files, expected one setfl or eam.fs file", path,
                      model, schema->numberOfParameterFiles);
  const auto& file = schema->parameterFiles[0];
  return {reinterpret_cast<const char*>(file.filePointer), file.fileLength};
}

/// setfl and eam.fs differ in how many density tables each element has; only one of the two reads to the end.
EamTables parse_either(const std::string& text, const std::string& source) {
  const bool finnis_sinclair = [&] {
    Lines file(text, source);
    const Header h = read_header(file, text.size());
    const std::size_t n = h.names.size();
    const std::size_t numbers = words(text).size();
    const std::size_t pairs = n * (n + 1) / 2 * h.r.count;
    return numbers >= n * (4 + h.rho.count + n * h.r.count) + pairs && n > 1;
  }();
  return EamTables::parse(text, finnis_sinclair ? EamTables::Style::finnis_sinclair : EamTables::Style::alloy,
                          source);
}

EamTables read_file(Input& in, const Input::Text& fallback, EamTables::Style style,
                    std::string_view meaning) {
  const std::string path = in.file("file", fallback, meaning);
  if (in.is_describing()) return {};
  return EamTables::parse(read_text_file(path, "potential file"), style, path);
}

}  // namespace

EamTables EamTables::parse(std::string_view text, Style style, const std::string& source) {
  Lines file(text, source);
  const Header header = read_header(file, text.size());
  const std::size_t n = header.names.size();
  EamTables tables;
  tables.cutoff = header.cutoff;
  tables.rho_end = static_cast<double>(header.rho.count - 1) * header.rho.spacing;
  tables.source = std::filesystem::path(source).filename().string();
  tables.checksum = sha256(text);
  tables.density.resize(n * n);
  tables.pair.resize(n * n);
  const auto read_table = [&](const Grid& grid, const std::string& what) {
    return CubicTable(file.table(grid.count, what), grid.spacing);
  };
  for (std::size_t a = 0; a < n; ++a) {
    const std::string& name = header.names[a];
    tables.elements.push_back(read_element(file, name));
    tables.embed.push_back(read_table(header.rho, "the embedding energy of " + name));
    if (style == Style::finnis_sinclair)
      for (std::size_t b = 0; b < n; ++b)
        tables.density[a * n + b] =
            read_table(header.r, fmt::format("the density of {} at {}", name, header.names[b]));
    else
      std::fill_n(tables.density.begin() + static_cast<std::ptrdiff_t>(a * n), n,
                  read_table(header.r, "the density of " + name));
  }
  for (std::size_t a = 0; a < n; ++a)
    for (std::size_t b = 0; b <= a; ++b)
      tables.pair[a * n + b] = tables.pair[b * n + a] =
          read_table(header.r, fmt::format("the pair energy of {} and {}", header.names[a], header.names[b]));
  file.expect_end();
  return tables;
}

EamTables EamAlloy::read(Input& in) {
  return read_file(in, required, EamTables::Style::alloy, "setfl file, as written or in the search path");
}

EamTables EamFs::read(Input& in) {
  return read_file(in, "CuZr_mm.eam.fs", EamTables::Style::finnis_sinclair,
                   "eam.fs file, as written or in the search path");
}

EamTables KimEam::read(Input& in) {
  const std::string model =
      in.text("model", "EAM_Dynamo_MendelevKramerOtt_2009_CuZr__MO_600021860456_005",
              "KIM model identifier; the default is the potential of Mendelev et al. 2009");
  if (in.is_describing()) return {};
  const std::string path = kim_library(model, in.search());
  return parse_either(kim_parameter_file(path, model), "kim:" + model);
}

}  // namespace glasscape
