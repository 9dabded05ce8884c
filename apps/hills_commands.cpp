#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "analysis/free_energy_profile.hpp"
#include "apps/commands.hpp"
#include "apps/report/free_energy_findings.hpp"
#include "apps/starts.hpp"
#include "landscape/hills_files.hpp"
#include "md/support/text.hpp"

namespace glasscape {
namespace {

constexpr std::size_t profile_points = 200;

/// From where the hills begin to where they end.
ProfileGrid grid_over(const BiasedSampling& s) {
  ProfileGrid grid{s.hills.front().centre, s.hills.front().centre, profile_points};
  for (const Hill& hill : s.hills) {
    grid.lower = std::min(grid.lower, hill.centre - 3.0 * hill.width);
    grid.upper = std::max(grid.upper, hill.centre + 3.0 * hill.width);
  }
  return grid;
}

/// At midpoints of bins between the ends of the grid, as Colvars has it.
std::string pmf_of(const BiasedSampling& s) {
  const ProfileGrid whole = grid_over(s);
  const double width = (whole.upper - whole.lower) / static_cast<double>(profile_points);
  return colvars_pmf(whole.lower, width, profile_of_bias(s, {whole.lower + 0.5 * width, whole.upper - 0.5 * width, profile_points}).energy);
}

/// COLVAR, or COLVAR.0, COLVAR.1 and so on for several walkers, as PLUMED names those of replicas.
void write_walkers(const std::filesystem::path& stem, const std::string& variable, const BiasedSampling& s) {
  const int walkers = s.walkers.empty() ? 1 : 1 + *std::max_element(s.walkers.begin(), s.walkers.end());
  for (int w = 0; w < walkers; ++w) {
    std::vector<double> times, values, biases;
    for (std::size_t k = 0; k < s.times.size(); ++k) {
      if (walkers > 1 && s.walkers[k] != w) continue;
      times.push_back(s.times[k]);
      values.push_back(s.values[k]);
      biases.push_back(s.biases[k]);
    }
    write_text_file(stem.string() + ".COLVAR" + (walkers > 1 ? fmt::format(".{}", w) : ""), plumed_colvar(variable, times, values, biases));
  }
}

void write_sampling(const std::filesystem::path& stem, const BiasedSampling& s) {
  HillsFile file{.variable = "s", .shape = s.shape, .bias_factor = {}, .hills = s.hills, .times = s.hill_times};
  if (s.bias_temperature > 0.0) file.bias_factor = (s.temperature + s.bias_temperature) / s.temperature;
  write_text_file(stem.string() + ".HILLS", plumed_hills(file));
  write_walkers(stem, file.variable, s);
  write_text_file(stem.string() + ".pmf", pmf_of(s));
}

}  // namespace

void hills_command(const Request& request, const Plugins& plugins) {
  const Study study = study_of(request, plugins);
  const Store store(study.folder);
  const std::filesystem::path folder = request.write.empty() ? study.folder / "hills" : std::filesystem::path(request.write);
  std::size_t written = 0;
  for (const StudyStage& stage : study.stages) {
    if (stage.stage->finds() != Finds::escapes) continue;
    for (const std::int64_t task : tasks_done(study, store, stage)) {
      const Shard shard = store.read(study.task_id(stage, task));
      const auto sampling = biased_sampling(shard.events);
      if (!sampling || sampling->hills.empty()) continue;
      std::filesystem::create_directories(folder);
      write_sampling(folder / shard.task, *sampling);
      ++written;
    }
  }
  if (written == 0) throw NotFound("{}: no hills in its run folder {}: no stage of metadynamics has run there and left some", request.study, study.folder.string());
  const std::string text = fmt::format("{}: HILLS, COLVAR and pmf of {} (PLUMED: UNITS LENGTH=A ENERGY=eV TIME=ps)\n", folder.string(), counted(written, "sampling"));
  std::fwrite(text.data(), 1, text.size(), stdout);
}

void profile_command(const Request& request) {
  Input in(parse_pairs("--temperature=" + request.temperature + (request.bias_temperature.empty() ? "" : ",--bias-temperature=" + request.bias_temperature), "", "profile"), "profile");
  const HillsFile file = read_hills(request.file);
  BiasedSampling s{.temperature = in.temperature("--temperature", required, "temperature of the sampling", positive), .hills = file.hills, .hill_times = file.times, .shape = file.shape};
  if (!request.bias_temperature.empty()) s.bias_temperature = in.temperature("--bias-temperature", required, "dT of the tempering", positive);
  if (file.bias_factor) {
    const double own = s.temperature * (*file.bias_factor - 1.0);
    if (s.bias_temperature > 0.0 && std::abs(own - s.bias_temperature) > 1e-3 * own)
      throw InputError("key '--bias-temperature': got {:g} K, but {} has the bias factor {:g}, which is {:g} K at {:g} K; leave the option out", s.bias_temperature, request.file,
                       *file.bias_factor, own, s.temperature);
    s.bias_temperature = own;
  }
  const FreeEnergyProfile profile = profile_of_bias(s, grid_over(s));
  std::string csv = file.variable + ",free_energy_eV\n";
  for (std::size_t k = 0; k < profile.grid.points; ++k) csv += fmt::format("{:.6g},{:.6g}\n", profile.grid.at(k), profile.energy[k]);
  if (!request.write.empty()) return write_text_file(request.write, csv);
  std::fwrite(csv.data(), 1, csv.size(), stdout);
}

}  // namespace glasscape
