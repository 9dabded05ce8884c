// Reading of setfl and eam.fs files, and of KIM portable models that embed one.
#include <dlfcn.h>
#include <fmt/ranges.h>

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

/// Words of a text with the line they stand on.
class Words {
 public:
  Words(std::string_view text, const std::string& source) : text_(text), source_(source) {}

  std::string_view rest_of_line() {
    const std::size_t end = std::min(text_.find('\n', at_), text_.size());
    const std::string_view line = text_.substr(at_, end - at_);
    if (at_ >= text_.size()) fail("the file ends here: it is truncated");
    at_ = end + 1;
    ++line_;
    return line;
  }

  double real(std::string_view what) {
    const std::string_view word = next(what);
    const auto value = to_real(word);
    if (!value || !std::isfinite(*value)) fail(fmt::format("'{}' is not a number, expected {}", word, what));
    return *value;
  }

  std::string_view next(std::string_view what) {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) line_ += text_[at_++] == '\n';
    if (at_ >= text_.size()) fail(fmt::format("the file ends here, expected {}: it is truncated", what));
    const std::size_t begin = at_;
    while (at_ < text_.size() && !std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
    return text_.substr(begin, at_ - begin);
  }

  /// Skips to the next line that has a word, and returns it.
  std::string_view line_with_words() {
    std::string_view line = rest_of_line();
    while (trimmed(line).empty()) line = rest_of_line();
    return line;
  }

  [[noreturn]] void fail(const std::string& message) const { throw FormatError("{}:{}: {}", source_, line_, message); }
  /// The message belongs to the line just read.
  [[noreturn]] void fail_before(const std::string& message) const { throw FormatError("{}:{}: {}", source_, line_ - 1, message); }

 private:
  std::string_view text_;
  const std::string& source_;
  std::size_t at_ = 0;
  int line_ = 1;
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

Grid grid(Words& file, std::string_view count, std::string_view spacing, std::size_t text_size) {
  const auto n = to_integer(count);
  const auto step = to_real(spacing);
  if (!n || *n < 5) file.fail_before(fmt::format("got {} table rows, expected a whole number of 5 or more", count));
  if (static_cast<std::size_t>(*n) > text_size) file.fail_before(fmt::format("{} table rows cannot fit in this file", *n));
  if (!step || !(*step > 0) || !std::isfinite(*step)) file.fail_before(fmt::format("got spacing {}, expected a number above 0", spacing));
  return {static_cast<std::size_t>(*n), *step};
}

Header read_header(Words& file, std::size_t text_size) {
  Header header;
  for (int comment = 0; comment < 3; ++comment) file.rest_of_line();
  const auto names = words(file.rest_of_line());
  const auto count = names.empty() ? std::nullopt : to_integer(names[0]);
  if (!count || *count < 1 || *count > most_elements)
    file.fail_before("expected the number of elements and their names on line 4 of a setfl or eam.fs file");
  if (static_cast<std::size_t>(*count) + 1 != names.size())
    file.fail_before(fmt::format("{} elements are announced but {} are named", *count, names.size() - 1));
  for (std::size_t k = 1; k < names.size(); ++k) header.names.emplace_back(names[k]);
  const auto numbers = words(file.rest_of_line());
  if (numbers.size() != 5) file.fail_before("expected 'Nrho drho Nr dr cutoff' on line 5");
  header.rho = grid(file, numbers[0], numbers[1], text_size);
  header.r = grid(file, numbers[2], numbers[3], text_size);
  const auto cutoff = to_real(numbers[4]);
  if (!cutoff || !(*cutoff > 0) || !std::isfinite(*cutoff)) file.fail_before(fmt::format("got cutoff {}, expected a length above 0", numbers[4]));
  header.cutoff = *cutoff;
  return header;
}

CubicTable read_table(Words& file, const Grid& grid, std::string_view what) {
  std::vector<double> values(grid.count);
  for (double& value : values) value = file.real(what);
  return CubicTable(values, grid.spacing);
}

std::string kim_library(const std::string& model, const SearchPath& search) {
  const std::string item = model + "/libkim-api-portable-model.so";
  const std::string path = find_file(item, search);
  if (path.empty())
    throw NotFound("KIM model '{}' is not installed; looked in: {}; Debian's package openkim-models has 432 of them", model,
                   fmt::join(search.folders, ", "));
  return path;
}

/// The one parameter file that an EAM_Dynamo model embeds. The library stays loaded: its static data is the text.
std::string kim_parameter_file(const std::string& path, const std::string& model) {
  void* library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) throw FormatError("{}: cannot load this KIM model: {}", path, ::dlerror());
  const auto* version = static_cast<const int*>(::dlsym(library, "kim_shared_library_schema_version"));
  if (version == nullptr || *version != KIM_SHARED_LIBRARY_SCHEMA_VERSION)
    throw FormatError("{}: expected KIM library schema version {}, as of kim-api 2.2", path, KIM_SHARED_LIBRARY_SCHEMA_VERSION);
  using Schema = KIM::SHARED_LIBRARY_SCHEMA::SharedLibrarySchemaV2;
  const auto* schema = static_cast<const Schema*>(::dlsym(library, "kim_shared_library_schema"));
  if (schema == nullptr || schema->driverName == nullptr || std::string_view(schema->driverName).rfind("EAM_Dynamo__", 0) != 0)
    throw FormatError("{}: KIM model '{}' is driven by '{}', expected an EAM_Dynamo model", path, model,
                      schema != nullptr && schema->driverName != nullptr ? schema->driverName : "no driver");
  if (schema->numberOfParameterFiles != 1)
    throw FormatError("{}: KIM model '{}' has {} parameter files, expected one setfl or eam.fs file", path, model,
                      schema->numberOfParameterFiles);
  const auto& file = schema->parameterFiles[0];
  return {reinterpret_cast<const char*>(file.filePointer), file.fileLength};
}

