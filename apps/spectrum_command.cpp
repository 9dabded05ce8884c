#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <numbers>

#include "analysis/spectrum_peaks.hpp"
#include "apps/commands.hpp"
#include "apps/report/estimates.hpp"
#include "md/support/csv.hpp"
#include "md/support/text.hpp"

namespace glasscape {
namespace {

using Json = nlohmann::ordered_json;

/// The names of the columns: the first line that is no comment.
std::vector<std::string> header_of(const std::string& path) {
  const std::string text = read_text_file(path, "measurement");
  for (const std::string_view line : split(text, '\n')) {
    if (line.empty() || line.front() == '#') continue;
    std::vector<std::string> names;
    for (const std::string_view name : split(line, ',')) {
      const auto first = name.find_first_not_of(" \t\r\""), last = name.find_last_not_of(" \t\r\"");
      names.emplace_back(first == std::string_view::npos ? "" : name.substr(first, last - first + 1));
    }
    return names;
  }
  throw FormatError("{}: no header, expected a line such as time_s,strain", path);
}

/// What a column is measured in: the first is of the abscissa, in s or rad/s.
struct Abscissa {
  const char* name;
  bool of_time;
  double unit;
};
constexpr Abscissa abscissas[] = {{"time_s", true, 1.0}, {"time_ms", true, 1e-3}, {"time_min", true, 60.0}, {"time_h", true, 3600.0}, {"frequency_Hz", false, 2.0 * std::numbers::pi}, {"omega_rad_per_s", false, 1.0}};

struct Ordinate {
  const char* name;
  bool of_time;
  Response kind;
};
constexpr Ordinate ordinates[] = {{"strain", true, Response::recovery}, {"stress", true, Response::recovery}, {"creep_strain", true, Response::creep}, {"loss_modulus", false, Response::loss}, {"storage_modulus", false, Response::storage}};

template <typename Known, std::size_t n>
std::string names_of(const Known (&all)[n]) {
  std::string text;
  for (const Known& one : all) text += (text.empty() ? "" : ", ") + std::string(one.name);
  return text;
}

/// A modulus may carry its unit, "loss_modulus_GPa": areas then have it.
bool matches(const std::string& column, const std::string& name) { return column == name || column.starts_with(name + "_GPa") || column.starts_with(name + "_MPa") || column.starts_with(name + "_Pa"); }

ResponseData read_measurement(const std::string& path, bool drift) {
  const std::vector<std::string> header = header_of(path);
  const Abscissa* at = nullptr;
  const Ordinate* of = nullptr;
  std::string value, error;
  for (const std::string& column : header) {
    for (const Abscissa& a : abscissas)
      if (column == a.name && at == nullptr) at = &a;
    for (const Ordinate& o : ordinates)
      if (matches(column, o.name) && of == nullptr) {
        of = &o;
        value = column;
      }
  }
  if (at == nullptr) throw FormatError("{}: no column of times or frequencies, expected one of {}", path, names_of(abscissas));
  if (of == nullptr || of->of_time != at->of_time) throw FormatError("{}: no column of what was measured beside {}, expected one of {}", path, at->name, names_of(ordinates));
  for (const std::string& column : header)
    if (column == "error") error = column;
  std::vector<std::string> wanted{at->name, value};
  if (!error.empty()) wanted.push_back(error);
  const CsvTable table = CsvTable::read(path, wanted, "measurement");
  ResponseData d{path, of->kind, Eigen::VectorXd(static_cast<Eigen::Index>(table.rows())), Eigen::VectorXd(static_cast<Eigen::Index>(table.rows())), {}, true, drift && at->of_time};
  if (!error.empty()) d.error.resize(d.at.size());
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const auto k = static_cast<Eigen::Index>(row);
    d.at[k] = table.real(row, 0) * at->unit;
    d.value[k] = table.real(row, 1);
    if (!error.empty()) d.error[k] = table.real(row, 2);
  }
  return d;
}

/// 0 by the curve: its maxima.
int maxima_of(const RelaxationSpectrum& s) {
  int count = 0;
  for (Eigen::Index i = 0; i < s.density.size(); ++i) {
    const double before = i > 0 ? s.density[i - 1] : 0.0, after = i + 1 < s.density.size() ? s.density[i + 1] : 0.0;
    count += s.density[i] > before && s.density[i] >= after && s.density[i] > 0.01 * s.density.maxCoeff() ? 1 : 0;
  }
  return count;
}

Json background_json(const std::vector<ResponseData>& sets, const std::vector<Eigen::VectorXd>& terms) {
  Json all = Json::array();
  for (std::size_t k = 0; k < sets.size(); ++k) {
    Json one{{"source", sets[k].source}};
    Eigen::Index term = 0;
    if (sets[k].kind != Response::loss && sets[k].constant) one["constant"] = terms[k][term++];
    if (term < terms[k].size()) one["drift_per_s"] = terms[k][term];
    all.push_back(one);
  }
  return all;
}

Json json_of(const std::vector<ResponseData>& sets, const RelaxationSpectrum& s, const std::vector<Estimate>& band, const SpectrumPeaks& p) {
  Json json{{"peaks", Json::array()}, {"width_ln_tau", json_of(p.width)}, {"background", background_json(sets, p.background)}, {"lambda", s.lambda}, {"kkt_residual", s.kkt}, {"noise", s.noise}, {"effective_parameters", s.freedom},
            {"resolution_factor", p.resolution}, {"bic_by_peaks", p.bic}, {"lambda_by_rule", Json::object()}, {"spectrum", {{"tau_s", Json::array()}, {"density", Json::array()}, {"low", Json::array()}, {"high", Json::array()}}},
            {"maxima_of_spectrum", maxima_of(s)}, {"doubts", Json::array()}};
  for (const SpectrumPeak& peak : p.peaks) json["peaks"].push_back({{"tau_s", json_of(peak.tau)}, {"area", json_of(peak.area)}});
  for (const auto& [rule, lambda] : s.chosen) json["lambda_by_rule"][to_string(rule)] = lambda;
  for (std::size_t i = 0; i < band.size(); ++i) {
    json["spectrum"]["tau_s"].push_back(s.tau[static_cast<Eigen::Index>(i)]);
    json["spectrum"]["density"].push_back(band[i].value);
    json["spectrum"]["low"].push_back(band[i].interval.low);
    json["spectrum"]["high"].push_back(band[i].interval.high);
  }
  for (const auto* doubts : {&s.doubts, &p.doubts})
    for (const std::string& doubt : *doubts) json["doubts"].push_back(doubt);
  if (maxima_of(s) != static_cast<int>(p.peaks.size()))
    json["doubts"].push_back(fmt::format("The smooth curve has {} maxima and the model of peaks {}: trust the model's count, and neither where noise is strong", maxima_of(s), p.peaks.size()));
  return json;
}

void print_text(const Json& json) {
  std::string text;
  for (const Json& peak : json.at("peaks"))
    text += fmt::format("peak  tau {:.4g} s ({:.3g} to {:.3g})  area {:.4g} ({:.3g} to {:.3g})\n", peak["tau_s"]["value"].get<double>(), peak["tau_s"]["low"].get<double>(), peak["tau_s"]["high"].get<double>(),
                        peak["area"]["value"].get<double>(), peak["area"]["low"].get<double>(), peak["area"]["high"].get<double>());
  if (json.at("peaks").empty()) text += "no peak\n";
  text += fmt::format("width of ln tau {:.3g}; two peaks within a factor {:.3g} cannot be told apart\nlambda {:.4g}, conditions of the minimum violated by {:.1g}\n", json["width_ln_tau"]["value"].get<double>(),
                      json["resolution_factor"].is_null() ? NAN : json["resolution_factor"].get<double>(), json["lambda"].get<double>(), json["kkt_residual"].get<double>());
  for (const auto& [rule, lambda] : json.at("lambda_by_rule").items()) text += fmt::format("  lambda by {:<9} {:.4g}\n", rule, lambda.get<double>());
  for (const Json& doubt : json.at("doubts")) text += "! " + doubt.get<std::string>() + "\n";
  std::fwrite(text.data(), 1, text.size(), stdout);
}

}  // namespace

void spectrum_command(const Request& request) {
  std::vector<ResponseData> sets;
  for (const std::string& file : request.files) sets.push_back(read_measurement(file, request.drift));
  SpectrumOptions options;
  for (const Rule rule : {Rule::gcv, Rule::aicc, Rule::evidence, Rule::prob1})
    if (to_string(rule) == request.method) options.rule = rule;
  const RelaxationSpectrum spectrum = relaxation_spectrum(sets, options);
  Rng rng(1, stream_of("spectrum"));
  const std::vector<Estimate> band = density_band(sets, spectrum, rng);
  const Json json = json_of(sets, spectrum, band, spectrum_peaks(sets, rng));
  if (!request.json) return print_text(json);
  const std::string text = json.dump(2) + "\n";
  std::fwrite(text.data(), 1, text.size(), stdout);
}

}  // namespace glasscape
