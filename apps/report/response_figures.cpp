#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numbers>

#include "apps/report/estimates.hpp"
#include "apps/report/markup.hpp"
#include "apps/report/response_report.hpp"

namespace glasscape {
namespace {

using std::numbers::pi;

const Axis phase_axis{.label = "phase of an atom", .unit = "π", .range = Interval{-1.0, 1.0}};
const std::vector<std::string> group_names{"−π/2", "0", "π/2", "±π"};

std::vector<double> scaled(std::vector<double> values, double factor) {
  for (double& v : values) v *= factor;
  return values;
}

/// Stress, its fit, and the strain drawn as what an elastic answer would be (Fig. 1a and b of the paper).
Figure signal_figure(const Signal& s, const std::string& title, double period, double amplitude) {
  Figure f;
  f.title = title;
  f.x = {.label = "time", .unit = "ps"};
  f.y = {.label = "shear stress", .unit = "GPa"};
  const double size = std::abs(s.modulus);
  f.caption = fmt::format("Fit over all cycles: amplitude {} GPa, phase {} rad.", readable(size * amplitude, 3), readable(std::arg(s.modulus), 3));
  f.marks.push_back(Line{.name = "stress", .x = s.time, .y = s.stress, .color = 5, .thin = true});
  Line fit{.name = "fit", .x = s.time, .color = 0};
  for (const double t : s.time) fit.y.push_back(size * amplitude * std::sin(2.0 * pi * t / period + std::arg(s.modulus)));
  f.marks.push_back(std::move(fit));
  if (std::any_of(s.strain.begin(), s.strain.end(), [](double strain) { return strain != 0; }))
    f.marks.push_back(Line{.name = fmt::format("strain × {} GPa", readable(size, 3)), .x = s.time, .y = scaled(s.strain, size), .dashed = true, .color = 1});
  return f;
}

Figure spectrum_of_atom(const FollowedAtom& a, double period) {
  Figure f;
  f.title = fmt::format("Spectrum of atom {}", a.atom);
  f.x = {.label = "frequency", .unit = "THz", .scale = Scale::logarithmic};
  f.y = {.label = "amplitude of its stress", .unit = "GPa"};
  f.caption = "Fourier amplitudes over all cycles; all but the drive's is thermal motion, and slow change at the lowest frequencies.";
  f.marks.push_back(Line{.x = a.frequency, .y = a.amplitude, .color = 0, .thin = true});
  f.marks.push_back(VerticalLine{1.0 / period, "drive"});
  return f;
}

Line density_line(std::string name, const AtomicPhases& p, const std::vector<Estimate>& density, int color, bool dashed) {
  Line line{.name = std::move(name), .dashed = dashed, .color = color};
  for (std::size_t k = 0; k < density.size(); ++k) {
    line.x.push_back(0.5 * (p.edges[k] + p.edges[k + 1]) / pi);
    line.y.push_back(density[k].value);
  }
  return line;
}

Band density_band(const AtomicPhases& p, const std::vector<Estimate>& density, int color) {
  Band band{.color = color};
  for (std::size_t k = 0; k < density.size(); ++k) {
    if (!std::isfinite(density[k].interval.low)) continue;
    band.x.push_back(0.5 * (p.edges[k] + p.edges[k + 1]) / pi);
    band.low.push_back(density[k].interval.low);
    band.high.push_back(density[k].interval.high);
  }
  return band;
}

/// Fig. 2a.
Figure phase_figure(const AtomicResponse& a) {
  Figure f;
  f.title = "Phases of atoms";
  f.x = phase_axis;
  f.y = {.label = "density", .unit = "1/rad"};
  const AtomicPhases& alike = a.steady_unsheared ? *a.steady_unsheared : a.steady;
  f.caption = fmt::format("Mean over blocks of {} ps. Always alike: each atom's mean share with the noise of one block{}.", readable(a.block_time, 3), a.steady_unsheared ? " without shear" : "");
  std::vector<double> heights;
  for (const Estimate& e : a.phases.density) heights.push_back(e.value);
  Bars bars = bars_between("measured", scaled(a.phases.edges, 1.0 / pi), std::move(heights));
  bars.color = 5;
  f.marks.push_back(std::move(bars));
  f.marks.push_back(density_line("always alike, with noise", alike, alike.density, 0, false));
  f.marks.push_back(density_line("noise alone", a.noise, a.noise.density, 6, true));
  if (a.unsheared) f.marks.push_back(density_line("run without shear", *a.unsheared, a.unsheared->density, 1, true));
  return f;
}

/// Figs. 2b and c; `noise` of one block in the unit of the figure.
Figure partial_figure(const AtomicResponse& a, const std::string& title, const std::string& label, const std::string& unit, double (*of)(const std::complex<double>&), double noise) {
  Figure f;
  f.title = title;
  f.x = {.label = "time", .unit = "ps"};
  f.y = {.label = label, .unit = unit};
  f.caption = fmt::format("{:g} % of the atoms, those nearest to a phase in a block, left out. Bars: 95 % of what the noise of a block does, to all of them alike.", 100 * a.phases.fraction);
  constexpr int everything = 6;
  const auto add = [&](const std::string& name, const std::vector<std::complex<double>>& moduli, int color) {
    Points points{.name = name, .color = color};
    for (std::size_t k = 0; k < moduli.size(); ++k) {
      points.x.push_back(a.begin + (static_cast<double>(k) + 0.5) * a.block_time);
      points.y.push_back(of(moduli[k]));
      if (color != everything) continue;
      points.y_low.push_back(of(moduli[k]) - 1.96 * noise);
      points.y_high.push_back(of(moduli[k]) + 1.96 * noise);
    }
    add_curve(f, std::move(points));
  };
  add("all atoms", a.phases.whole, everything);
  for (std::size_t k = 0; k < a.phases.groups.size(); ++k) add("without " + group_names[k], a.phases.groups[k].without, static_cast<int>(k));
  return f;
}

/// What leaving out a group does, beside the nulls: no figure of the paper.
Figure nulls_figure(const AtomicResponse& a) {
  Figure f;
  f.title = "What leaving out a group does to the loss";
  f.x = {.label = "phase of the group", .categories = group_names};
  f.y = {.label = "change of G″", .unit = "GPa"};
  f.caption = "Mean over blocks, 95 % intervals. What atoms that always answer alike do, or noise alone, is in the way the groups are chosen.";
  const auto add = [&](const std::string& name, const AtomicPhases& p, int color, double shift) {
    Points points{.name = name, .color = color};
    for (std::size_t k = 0; k < p.groups.size(); ++k) add_point(points, static_cast<double>(k) + shift, p.groups[k].loss_change);
    f.marks.push_back(std::move(points));
  };
  add("measured", a.phases, 0, -0.15);
  add("always alike, with noise", a.steady_unsheared ? *a.steady_unsheared : a.steady, 1, 0.0);
  add("noise alone", a.noise, 6, 0.15);
  if (a.unsheared) add("run without shear", *a.unsheared, 3, 0.3);
  return f;
}

/// Fig. 3.
Figure later_figure(const AtomicResponse& a) {
  Figure f;
  f.title = "Later phases of the atoms near π/2";
  f.x = phase_axis;
  f.y = {.label = "density", .unit = "1/rad"};
  f.caption = fmt::format("Atoms nearest to π/2 in one block, in later ones, blocks of {} ps; the band holds 95 %. Dashed: all atoms, and the same of atoms that always answer alike, with noise.", readable(a.block_time, 3));
  int color = 0;
  for (const LaterPhases& later : a.phases.later) {
    if (later.blocks_later == 0) continue;
    const std::string name = later.blocks_later == 1 ? "next block" : fmt::format("{} blocks later", later.blocks_later);
    f.marks.push_back(density_band(a.phases, later.density, color));
    f.marks.push_back(density_line(name, a.phases, later.density, color, false));
    ++color;
  }
  f.marks.push_back(density_line("all atoms", a.phases, a.phases.density, 6, true));
  for (const LaterPhases& later : (a.steady_unsheared ? *a.steady_unsheared : a.steady).later)
    if (later.blocks_later == 1) f.marks.push_back(density_line("next block, always alike", a.steady, later.density, 3, true));
  return f;
}

/// Fig. 5, and the same of D2min.
Figure density_figure(const AtomicResponse& a, const Density& density, const std::string& title, Axis x) {
  Figure f;
  f.title = title;
  f.y = {.label = "density", .unit = "1/" + x.unit, .scale = Scale::logarithmic};
  f.x = std::move(x);
  f.caption = fmt::format("From the beginning to the end of blocks of {} ps, when the cell is not sheared; Poisson intervals.", readable(a.block_time, 3));
  const auto add = [&](const std::string& name, const std::vector<Estimate>& densities, int color) {
    Points points{.name = name, .color = color};
    for (std::size_t k = 0; k < densities.size(); ++k)
      if (densities[k].value > 0) add_point(points, 0.5 * (density.edges[k] + density.edges[k + 1]), densities[k]);
    f.marks.push_back(std::move(points));
  };
  add("all atoms", density.system, 0);
  add("atoms near π/2", density.group, 1);
  return f;
}

/// Shares of atoms below an amplitude over noise.
Figure noise_figure(const AtomicResponse& a) {
  Figure f;
  f.title = "Amplitudes of atoms over their noise";
  f.x = {.label = "amplitude over the root mean square of noise", .scale = Scale::logarithmic};
  f.y = {.label = "share of atoms", .range = Interval{0.0, 1.0}};
  f.caption = "Where it is 1 an atom's phase is random. Dashed: noise alone.";
  const auto add = [&](const std::string& name, const std::vector<double>& values, int color) {
    const std::vector<double> order = sorted(values);
    Line line{.name = name, .color = color};
    const std::size_t every = 1 + order.size() / 500;
    for (std::size_t k = 0; k < order.size(); k += every) {
      line.x.push_back(order[k]);
      line.y.push_back((static_cast<double>(k) + 0.5) / static_cast<double>(order.size()));
    }
    f.marks.push_back(std::move(line));
  };
  add(fmt::format("one block of {} ps", readable(a.block_time, 3)), a.signal_to_noise.of_block, 0);
  add(fmt::format("the run, {} ps", readable(a.block_time * static_cast<double>(a.blocks), 3)), a.signal_to_noise.of_run, 1);
  Line chance{.dashed = true, .color = 6};
  for (int k = 1; k < 100; ++k) {  // |z|^2 of a complex Gaussian of unit power is exponential
    chance.x.push_back(std::sqrt(-std::log1p(-0.01 * k)));
    chance.y.push_back(0.01 * k);
  }
  f.marks.push_back(std::move(chance));
  return f;
}

Figure cycles_figure(const ResponseTask& t, std::int64_t skipped) {
  Figure f;
  f.title = "Modulus cycle by cycle";
  f.x = {.label = "cycle"};
  f.y = {.label = "modulus", .unit = "GPa"};
  f.caption = t.name + ".";
  const auto add = [&](const std::string& name, double (*of)(const std::complex<double>&), const Estimate& whole, int color) {
    Points points{.name = name, .color = color};
    for (std::size_t k = 0; k < t.modulus.by_cycle.size(); ++k) {
      points.x.push_back(static_cast<double>(skipped + static_cast<std::int64_t>(k) + 1));
      points.y.push_back(of(t.modulus.by_cycle[k]));
    }
    add_curve(f, std::move(points));
    f.marks.push_back(HorizontalLine{whole.value, ""});
  };
  add("G′", [](const std::complex<double>& g) { return g.real(); }, t.modulus.storage, 0);
  add("G″", [](const std::complex<double>& g) { return g.imag(); }, t.modulus.loss, 1);
  return f;
}

/// Of all sheared tasks, colours for temperatures and amplitudes; samplings of one kind stand beside each other.
Figure sweep_figure(const ResponseFindings& r, const std::string& title, const std::string& label, const std::string& unit, Estimate DynamicModulus::* of) {
  Figure f;
  f.title = title;
  f.x = {.label = "frequency", .unit = "THz", .scale = Scale::logarithmic};
  f.y = {.label = label, .unit = unit};
  std::map<std::pair<double, double>, Points> curves;  // by temperature and amplitude
  bool one_amplitude = true;
  double lowest = std::numeric_limits<double>::infinity(), highest = 0;
  for (const ResponseTask& t : r.tasks) {
    if (t.amplitude == 0) continue;
    add_point(curves[{t.temperature, t.amplitude}], 1.0 / t.period, t.modulus.*of);
    lowest = std::min(lowest, 1.0 / t.period);
    highest = std::max(highest, 1.0 / t.period);
    one_amplitude = one_amplitude && t.amplitude == curves.begin()->first.second;
  }
  int color = 0;
  for (auto& [key, points] : curves) {
    points.name = fmt::format("{:g} K", key.first) + (one_amplitude ? "" : fmt::format(", {:g} %", 100 * key.second));
    for (double& x : points.x) x *= 1.0 + 0.02 * color;  // side by side
    points.color = color++ % 6;
    f.marks.push_back(std::move(points));
  }
  f.x.range = Interval{lowest / 1.3, highest * 1.3};
  f.caption = "95 % intervals by the scatter of blocks; points of one frequency side by side.";
  return f;
}

}  // namespace

std::vector<Figure> figures_of(const ResponseFindings& r) {
  std::vector<Figure> figures;
  if (r.tasks.empty()) return figures;
  const ResponseTask& task = r.tasks[r.task_of_atoms];
  const auto sheared = std::count_if(r.tasks.begin(), r.tasks.end(), [](const ResponseTask& t) { return t.amplitude > 0; });
  if (sheared > 1) {
    figures.push_back(sweep_figure(r, "Storage modulus", "G′", "GPa", &DynamicModulus::storage));
    figures.push_back(sweep_figure(r, "Loss modulus", "G″", "GPa", &DynamicModulus::loss));
    figures.push_back(sweep_figure(r, "Loss tangent", "tan δ", "", &DynamicModulus::loss_tangent));
  }
  if (r.atoms && r.atoms->glass) figures.push_back(signal_figure(*r.atoms->glass, "Stress of the glass", task.period, task.amplitude));
  if (r.atoms && r.atoms->followed) {
    const FollowedAtom& atom = *r.atoms->followed;
    figures.push_back(signal_figure(atom.signal, fmt::format("Stress of atom {}", atom.atom), task.period, task.amplitude));
    figures.push_back(spectrum_of_atom(atom, task.period));
  }
  figures.push_back(cycles_figure(task, task.cycles - static_cast<std::int64_t>(task.modulus.by_cycle.size())));
  if (!r.atoms) return figures;
  const AtomicResponse& a = *r.atoms;
  const double of_a_block = task.modulus.noise * std::sqrt(static_cast<double>(a.blocks));  // GPa
  figures.push_back(phase_figure(a));
  figures.push_back(partial_figure(a, "Phase of the glass without a group", "phase", "rad", [](const std::complex<double>& g) { return std::arg(g); }, of_a_block / std::hypot(task.modulus.storage.value, task.modulus.loss.value)));
  figures.push_back(partial_figure(a, "Loss of the glass without a group", "G″", "GPa", [](const std::complex<double>& g) { return g.imag(); }, of_a_block));
  figures.push_back(nulls_figure(a));
  figures.push_back(later_figure(a));
  figures.push_back(noise_figure(a));
  figures.push_back(density_figure(a, a.displacement, "Non-affine displacements", {.label = "displacement", .unit = "Å"}));
  figures.push_back(density_figure(a, a.d2min, "Non-affine strain", {.label = "D^{2}_{min}", .unit = "Å^{2}"}));
  return figures;
}

}  // namespace glasscape
