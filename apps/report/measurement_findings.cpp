#include "apps/report/measurement_findings.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numbers>
#include <numeric>

#include "md/support/error.hpp"
#include "md/support/text.hpp"

namespace glasscape {
namespace {

bool is_strain(const std::string& quantity) { return quantity == "strain" || quantity == "creep_strain"; }

bool same_state(const Measurement& a, const MeasuredState& b) { return a.temperature == b.temperature && a.aged == b.aged; }

std::string name_of(const Measurement& m) {
  if (m.temperature && m.aged) return fmt::format("{:g} K, aged {:.3g} s", *m.temperature, *m.aged);
  if (m.temperature) return fmt::format("{:g} K", *m.temperature);
  if (m.aged) return fmt::format("aged {:.3g} s", *m.aged);
  return std::filesystem::path(m.data.source).filename().string();
}

std::vector<MeasuredState> states_of(const Experiment& e) {
  std::vector<MeasuredState> states;
  for (const Measurement& m : e.measurements) {
    const auto known = std::find_if(states.begin(), states.end(), [&](const MeasuredState& s) { return same_state(m, s); });
    MeasuredState& state = known != states.end() ? *known : states.emplace_back();
    if (state.sets.empty()) {
      state.name = name_of(m);
      state.temperature = m.temperature;
      state.aged = m.aged;
      state.quantity = m.quantity;
      state.unit = m.unit;
      state.relative = m.relative;
    } else if (is_strain(m.quantity) != is_strain(state.quantity)) {
      throw InputError("{}: {} beside {} of {}: a spectrum is of strain or of moduli and stress, not of both; analyse them apart", m.data.source, m.quantity, state.quantity, state.sets.front().source);
    } else if (m.unit != state.unit) {
      throw InputError("{}: a column in '{}' beside one in '{}' of {}: measurements that share a spectrum have one unit", m.data.source, m.unit, state.unit, state.sets.front().source);
    }
    if (!state.sets.empty() && !m.temperature && !m.aged) state.name += " + " + name_of(m);
    state.relative = state.relative && m.relative;
    state.sets.push_back(m.data);
  }
  return states;
}

int maxima_of(const RelaxationSpectrum& s) {
  int count = 0;
  for (Eigen::Index i = 0; i < s.density.size(); ++i) {
    const double before = i > 0 ? s.density[i - 1] : 0.0, after = i + 1 < s.density.size() ? s.density[i + 1] : 0.0;
    count += s.density[i] > before && s.density[i] >= after && s.density[i] > 0.01 * s.density.maxCoeff() ? 1 : 0;
  }
  return count;
}

std::vector<RelaxationMode> modes_of(const RelaxationSpectrum& s) {
  std::vector<RelaxationMode> modes;
  for (Eigen::Index i = 0; i < s.tau.size(); ++i)
    if (s.density[i] > 0) modes.push_back({s.density[i] * s.spacing, s.tau[i]});
  return modes;
}

/// Strain over elastic strain is the compliance over that at once, a drift of creep its flow; what never came back of a recovery (the constant)
/// is taken to have no part. Nothing of strain that is told over something else, and of stress with a drift, which no linear solid has.
std::optional<Relaxation> relaxation_of(const MeasuredState& s) {
  const std::vector<RelaxationMode> modes = modes_of(s.spectrum);
  if (is_strain(s.quantity)) {
    if (!s.relative) return std::nullopt;
    double flow = 0;
    for (std::size_t k = 0; k < s.sets.size(); ++k)
      if (s.sets[k].kind == Response::creep && s.sets[k].drift) flow = std::max(0.0, s.spectrum.background[k].tail<1>()[0]);
    return relaxation_of(Compliance{1.0, modes, flow});
  }
  if (s.sets.front().drift) return std::nullopt;
  double constant = 0;
  for (std::size_t k = 0; k < s.sets.size(); ++k)
    if (s.sets[k].kind != Response::loss && s.sets[k].constant) constant = s.spectrum.background[k][0];
  return Relaxation{std::max(constant, 0.0), modes};
}

/// One that says that it failed, in place of its result.
template <typename Fit>
auto attempted(MeasuredState& s, std::string_view what, const Fit& fit) -> std::optional<decltype(fit())> {
  try {
    return fit();
  } catch (const InputError& error) {
    s.doubts.push_back(fmt::format("No {}: {}", what, error.what()));
    return std::nullopt;
  }
}

bool all_moduli(const MeasuredState& s) {
  return std::all_of(s.sets.begin(), s.sets.end(), [](const ResponseData& d) { return d.kind == Response::loss || d.kind == Response::storage; });
}

void add_forms(MeasuredState& s, Rng& rng) {
  if (all_moduli(s)) {
    s.havriliak_negami = attempted(s, "Havriliak-Negami form", [&] { return fit_havriliak_negami(s.sets); });
    for (const ResponseData& d : s.sets)
      if (d.kind == Response::loss) s.loss_peak = attempted(s, "peak of the loss", [&] { return loss_peak(d.at / (2.0 * std::numbers::pi), d.value, d.error); });
    return;
  }
  if (s.sets.size() == 1 && !s.sets.front().drift) s.stretched = attempted(s, "stretched exponential", [&] { return fit_stretched_exponential(s.sets.front()); });
  if (s.quantity == "stress") s.decay = attempted(s, "steps of the stress", [&] { return stress_decay(s.sets.front(), rng); });
}

void analyse(MeasuredState& s, const Experiment& e) {
  Rng rng(1, stream_of("measurement"));
  s.spectrum = relaxation_spectrum(s.sets, e.options);
  s.band = density_band(s.sets, s.spectrum, rng);
  s.peaks = spectrum_peaks(s.sets, rng);
  s.maxima = maxima_of(s.spectrum);
  s.relaxation = relaxation_of(s);
  if (e.zones && is_strain(s.quantity)) {
    ShearTransformation law = *e.zones;
    if (s.temperature && !e.zones_have_temperature) law.temperature = *s.temperature;
    s.zones = attempted(s, "zones", [&] { return zone_ladder(law, s.peaks.peaks); });
  }
  add_forms(s, rng);
  constexpr Eigen::Index few = 12;
  if (Eigen::Index points = std::accumulate(s.sets.begin(), s.sets.end(), Eigen::Index{0}, [](Eigen::Index sum, const ResponseData& d) { return sum + d.at.size(); }); points < few)
    s.doubts.push_back(fmt::format("{} points for {} relaxation times: the penalty draws the curve, and peaks cannot be counted", points, s.spectrum.tau.size()));
  if (s.maxima != static_cast<int>(s.peaks.peaks.size()))
    s.doubts.push_back(fmt::format("The smooth curve has {} and the model counts {}: trust the model's count, and neither where noise is strong", s.maxima == 1 ? "1 maximum" : fmt::format("{} maxima", s.maxima), counted(s.peaks.peaks.size(), "peak")));
}

void add_master_curve(MeasurementFindings& f, const Experiment& e) {
  std::vector<Isotherm> curves;
  double sum = 0;
  for (const MeasuredState& s : f.states) {
    if (!s.temperature || !all_moduli(s)) continue;
    for (const ResponseData& d : s.sets) curves.push_back({*s.temperature, d});
    sum += *s.temperature;
  }
  if (curves.size() < 2) return;
  std::stable_sort(curves.begin(), curves.end(), [](const Isotherm& a, const Isotherm& b) { return a.temperature < b.temperature; });
  if (curves.front().temperature == curves.back().temperature) return;
  MasterCurveOptions options;
  options.reference = sum / static_cast<double>(std::count_if(f.states.begin(), f.states.end(), [](const MeasuredState& s) { return s.temperature && all_moduli(s); }));
  options.spectrum.points = e.options.points;
  try {
    f.master_curve = master_curve(curves, options);
  } catch (const InputError& error) {
    f.doubts.push_back(fmt::format("No master curve: {}", error.what()));
  }
}

/// tau of one process at each temperature that has it.
template <typename Time>
void add_process(MeasurementFindings& f, const std::string& name, const Time& time) {
  ProcessOverTemperature p{name, {}, {}, {}};
  std::vector<double> ln, errors;
  for (const MeasuredState& s : f.states) {
    if (!s.temperature) continue;
    const std::optional<Estimate> tau = time(s);
    if (!tau) continue;
    p.temperatures.push_back(*s.temperature);
    p.tau.push_back(*tau);
    ln.push_back(std::log(tau->value));
    errors.push_back(std::log(tau->interval.high / tau->interval.low) / (2 * 1.96));
  }
  if (p.temperatures.size() < 3) return;
  if (!std::all_of(errors.begin(), errors.end(), [](double error) { return error > 0 && std::isfinite(error); })) errors.clear();
  try {
    p.line = thermal_activation(p.temperatures, ln, errors);
    f.processes.push_back(std::move(p));
  } catch (const InputError& error) {
    f.doubts.push_back(fmt::format("No Arrhenius line of the {}: {}", name, error.what()));
  }
}

void add_bending(MeasurementFindings& f, const Experiment& e) {
  f.bends = e.bending->data;
  const auto state = std::find_if(f.states.begin(), f.states.end(), [](const MeasuredState& s) { return s.zones && !s.zones->zones.empty(); });
  if (state == f.states.end()) {
    f.doubts.emplace_back("No transformation strain from bending: no state has zones");
    return;
  }
  ShearTransformation law = *e.zones;
  if (state->temperature && !e.zones_have_temperature) law.temperature = *state->temperature;
  std::vector<Zone> zones;
  for (const MeasuredZone& z : state->zones->zones) zones.push_back(z.zone);
  try {
    f.transformation = fit_transformation_strain(law, zones, f.bends, e.bending->options);
  } catch (const InputError& error) {
    f.doubts.push_back(fmt::format("No transformation strain from bending: {}", error.what()));
  }
}

/// The one that is surely there, and not the beginning of one that goes on after the record.
std::optional<Estimate> first_step(const MeasuredState& s) {
  constexpr double surely = 0.95, both_sides = 7.4;  // e^2
  if (!s.decay) return std::nullopt;
  const ResponseData& d = s.sets.front();
  for (const DecayStep& step : s.decay->steps)
    if (step.seen >= surely && step.time.value * both_sides < d.at[d.at.size() - 1]) return step.time;
  return std::nullopt;
}

}  // namespace

MeasurementFindings measurement_findings(const Experiment& e) {
  MeasurementFindings f{e.name, e.composition, states_of(e), {}, {}, {}, {}, e.doubts};
  for (MeasuredState& s : f.states) analyse(s, e);
  add_master_curve(f, e);
  if (e.bending) add_bending(f, e);
  add_process(f, "first step of the stress", first_step);
  add_process(f, "peak of the loss modulus", [](const MeasuredState& s) { return s.loss_peak && s.loss_peak->doubts.empty() ? std::optional(s.loss_peak->tau) : std::nullopt; });
  return f;
}

}  // namespace glasscape
