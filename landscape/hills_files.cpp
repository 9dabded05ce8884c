#include "landscape/hills_files.hpp"

#include <algorithm>
#include <cmath>

#include "md/support/error.hpp"
#include "md/support/text.hpp"

namespace glasscape {
namespace {

using Words = std::vector<std::string_view>;

/// g/(g - 1).
double stored_per_added(const std::optional<double>& bias_factor) { return bias_factor ? *bias_factor / (*bias_factor - 1.0) : 1.0; }

/// Rows of a file of hills, whose columns its first lines name.
class HillsReader {
 public:
  HillsReader(const std::string& path) : path_(path), text_(read_text_file(path, "file of hills")) {}

  HillsFile read() {
    for (const std::string_view line : split(text_, '\n')) {
      ++line_;
      const Words found = words(line);
      if (found.empty()) continue;
      if (found.front() == "#!")
        take_header(found);
      else if (found.front().starts_with("#"))
        is_colvars_ = true;
      else
        take_row(found);
    }
    if (file_.hills.empty()) throw FormatError("{}: no hill in this file, expected a HILLS of PLUMED or a .hills.traj of Colvars", path_);
    return std::move(file_);
  }

 private:
  template <typename... Parts>
  [[noreturn]] void fail(fmt::format_string<Parts...> message, Parts&&... parts) const {
    throw FormatError("{}:{}: {}", path_, line_, fmt::format(message, std::forward<Parts>(parts)...));
  }

  void take_header(const Words& found) {
    if (found.size() > 2 && found[1] == "FIELDS") fields_.assign(found.begin() + 2, found.end());
    if (found.size() > 3 && found[1] == "SET" && found[2] == "multivariate" && found[3] == "true") fail("hills of several variables that depend on each other, expected one variable");
    if (found.size() > 3 && found[1] == "SET" && found[2] == "kerneltype") {
      if (found[3] != "gaussian" && found[3] != "stretched-gaussian") fail("kerneltype '{}', expected gaussian or stretched-gaussian", found[3]);
      file_.shape = found[3] == "gaussian" ? HillShape::gaussian : HillShape::stretched;
    }
    if (found.size() > 1 && found[1] == "FIELDS") {
      if (fields_.size() < 4 || fields_[0] != "time" || fields_[2] != "sigma_" + fields_[1]) fail("fields of something else than the hills of one variable: expected time, NAME, sigma_NAME, height, biasf");
      file_.variable = fields_[1];
      file_.shape = HillShape::stretched;
    }
  }

  double number(const Words& row, std::size_t column) const {
    const auto value = column < row.size() ? to_real(row[column]) : std::nullopt;
    if (!value || !std::isfinite(*value)) fail("'{}' is not a number (column {})", column < row.size() ? row[column] : "", column + 1);
    return *value;
  }

  void take_row(const Words& row) {
    if (fields_.empty() && !is_colvars_) fail("a line without a header before it, expected '#! FIELDS time ...' of PLUMED or '# step ...' of Colvars");
    if (fields_.empty() && row.size() != 4) fail("{} columns, expected step, centre, sigma and height of one variable", row.size());
    const std::size_t height = fields_.empty() ? 3 : column_of("height");
    Hill hill{number(row, 1), number(row, 2), number(row, height)};
    if (!(hill.width > 0.0)) fail("a hill of width {}, expected one above 0", hill.width);
    if (!fields_.empty()) {
      const double factor = std::find(fields_.begin(), fields_.end(), "biasf") == fields_.end() ? -1.0 : number(row, column_of("biasf"));
      if (factor > 1.0) file_.bias_factor = factor;
      hill.height /= stored_per_added(file_.bias_factor);
    }
    file_.times.push_back(number(row, 0));
    file_.hills.push_back(hill);
  }

  std::size_t column_of(std::string_view name) const {
    const auto found = std::find(fields_.begin(), fields_.end(), name);
    if (found == fields_.end()) fail("no field '{}'", name);
    return static_cast<std::size_t>(found - fields_.begin());
  }

  const std::string& path_;
  std::string text_;
  int line_ = 0;
  bool is_colvars_ = false;
  std::vector<std::string> fields_;
  HillsFile file_;
};

}  // namespace

std::string plumed_hills(const HillsFile& file) {
  std::string text = fmt::format("#! FIELDS time {0} sigma_{0} height biasf\n#! SET multivariate false\n#! SET kerneltype {1}\n", file.variable,
                                 file.shape == HillShape::stretched ? "stretched-gaussian" : "gaussian");
  for (std::size_t k = 0; k < file.hills.size(); ++k) {
    const Hill& hill = file.hills[k];
    text += fmt::format("{} {} {} {} {}\n", shortest(file.times[k]), shortest(hill.centre), shortest(hill.width), shortest(hill.height * stored_per_added(file.bias_factor)),
                        shortest(file.bias_factor.value_or(-1.0)));
  }
  return text;
}

std::string plumed_colvar(const std::string& variable, const std::vector<double>& times, const std::vector<double>& values, const std::vector<double>& biases) {
  std::string text = fmt::format("#! FIELDS time {} metad.bias\n", variable);
  for (std::size_t k = 0; k < times.size(); ++k) text += fmt::format("{} {} {}\n", shortest(times[k]), shortest(values[k]), shortest(biases[k]));
  return text;
}

std::string colvars_pmf(double lower, double width, const std::vector<double>& energy) {
  std::string text = fmt::format("# 1\n# {:21.14e} {:21.14e} {:8d} 0\n\n", lower, width, energy.size());
  for (std::size_t k = 0; k < energy.size(); ++k) text += fmt::format(" {:21.14e} {:21.14e}\n", lower + (static_cast<double>(k) + 0.5) * width, energy[k]);
  return text;
}

HillsFile read_hills(const std::string& path) { return HillsReader(path).read(); }

}  // namespace glasscape