/// setfl and eam.fs differ in how many density tables each element has; only one of the two reads to the end.
EamTables parse_either(const std::string& text, const std::string& source) {
  const bool finnis_sinclair = [&] {
    Words file(text, source);
    const Header h = read_header(file, text.size());
    const std::size_t n = h.names.size();
    const std::size_t numbers = words(text).size();
    const std::size_t pairs = n * (n + 1) / 2 * h.r.count;
    return numbers >= n * (4 + h.rho.count + n * h.r.count) + pairs && n > 1;
  }();
  return EamTables::parse(text, finnis_sinclair ? EamTables::Style::finnis_sinclair : EamTables::Style::alloy, source);
}

EamTables read_file(Input& in, const Input::Text& fallback, EamTables::Style style, std::string_view meaning) {
  const std::string path = in.file("file", fallback, meaning);
  if (in.is_describing()) return {};
  return EamTables::parse(read_text_file(path, "potential file"), style, path);
}

}  // namespace

EamTables EamTables::parse(std::string_view text, Style style, const std::string& source) {
  Words file(text, source);
  const Header header = read_header(file, text.size());
  const std::size_t n = header.names.size();
  EamTables tables;
  tables.cutoff = header.cutoff;
  tables.rho_end = static_cast<double>(header.rho.count - 1) * header.rho.spacing;
  tables.source = std::filesystem::path(source).filename().string();
  tables.checksum = sha256(text);
  tables.density.resize(n * n);
  tables.pair.resize(n * n);
  for (std::size_t a = 0; a < n; ++a) {
    file.next("an atomic number");
    const double mass = file.real("a mass");
    if (!(mass > 0)) file.fail(fmt::format("element {} has mass {}, expected a value above 0", header.names[a], mass));
    file.real("a lattice constant");
    file.next("a lattice name");
    tables.elements.push_back({header.names[a], mass});
    tables.embed.push_back(read_table(file, header.rho, "an embedding energy"));
    if (style == Style::finnis_sinclair)
      for (std::size_t b = 0; b < n; ++b) tables.density[a * n + b] = read_table(file, header.r, "a density");
    else
      std::fill_n(tables.density.begin() + static_cast<std::ptrdiff_t>(a * n), n, read_table(file, header.r, "a density"));
  }
  for (std::size_t a = 0; a < n; ++a)
    for (std::size_t b = 0; b <= a; ++b) tables.pair[a * n + b] = tables.pair[b * n + a] = read_table(file, header.r, "a pair energy");
  return tables;
}

EamTables EamAlloy::read(Input& in) {
  return read_file(in, required, EamTables::Style::alloy, "setfl file, as written or in the search path");
}

EamTables EamFs::read(Input& in) {
  return read_file(in, "CuZr_mm.eam.fs", EamTables::Style::finnis_sinclair, "eam.fs file, as written or in the search path");
}

EamTables KimEam::read(Input& in) {
  const std::string model = in.text("model", "EAM_Dynamo_MendelevKramerOtt_2009_CuZr__MO_600021860456_005",
                                    "KIM model identifier; the default is the potential of Mendelev et al. 2009");
  if (in.is_describing()) return {};
  const std::string path = kim_library(model, in.search());
  return parse_either(kim_parameter_file(path, model), "kim:" + model);
}

}  // namespace glasscape
