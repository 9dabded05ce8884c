#include "apps/rehearsal.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numbers>
#include <set>

#include "analysis/thermal_energy.hpp"
#include "apps/measurement.hpp"
#include "md/support/error.hpp"
#include "md/support/input.hpp"
#include "md/support/text.hpp"

namespace glasscape {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

constexpr double second = units::time_ps * 1e-12;  // per internal unit
constexpr int most_points = 100'000;

/// What the library refuses, at the key that asked for it.
template <typename Compute>
auto told_at(const std::string& where, const Compute& compute) {
  try {
    return compute();
  } catch (const InputError& error) {
    throw InputError("{}: {}", where, error.what());
  }
}

bool all_above(const std::vector<double>& values, double least) {
  return std::all_of(values.begin(), values.end(), [&](double value) { return value > least; });
}

// ---- the solid

ZoneSolid read_zone_solid(Input in) {
  ZoneSolid solid{read_shear_transformation(in), {}};
  const std::vector<double> atoms = in.reals("atoms", required, "per zone, a number for each size"), fractions = in.reals("fractions", required, "of the volume that zones of each size take");
  in.expect(!atoms.empty() && all_above(atoms, 0) && std::adjacent_find(atoms.begin(), atoms.end(), std::greater_equal<>()) == atoms.end(), "atoms", "one number above 0 or more, ascending");
  in.expect(fractions.size() == atoms.size(), "fractions", counted(atoms.size(), "number") + ", one for each of 'atoms'");
  in.expect(all_above(fractions, 0), "fractions", "numbers above 0");
  for (std::size_t k = 0; k < atoms.size(); ++k) {
    const double volume = atoms[k] * solid.law.atomic_volume, tau = solid.law.relaxation_time(volume);
    in.expect(std::isfinite(tau) && solid.law.barrier(volume) > thermal_energy(solid.law.temperature), "atoms", "zones with a barrier above kT and a finite relaxation time");
    solid.zones.push_back(zone_of(solid.law, tau, fractions[k], std::numeric_limits<double>::infinity()));
  }
  in.finish();
  return solid;
}

TwoStepSolid read_two_step(Input in) {
  TwoStepSolid solid{la60ni15al25_demonstration(), 0};
  HierarchicalRelaxation& law = solid.law;
  solid.elastic_modulus = in.pressure("elastic_modulus", required, "at once", positive) * units::stress_GPa;
  law.beta = in.real("beta_fraction", law.beta, "A_beta, compliance of the beta relaxation over the elastic one", non_negative);
  law.alpha = in.real("alpha_fraction", law.alpha, "A, compliance of the alpha relaxation over the elastic one", non_negative);
  law.correlation = in.real("correlation", law.correlation, "chi: 0 full order, 1 full disorder");
  in.expect(law.correlation >= 0.1 && law.correlation <= 0.95, "correlation", "a number between 0.1 and 0.95");
  law.beta_energy = in.energy("beta_energy", shortest(law.beta_energy) + " eV", "activation energy of the beta relaxation", positive);
  law.beta_attempt_time = in.time("beta_attempt_time", shortest(law.beta_attempt_time) + " s", "tau_0 of the beta relaxation") * second;
  law.scaling_time = in.time("scaling_time", shortest(law.scaling_time) + " s", "t_0, from beta to alpha relaxation") * second;
  law.flows = in.flag("flows", law.flows, "whether there is A t/tau_alpha");
  in.finish();
  return solid;
}

Solid read_solid(Input& in) {
  if (in.has("zones") == in.has("two_step")) throw InputError("{}: expected either a table [zones] or a table [two_step], of the solid that is measured", in.source());
  if (in.has("zones")) return read_zone_solid(in.table("zones", "sizes of shear transformation zones"));
  return read_two_step(in.table("two_step", "beta and alpha relaxation"));
}

// ---- what is measured

/// Neither a folder nor anything that a file system or a shell could take for one.
bool is_plain_name(const std::string& name) {
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-'; };
  return !name.empty() && name.size() <= 100 && name.front() != '.' && name.front() != '-' && std::all_of(name.begin(), name.end(), plain);
}

std::vector<double> read_temperatures(Input& in, const Solid& solid) {
  const auto* zones = std::get_if<ZoneSolid>(&solid);
  if (!in.has("temperatures")) return {in.temperature("temperature", zones ? Input::Text(shortest(zones->law.temperature) + " K") : Input::Text(required), "of the sample", positive)};
  in.expect(!in.has("temperature"), "temperature", "this or 'temperatures', not both");
  std::vector<double> all;
  for (const std::string& word : in.list("temperatures", required, "of the sample, a file each")) all.push_back(in.temperature_in("temperatures", word, positive));
  in.expect(!all.empty(), "temperatures", "one temperature or more");
  return all;
}

std::vector<std::string> read_file_names(Input& in, const std::vector<double>& temperatures) {
  std::string stem = in.text("file", required, "the table that is written");
  in.expect(is_plain_name(stem), "file", "a plain name of letters, digits, '.', '_' and '-' that does not begin with '.' or '-': it lies in the folder that --write names");
  if (stem.ends_with(".csv")) stem.resize(stem.size() - 4);
  if (temperatures.size() == 1) return {stem + ".csv"};
  std::vector<std::string> names;
  for (const double t : temperatures) names.push_back(fmt::format("{}_{:g}K.csv", stem, t));
  return names;
}

PlannedMeasurement read_planned(Input& in, const Solid& solid) {
  PlannedMeasurement p;
  const std::string kind = in.choice("kind", {"creep", "recovery", "relaxation", "loss", "storage"}, required, "what is measured");
  for (const Observable known : {Observable::creep, Observable::recovery, Observable::relaxation, Observable::loss, Observable::storage})
    if (to_string(known) == kind) p.kind = known;
  p.temperatures = read_temperatures(in, solid);
  p.files = read_file_names(in, p.temperatures);
  p.where = in.where("file");
  const auto end = [&](const std::string& key, std::string_view meaning) {
    return is_modulus(p.kind) ? in.frequency(key, required, meaning) / units::time_ps * units::hertz_per_terahertz : in.time(key, required, meaning) * second;
  };
  p.from = end("from", "the first point");
  p.to = end("to", "the last point");
  in.expect(p.to >= 1.01 * p.from && std::isfinite(p.to / p.from), "to", "more than 'from'");
  p.points = in.count("points", 80, "equally spaced in the logarithm", positive);
  in.expect(p.points >= 5 && p.points <= most_points, "points", fmt::format("5 to {}", most_points));
  p.noise = in.real("noise", 0.005, "standard deviation over a value", non_negative);
  p.noise_of_each = in.choice("noise_of", {"largest", "each"}, "largest", "over which value: all points err alike, or each by the same part of itself") == "each";
  if (p.kind == Observable::recovery) p.loaded = in.time("loaded", required, "how long the load had lasted before") * second;
  in.finish();
  return p;
}

// ---- demonstrations

/// The fraction of each size over the distance to its neighbours.
BarrierDensity density_of(const std::vector<Zone>& zones) {
  BarrierDensity d{VectorXd(static_cast<Index>(zones.size())), VectorXd(static_cast<Index>(zones.size()))};
  for (std::size_t k = 0; k < zones.size(); ++k) {
    const std::size_t before = k > 0 ? k - 1 : 0, after = std::min(k + 1, zones.size() - 1);
    d.barrier[static_cast<Index>(k)] = zones[k].barrier;
    d.density[static_cast<Index>(k)] = zones[k].fraction * static_cast<double>(after - before) / (zones[after].barrier - zones[before].barrier);
  }
  return d;
}

/// tau exp(-dF/kT), which hardly differs from size to size.
double attempt_time_of(const ZoneSolid& solid) {
  double sum = 0;
  for (const Zone& z : solid.zones) sum += std::log(z.tau) - z.barrier / thermal_energy(solid.law.temperature);
  return std::exp(sum / static_cast<double>(solid.zones.size()));
}

SteppingPlan read_stepping(Input& in, const Solid& solid) {
  const auto* zones = std::get_if<ZoneSolid>(&solid);
  SteppingPlan p;
  if (in.has("from")) {
    const double from = in.energy("from", required, "lowest barrier of a density that is linear between two", positive), to = in.energy("to", required, "highest barrier", positive);
    in.expect(to > from, "to", "more than 'from'");
    const std::vector<double> density = in.reals("density", std::vector<double>{0.05, 0.46}, "of strain over barriers at both ends, 1/eV");
    in.expect(density.size() == 2 && std::min(density[0], density[1]) >= 0 && density[0] + density[1] > 0, "density", "two numbers of 0 or more, not both 0");
    p.density = {Eigen::Vector2d(from, to), Eigen::Vector2d(density[0], density[1])};
  } else {
    in.expect(zones != nullptr && zones->zones.size() >= 2, "kind", "keys 'from' and 'to' of a linear density beside it, or a solid of two sizes of [zones] or more");
    p.density = density_of(zones->zones);
  }
  p.attempt_time = in.time("attempt_time", zones != nullptr && !in.has("from") ? shortest(attempt_time_of(*zones)) + " s" : "50 fs", "tau of a barrier of 0") * second;
  const double hold = in.time("hold", "600 s", "at each temperature") * second;
  in.expect(hold > 1e3 * p.attempt_time, "hold", "more than a thousand times 'attempt_time'");
  // by default from where the lowest barrier hardly moves to where the highest one is all but over, in tens of K
  const double cold = p.density.barrier[0] / (units::boltzmann * std::log(10 * hold / p.attempt_time)), hot = p.density.barrier[p.density.barrier.size() - 1] / (units::boltzmann * std::log(hold / 30 / p.attempt_time));
  const double coldest = in.temperature("coldest", fmt::format("{:.0f} K", std::max(10.0, 10 * std::floor(cold / 10))), "of the first hold", positive), hottest = in.temperature("hottest", fmt::format("{:.0f} K", 10 * std::ceil(hot / 10)), "of the last hold", positive);
  const double step = in.temperature("step", "10 K", "from hold to hold", positive);
  in.expect(hottest - coldest >= 2 * step && hottest - coldest <= 1000 * step, "step", "3 to 1001 temperatures between 'coldest' and 'hottest'");
  for (int k = 0; coldest + k * step <= hottest * (1 + 1e-12); ++k) p.holds.push_back({coldest + k * step, hold});
  return p;
}

BendingPlan read_bending(Input& in, const Solid& solid) {
  BendingPlan p;
  const auto* zones = std::get_if<ZoneSolid>(&solid);
  in.expect(zones != nullptr, "kind", "another kind for a solid without [zones]");
  p.solid = *zones;
  p.strains = in.reals("strains", std::vector<double>{0.0012, 0.002, 0.003, 0.004, 0.0055, 0.007, 0.0085, 0.01, 0.0115, 0.013, 0.014, 0.0155}, "of the surface, on mandrels");
  in.expect(p.strains.size() >= 3 && p.strains.size() <= 100 && all_above(p.strains, 0) && *std::max_element(p.strains.begin(), p.strains.end()) < 0.2, "strains", "3 to 100 numbers between 0 and 0.2");
  p.loaded = in.time("loaded", "2e6 s", "on the mandrel") * second;
  p.read = in.time("read", "4e6 s", "after it, when the curvature is read") * second;
  p.noise = in.real("noise", 0.01, "of the anelastic strain, over it", non_negative);
  p.transformation_strain = in.real("transformation_strain", p.solid.law.strain, "that the ribbon has in truth", positive);
  return p;
}

ClockPlan read_clock(Input& in) {
  ClockPlan p;
  p.truth.tau = in.time("tau", "30 s", "of the stretched exponential") * second;
  p.truth.exponent = in.real("exponent", 0.5, "of the stretched exponential");
  in.expect(p.truth.exponent >= 0.1 && p.truth.exponent <= 1, "exponent", "a number between 0.1 and 1");
  p.truth.shift = in.time("shift", "3 s", "what had passed before the clock was started", non_negative) * second;
  p.longest = in.time("longest", "300 s", "the last point") * second;
  p.points = in.count("points", 101, "equally spaced from 0", positive);
  in.expect(p.points >= 10 && p.points <= 10'000, "points", "10 to 10000");
  p.noise = in.real("noise", 0.0, "over the first value", non_negative);
  return p;
}

LoadingPlan read_loading(Input& in, const Solid& solid) {
  LoadingPlan p;
  const auto* zones = std::get_if<ZoneSolid>(&solid);
  p.temperature = in.temperature("temperature", zones ? Input::Text(shortest(zones->law.temperature) + " K") : Input::Text(required), "of the sample", positive);
  const std::vector<double> strains = in.reals("strains", std::vector<double>{0.006, 0, 0.006, 0, 0.006}, "of the stages, one after the other");
  in.expect(strains.size() >= 2 && strains.size() <= 100 && strains.front() != 0, "strains", "2 to 100 numbers, the first not 0");
  p.hold = in.time("hold", "1000 s", "how long each stage lasts") * second;
  p.first = in.time("first", "0.5 s", "the first record after a step") * second;
  in.expect(p.first < p.hold, "first", "less than 'hold'");
  for (std::size_t k = 0; k < strains.size(); ++k) p.steps.push_back({static_cast<double>(k) * p.hold, strains[k]});
  p.relaxation = told_at(in.where("temperature"), [&] { return relaxation_of(compliance_of(solid, p.temperature)); });
  p.relaxation.equilibrium *= modulus_of(solid);
  for (RelaxationMode& m : p.relaxation.modes) m.strength *= modulus_of(solid);
  return p;
}

Demonstration read_demonstration(Input& in, const Solid& solid) {
  const std::string kind = in.choice("kind", {"temperature-steps", "bending", "stretched-exponential", "load-unload"}, required, "what is demonstrated");
  Demonstration d{in.where("kind"), ClockPlan{}};
  if (kind == "temperature-steps") d.plan = read_stepping(in, solid);
  if (kind == "bending") d.plan = read_bending(in, solid);
  if (kind == "stretched-exponential") d.plan = read_clock(in);
  if (kind == "load-unload") d.plan = read_loading(in, solid);
  in.finish();
  return d;
}

// ---- what comes out

/// J(t + loaded) - J(t), mode by mode: no difference of large numbers.
double recovered(const Compliance& c, double loaded, double time) {
  double sum = c.fluidity * loaded;
  for (const RelaxationMode& mode : c.modes) sum -= mode.strength * std::expm1(-loaded / mode.tau) * std::exp(-time / mode.tau);
  return sum;
}

RehearsedMeasurement rehearse(const Rehearsal& r, const PlannedMeasurement& p, std::size_t which) {
  RehearsedMeasurement m{p.files[which], p.kind, p.temperatures[which], VectorXd(p.points), VectorXd(p.points), {}, {}};
  const Compliance compliance = compliance_of(r.solid, m.temperature);
  const Relaxation relaxation = p.kind == Observable::creep || p.kind == Observable::recovery ? Relaxation{} : relaxation_of(compliance);
  const auto value_at = [&](double at) {
    switch (p.kind) {
      case Observable::creep: return compliance.at(at) - compliance.instantaneous;
      case Observable::recovery: return recovered(compliance, p.loaded, at);
      case Observable::relaxation: return relaxation.at(at) / relaxation.instantaneous();
      case Observable::loss: return relaxation.loss(2 * std::numbers::pi * at) * modulus_of(r.solid);
      case Observable::storage: break;
    }
    return relaxation.storage(2 * std::numbers::pi * at) * modulus_of(r.solid);
  };
  for (Index k = 0; k < p.points; ++k) {
    m.at[k] = p.from * std::pow(p.to / p.from, static_cast<double>(k) / (p.points - 1));
    m.exact[k] = value_at(m.at[k]);
  }
  const double largest = m.exact.maxCoeff(), least = p.noise_of_each ? m.exact.minCoeff() : largest;
  if (!m.exact.allFinite() || !(least > 0)) throw InputError("the {} of the solid at {:g} K is {:g} between {:g} and {:g} {}, expected finite values above 0", to_string(p.kind), m.temperature, least, p.from, p.to, is_modulus(p.kind) ? "Hz" : "s");
  m.value = m.exact;
  if (p.noise == 0) return m;
  m.error = p.noise * (p.noise_of_each ? m.exact : VectorXd::Constant(p.points, largest));
  Rng rng(r.seed, stream_of(m.file));
  for (Index k = 0; k < p.points; ++k) m.value[k] += m.error[k] * rng.normal();
  return m;
}

SteppingFindings demonstrate(const SteppingPlan& p, Rng&) { return {p, stepping_artefact(p.density, p.holds, p.attempt_time)}; }

BendingFindings demonstrate(const BendingPlan& p, Rng& rng) {
  constexpr double small = 1e-6;  // a strain at which sinh is linear to 1e-7
  constexpr BendingAccuracy accuracy{4, 1e-5};
  BendingFindings f{p, {}, 0, 1, {}};
  ShearTransformation truth = p.solid.law;
  truth.strain = p.transformation_strain;
  const std::vector<Zone> zones = zones_by_time(truth, p.solid.zones);
  const BendingRecovery little = bend(truth, zones, {small, p.loaded, {p.read}}, accuracy);
  f.linear = little.anelastic.front() / little.elastic;
  std::vector<BendingDatum> data;
  for (const double strain : p.strains) {
    const BendingRecovery r = bend(truth, zones, {strain, p.loaded, {p.read}}, accuracy);
    f.rows.push_back({strain, r.elastic, r.anelastic.front(), r.anelastic.front() * (1 + p.noise * rng.normal())});
    f.nonlinearity = std::max(f.nonlinearity, r.nonlinearity);
    data.push_back({r.elastic, f.rows.back().measured, 0});
  }
  TransformationStrainOptions options;
  options.loaded = p.loaded;
  options.time = p.read;
  f.fit = fit_transformation_strain(p.solid.law, p.solid.zones, data, options);
  return f;
}

ClockFindings demonstrate(const ClockPlan& p, Rng& rng) {
  ClockFindings f{p, VectorXd::LinSpaced(p.points, 0, p.longest), VectorXd(p.points), {}, {}, {}};
  for (Index k = 0; k < p.points; ++k) f.value[k] = p.truth.at(f.at[k]) + p.noise * p.truth.at(0) * rng.normal();
  ResponseData data{"the demonstration", Response::recovery, f.at, f.value, {}};
  data.constant = false;
  f.free_amplitude = fit_stretched_exponential(data);
  StretchedOptions options;
  options.amplitude = false;
  f.fixed_amplitude = fit_stretched_exponential(data, options);
  options.amplitude = options.shift = true;
  f.free_shift = fit_stretched_exponential(data, options);
  return f;
}

LoadingFindings demonstrate(const LoadingPlan& p, Rng&) {
  LoadingFindings f{p, {}};
  const double duration = p.hold * (1 - 1e-9);  // differences of rounded times may fall short of it
  for (std::size_t i = 0; i < p.steps.size(); ++i)
    for (std::size_t j = i + 1; j < p.steps.size(); ++j)
      if (p.steps[i].strain != 0 && p.steps[i].strain == p.steps[j].strain) f.pairs.push_back({i, j, difference_of_stages(p.relaxation, p.steps, i, j, duration)});
  return f;
}

}  // namespace

Compliance compliance_of(const Solid& solid, double temperature) {
  if (const auto* two = std::get_if<TwoStepSolid>(&solid)) return two->law.compliance(temperature, stretched_exponential(two->law.correlation));
  const ZoneSolid& zones = std::get<ZoneSolid>(solid);
  ShearTransformation law = zones.law;
  law.temperature = temperature;
  Compliance c{1.0, {}, 0.0};
  for (const Zone& z : zones.zones) c.modes.push_back({z.fraction, law.relaxation_time(z.volume)});
  return c;
}

double modulus_of(const Solid& solid) {
  const auto* two = std::get_if<TwoStepSolid>(&solid);
  return two ? two->elastic_modulus : std::get<ZoneSolid>(solid).law.young_modulus();
}

std::string describe(const Solid& solid) {
  if (const auto* two = std::get_if<TwoStepSolid>(&solid)) return fmt::format("beta relaxation over {:.4g} eV and alpha relaxation over {:.4g} eV, chi = {:g}", two->law.beta_energy, two->law.alpha_energy(), two->law.correlation);
  const std::vector<Zone>& zones = std::get<ZoneSolid>(solid).zones;
  double sum = 0;
  for (const Zone& z : zones) sum += z.fraction;
  const std::string sizes = zones.size() == 1 ? fmt::format("{:.4g}", zones.front().atoms) : fmt::format("{:.4g} to {:.4g}", zones.front().atoms, zones.back().atoms);
  return fmt::format("{} of zones of {} atoms in {:.3g} % of the volume", counted(zones.size(), "size"), sizes, 100 * sum);
}

std::string to_string(Observable kind) {
  switch (kind) {
    case Observable::creep: return "creep";
    case Observable::recovery: return "recovery";
    case Observable::relaxation: return "relaxation";
    case Observable::loss: return "loss";
    case Observable::storage: break;
  }
  return "storage";
}

bool is_modulus(Observable kind) { return kind == Observable::loss || kind == Observable::storage; }

std::string column_of(Observable kind) {
  switch (kind) {
    case Observable::creep: return "creep_strain";
    case Observable::recovery: return "strain";
    case Observable::relaxation: return "stress";
    case Observable::loss: return "loss_modulus_GPa";
    case Observable::storage: break;
  }
  return "storage_modulus_GPa";
}

std::string PlannedMeasurement::noise_text() const { return noise == 0 ? "none" : fmt::format("{:g} of {} value", noise, noise_of_each ? "each" : "the largest"); }

Rehearsal read_rehearsal(const std::string& path) {
  Input in(parse_toml(read_text_file(path, "solid", most_by_hand), path), path, {});
  Rehearsal r;
  r.name = in.text("name", std::filesystem::path(path).stem().string(), "title");
  // it stands in the comment that a table begins with, which a new line would end
  in.expect(r.name.size() <= 200 && std::none_of(r.name.begin(), r.name.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }), "name", "one line of at most 200 characters");
  r.seed = static_cast<std::uint64_t>(in.integer("seed", 1, "of the noise", non_negative));
  r.solid = read_solid(in);
  std::set<std::string> files;
  for (Input& one : in.tables("measurement", "a table of data each, or one for each temperature")) {
    r.measurements.push_back(read_planned(one, r.solid));
    for (const std::string& file : r.measurements.back().files) one.expect(files.insert(file).second, "file", fmt::format("tables with names of their own: {} is written already", file));
  }
  for (Input& one : in.tables("demonstration", "what a usual way of reading measurements makes of a known solid")) r.demonstrations.push_back(read_demonstration(one, r.solid));
  in.finish();
  if (r.measurements.empty() && r.demonstrations.empty()) throw InputError("{}: neither a [[measurement]] nor a [[demonstration]], expected one or more", path);
  return r;
}

