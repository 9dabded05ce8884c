#include "apps/report/anelastic_report.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numbers>
#include <numeric>

#include "apps/report/estimates.hpp"
#include "apps/report/kinetics_report.hpp"
#include "apps/report/markup.hpp"
#include "apps/report/summary.hpp"
#include "md/support/text.hpp"

namespace glasscape {
namespace {

using Json = nlohmann::ordered_json;
using std::numbers::pi;

constexpr int per_decade = 12;  // points of a curve

double sum_of(const std::vector<RelaxationMode>& modes) {
  return std::accumulate(modes.begin(), modes.end(), 0.0, [](double sum, const RelaxationMode& m) { return sum + m.strength; });
}

/// What carries half of the relaxation, or nothing.
std::optional<RelaxationMode> strongest(const AnelasticAt& at) {
  if (at.modes.empty()) return std::nullopt;
  return *std::max_element(at.modes.begin(), at.modes.end(), [](const auto& a, const auto& b) { return a.strength < b.strength; });
}

/// The coldest, a middle and the hottest, for figures that would be full with all of them.
std::vector<const AnelasticAt*> shown(const AnelasticFindings& f) {
  std::vector<const AnelasticAt*> all;
  for (const AnelasticAt& at : f.at) all.push_back(&at);
  std::sort(all.begin(), all.end(), [](const auto* a, const auto* b) { return a->temperature < b->temperature; });
  if (all.size() > 3) all = {all.front(), all[all.size() / 2], all.back()};
  return all;
}

std::string kelvin(const AnelasticAt& at) { return fmt::format("{:g} K", at.temperature); }

std::vector<double> decades(double from, double to) {
  std::vector<double> all;
  const auto points = static_cast<int>(std::ceil((std::log10(to) - std::log10(from)) * per_decade));
  for (int k = 0; k <= points; ++k) all.push_back(from * std::pow(to / from, static_cast<double>(k) / points));
  return all;
}

/// What relaxes in each half decade of tau, per unit of ln tau.
Line density_line(const AnelasticAt& at, int color, double observed) {
  const double step = 0.5 * std::numbers::ln10, first = std::log(1e-14);
  const auto bins = static_cast<std::size_t>(std::ceil((std::log(10 * observed) - first) / step));
  std::vector<double> density(bins, 0.0);
  for (const RelaxationMode& m : at.modes) {
    const double place = (std::log(m.tau) - first) / step;
    density[static_cast<std::size_t>(std::clamp(place, 0.0, static_cast<double>(bins) - 1.0))] += m.strength / step;
  }
  Line line{.name = kelvin(at), .color = color};
  for (std::size_t k = 0; k < bins; ++k)
    for (const double edge : {0.0, 1.0}) {
      line.x.push_back(std::exp(first + step * (static_cast<double>(k) + edge)));
      line.y.push_back(density[k]);
    }
  return line;
}

Figure spectrum_figure(const AnelasticFindings& f) {
  Figure figure{.title = "Relaxation times of the landscape", .x = {.label = "relaxation time", .unit = "s", .scale = Scale::logarithmic}, .y = {.label = "relaxing modulus per ln τ", .unit = "GPa"}};
  figure.caption = fmt::format("What relaxes of the shear modulus as the glass jumps between the known basins that it reaches within {} s, in steps of half a decade; slower ones are at the end.", readable(f.observed, 3));
  int color = 0;
  for (const AnelasticAt* at : shown(f)) figure.marks.push_back(density_line(*at, color++, f.observed));
  if (f.measured) figure.caption += " Black: a measurement as it is told; strain is a spectrum of creep, which is that of relaxation to first order, and a modulus of extension is 2(1 + ν) times one of shear.";
  if (f.measured) figure.marks.push_back(Line{.name = f.measured->source, .x = f.measured->tau, .y = f.measured->density, .color = 6});
  return figure;
}

Figure loss_figure(const AnelasticFindings& f) {
  Figure figure{.title = "Loss modulus of the landscape", .x = {.label = "frequency", .unit = "Hz", .scale = Scale::logarithmic}, .y = {.label = "G″", .unit = "GPa"}};
  figure.caption = "Lines: of the independent groups of saddles. Dashed: each saddle out of the start as a two-level system of its own.";
  if (!f.sheared.empty()) figure.caption += " Points: cyclic shear of the same glass by molecular dynamics, which also has what vibrations lose.";
  const std::vector<double> frequencies = decades(0.1 / (2 * pi * f.observed), 1e12);
  int color = 0;
  for (const AnelasticAt* at : shown(f)) {
    Line together{.name = kelvin(*at), .color = color}, alone{.name = kelvin(*at), .dashed = true, .color = color, .thin = true};
    for (const double frequency : frequencies) {
      for (Line* line : {&together, &alone}) line->x.push_back(frequency);
      together.y.push_back(Relaxation{0, at->modes}.loss(2 * pi * frequency));
      alone.y.push_back(Relaxation{0, at->two_level}.loss(2 * pi * frequency));
    }
    figure.marks.push_back(std::move(together));
    figure.marks.push_back(std::move(alone));
    ++color;
  }
  Points sheared{.name = "cyclic shear", .color = 6};
  for (const ShearedLoss& s : f.sheared) {
    add_point(sheared, s.frequency, s.loss);
    sheared.texts.push_back(fmt::format("{:g} K", s.temperature));
  }
  if (!sheared.x.empty()) figure.marks.push_back(std::move(sheared));
  if (f.measured && !f.measured->loss.empty()) figure.marks.push_back(Points{.name = f.measured->source, .x = f.measured->frequency, .y = f.measured->loss, .color = 5});
  return figure;
}

/// A curve over times or frequencies for every temperature shown at which the modulus stays above 0. `curve` makes of a relaxation the
/// function that is drawn.
template <typename Curve>
Figure curves(const AnelasticFindings& f, Figure figure, const std::vector<double>& places, const Curve& curve) {
  figure.x.scale = Scale::logarithmic;
  int color = 0;
  for (const AnelasticAt* at : shown(f)) {
    Line line{.name = kelvin(*at), .color = color++};
    if (const auto relaxation = at->relaxation(*f.shear_modulus)) {
      const auto function = curve(*relaxation);
      for (const double place : places) {
        line.x.push_back(place);
        line.y.push_back(function(place));
      }
    }
    figure.marks.push_back(std::move(line));
  }
  return figure;
}

std::vector<Figure> modulus_figures(const AnelasticFindings& f) {
  const std::vector<double> frequencies = decades(0.1 / (2 * pi * f.observed), 1e12), times = decades(1e-13, 10 * f.observed);
  Figure storage = curves(f, {.title = "Storage modulus of the landscape", .x = {.label = "frequency", .unit = "Hz"}, .y = {.label = "G′", .unit = "GPa"}, .caption = "The shear modulus of the start without temperature, less what has relaxed."},
                          frequencies, [](const Relaxation& r) { return [r](double frequency) { return r.storage(2 * pi * frequency); }; });
  Points sheared{.name = "cyclic shear", .color = 6};
  for (const ShearedLoss& s : f.sheared) add_point(sheared, s.frequency, s.storage);
  if (!sheared.x.empty()) storage.marks.push_back(std::move(sheared));
  return {storage,
          curves(f, {.title = "Stress at a constant strain", .x = {.label = "time", .unit = "s"}, .y = {.label = "stress over first stress"}, .caption = "What stays after all times is what the basins reached cannot relax."}, times,
                 [](const Relaxation& r) { return [r](double time) { return r.at(time) / r.instantaneous(); }; }),
          curves(f, {.title = "Creep under a constant stress", .x = {.label = "time", .unit = "s"}, .y = {.label = "strain over elastic strain"}, .caption = "From the relaxation of stress, exactly; a recovery after a long load gives it back."}, times,
                 [](const Relaxation& r) { return [c = compliance_of(r)](double time) { return c.at(time) / c.instantaneous; }; })};
}

std::string network_text(const AnelasticFindings& f) {
  const std::string rates = f.modes.empty() ? fmt::format("a prefactor of {} THz for every saddle", readable(f.nu0, 3)) : "the prefactors of " + f.modes;
  return fmt::format("The stress of the basin that the glass is in relaxes as it jumps. With {} and the inherent stress of every basin, that is a spectrum of relaxation times without any fit, in a cell of {} atoms; basins that take more than {} s to reach have not been.",
                     rates, f.atoms, readable(f.observed, 3));
}

std::string at_text(const AnelasticAt& at, const AnelasticFindings& f) {
  if (at.modes.empty()) return fmt::format("At {:g} K the glass leaves no basin in that time: nothing relaxes.", at.temperature);
  const RelaxationMode most = *strongest(at);
  std::string text = fmt::format("At {:g} K, {} in {} are reached and {} GPa of the shear modulus relax", at.temperature, counted(at.reached, "basin"), counted(at.groups, "independent group"), readable(at.relaxing, 3));
  if (f.shear_modulus) text += fmt::format(" ({:.3g} % of {} GPa)", 100 * at.relaxing / *f.shear_modulus, readable(*f.shear_modulus, 3));
  return text + fmt::format(", {} GPa of them at {} s; {} GPa in a thousandth of the time, {} GPa in a thousandfold. Were all saddles one network, of which one at a time can be crossed, it would be {} GPa; each as if it were alone, {} GPa.", readable(most.strength, 2), readable(most.tau, 2),
                            readable(at.relaxing_sooner, 3), readable(at.relaxing_later, 3), readable(at.connected, 3), readable(sum_of(at.two_level), 3));
}

using glasscape::json_of;  // beside those of this file

Json json_of(const std::vector<RelaxationMode>& modes) {
  Json json{{"tau_s", Json::array()}, {"modulus_GPa", Json::array()}};
  for (const RelaxationMode& m : modes) {
    json["tau_s"].push_back(m.tau);
    json["modulus_GPa"].push_back(m.strength);
  }
  return json;
}

}  // namespace

std::vector<std::string> in_words(const AnelasticFindings& f) {
  std::vector<std::string> all{network_text(f)};
  for (const AnelasticAt* at : shown(f)) all.push_back(at_text(*at, f));
  return all;
}

std::vector<std::string> doubts_of(const AnelasticFindings& f) {
  std::vector<std::string> doubts;
  if (f.coverage) doubts.push_back(fmt::format("Only what searches have found relaxes: they cover {} of what they would find", percent(*f.coverage)));
  else doubts.emplace_back("Only what searches have found relaxes, and how much that is is not known");
  if (f.without_stress > 0) doubts.push_back(fmt::format("{} without a stress of their own: taken as that of the start", counted(static_cast<std::size_t>(f.without_stress), "basin")));
  if (f.too_many > 0) doubts.push_back(fmt::format("At {} more than {} basins are reached: left out", counted(static_cast<std::size_t>(f.too_many), "temperature"), AnelasticFindings::most_basins));
  if (!f.shear_modulus) doubts.push_back(fmt::format("The elastic modulus of more than {} atoms is not computed: there is no storage modulus", AnelasticFindings::most_atoms));
  if (!f.shear_modulus_converged) doubts.emplace_back("A minimisation behind the elastic modulus has not converged");
  if (f.not_measured) doubts.push_back(*f.not_measured);
  for (const AnelasticAt& at : f.at) {
    if (f.shear_modulus && at.relaxing > *f.shear_modulus)
      doubts.push_back(fmt::format("At {:g} K more relaxes than there is of the shear modulus: in a cell this small events are no weak ones beside each other", at.temperature));
    if (at.relaxing_later > 2 * at.relaxing || at.relaxing > 2 * at.relaxing_later)
      doubts.push_back(fmt::format("At {:g} K a thousandfold of the time observed relaxes {} GPa instead of {}: the glass is on its way to deeper basins", at.temperature, readable(at.relaxing_later, 2), readable(at.relaxing, 2)));
    if (at.start_share < 0.01)
      doubts.push_back(fmt::format("At {:g} K the start has a share of {} in the equilibrium of what is reached: the searches looked around a basin that the glass leaves", at.temperature, readable(at.start_share, 1)));
  }
  return doubts;
}

ReportTable table_of(const AnelasticFindings& f) {
  ReportTable t{"What relaxes of the shear modulus", {"T (K)", "basins reached", "relaxing (GPa)", "strongest: GPa", "at (s)", "a thousandth of the time (GPa)", "a thousandfold (GPa)", "one network (GPa)", "saddles one by one (GPa)", "groups", "share of the start"}, {}};
  for (const AnelasticAt& at : f.at) {
    const auto most = strongest(at);
    t.rows.push_back({readable(at.temperature), std::to_string(at.reached), readable(at.relaxing, 3), most ? readable(most->strength, 3) : "–", most ? readable(most->tau, 3) : "–", readable(at.relaxing_sooner, 3),
                      readable(at.relaxing_later, 3), readable(at.connected, 3), readable(sum_of(at.two_level), 3), std::to_string(at.groups), readable(at.start_share, 2)});
  }
  return t;
}

std::vector<Figure> figures_of(const AnelasticFindings& f) {
  if (std::all_of(f.at.begin(), f.at.end(), [](const AnelasticAt& at) { return at.modes.empty(); })) return {};
  std::vector<Figure> all{spectrum_figure(f), loss_figure(f)};
  if (f.shear_modulus)
    for (Figure& figure : modulus_figures(f)) all.push_back(std::move(figure));
  return all;
}

std::string to_text(const AnelasticFindings& f) {
  std::string text = fmt::format("\nRelaxation of the landscape of {}\n", f.stage);
  for (const std::string& sentence : in_words(f)) text += "  " + plain_text(sentence) + "\n";
  for (const std::string& doubt : doubts_of(f)) text += "  ! " + plain_text(doubt) + "\n";
  return text;
}

Json to_json(const AnelasticFindings& f) {
  Json json{{"stage", f.stage}, {"modes", f.modes}, {"observed_s", f.observed}, {"volume_A3", f.volume}, {"shear_modulus_GPa", json_of(f.shear_modulus)}, {"coverage", json_of(f.coverage)}, {"basins_without_stress", f.without_stress},
            {"temperatures", Json::array()}, {"sheared", Json::array()}, {"doubts", doubts_of(f)}};
  for (const AnelasticAt& at : f.at)
    json["temperatures"].push_back({{"temperature_K", at.temperature}, {"basins_reached", at.reached}, {"relaxing_GPa", at.relaxing}, {"relaxing_sooner_GPa", at.relaxing_sooner}, {"relaxing_later_GPa", at.relaxing_later}, {"one_network_GPa", at.connected}, {"groups", at.groups}, {"start_share", at.start_share},
                                    {"spectrum", json_of(at.modes)}, {"two_level", json_of(at.two_level)}});
  for (const ShearedLoss& s : f.sheared) json["sheared"].push_back({{"temperature_K", s.temperature}, {"frequency_Hz", s.frequency}, {"storage_GPa", json_of(s.storage)}, {"loss_GPa", json_of(s.loss)}});
  return json;
}

}  // namespace glasscape