RehearsalFindings rehearse(const Rehearsal& r) {
  RehearsalFindings f{r.name, describe(r.solid), r.seed, r.measurements, {}, {}, {}};
  if (const auto* two_step = std::get_if<TwoStepSolid>(&r.solid)) f.two_steps = two_step_range(two_step->law, Observation{}, 200, 500);
  for (const PlannedMeasurement& p : r.measurements) {
    f.measurements.emplace_back();
    for (std::size_t k = 0; k < p.files.size(); ++k) f.measurements.back().push_back(told_at(p.where, [&] { return rehearse(r, p, k); }));
  }
  for (std::size_t k = 0; k < r.demonstrations.size(); ++k) {
    Rng rng(r.seed, stream_of(fmt::format("demonstration/{}", k)));
    f.demonstrations.push_back(told_at(r.demonstrations[k].where, [&] { return std::visit([&](const auto& plan) -> DemonstrationFindings { return demonstrate(plan, rng); }, r.demonstrations[k].plan); }));
  }
  return f;
}

std::string to_csv(const RehearsalFindings& f, const PlannedMeasurement& p, const RehearsedMeasurement& m) {
  const bool errors = m.error.size() > 0;
  std::string text = fmt::format("# synthetic, computed and not measured: {} at {:g} K of \"{}\" ({}), seed {}, noise {}", to_string(m.kind), m.temperature, f.name, f.solid, f.seed, p.noise_text());
  if (m.kind == Observable::recovery) text += fmt::format(", after a load of {:.4g} s", p.loaded);
  text += fmt::format("\n{},{}{}\n", is_modulus(m.kind) ? "frequency_Hz" : "time_s", column_of(m.kind), errors ? ",error" : "");
  for (Index k = 0; k < m.at.size(); ++k) text += fmt::format("{:.12g},{:.12g}{}\n", m.at[k], m.value[k], errors ? fmt::format(",{:.6g}", m.error[k]) : "");
  return text;
}

}  // namespace glasscape
