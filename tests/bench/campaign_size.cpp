// A run folder as a large campaign leaves it, made up, and how long the program takes to read it.
// Usage: campaign_size GLASSCAPE FOLDER [--events 1000000] [--basins 100000] [--atoms 100] [--tasks-of 100] [VERB ...]
//   --tasks-of   searches in a task
//   verbs        of glasscape, run on the folder one after the other with their wall time and largest resident memory; status digest merge report unless named
// The landscape: basin k is a glass in which eight atoms near one of them lie elsewhere, its energy is spread over 20 eV; every basin has saddles to 250 others, of which
// a search finds one, those with small numbers more often; a search in ten fails. A thousand searches start from each of the first basins. A quench is off by 1e-3 A and 1e-5 eV.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <map>
#include <set>

#include "apps/starts.hpp"
#include "md/structure_io.hpp"
#include "md/support/text.hpp"

using namespace glasscape;

namespace {

constexpr std::int64_t searches_of_basin = 1000;
constexpr std::uint64_t neighbours = 250;

struct Size {
  std::int64_t events = 1'000'000, basins = 100'000, atoms = 100, tasks_of = 100;
};

/// A random number that a few integers name.
Rng named(std::string_view what, std::uint64_t a, std::uint64_t b = 0) { return {a, stream_of(fmt::format("{} {}", what, b))}; }

class Landscape {
 public:
  explicit Landscape(const Size& size) : basins_(static_cast<std::uint64_t>(size.basins)) {
    const auto edge = static_cast<Eigen::Index>(std::ceil(std::cbrt(static_cast<double>(size.atoms))));
    auto species = std::make_shared<Species>(Species{elements_named({"Cu"}), std::vector<int>(static_cast<std::size_t>(size.atoms), 0)});
    glass_.species = species;
    glass_.cell = Cell(spacing * static_cast<double>(edge) * Matrix3d::Identity(), {true, true, true}, Vector3d::Zero());
    glass_.positions.resize(3, size.atoms);
    Rng rng = named("glass", 0);
    for (Eigen::Index i = 0; i < size.atoms; ++i) glass_.positions.col(i) << spacing * static_cast<double>(i % edge), spacing * static_cast<double>(i / edge % edge), spacing * static_cast<double>(i / (edge * edge));
    for (double& x : glass_.positions.reshaped()) x += 0.4 * (rng.uniform() - 0.5);
  }

  const Configuration& glass() const { return glass_; }
  double energy(std::uint64_t basin) const { return basin == 0 ? 0.0 : 0.05 + 20.0 * named("energy", basin).uniform(); }
  Positions positions(std::uint64_t basin) const { return displaced(glass_.positions, basin == 0 ? 0.0 : 0.7, named("atoms", basin)); }

  /// The basin behind the saddle that a search finds.
  std::uint64_t found_from(std::uint64_t basin, Rng& rng) const {
    const double u = rng.uniform();
    const auto number = static_cast<std::uint64_t>(static_cast<double>(neighbours) * u * u);
    return named("neighbour", basin, number).below(basins_);
  }
  SaddleFound saddle(const EventRef& from, std::uint64_t basin, std::uint64_t other, Rng& rng) const {
    const auto [low, high] = std::minmax(basin, other);
    const Positions start = positions(basin), end = positions(other);
    SaddleFound s;
    s.from = from;
    s.centre = static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(glass_.atoms())));
    s.saddle = noisy(displaced(0.5 * (start + end), 0.3, named("saddle", low, high)), rng);
    s.energy = std::max(energy(basin), energy(other)) + 0.2 + 1.5 * named("barrier", low, high).uniform() + 1e-5 * rng.normal();
    s.fmax = 1e-3;
    s.curvature = -1.0 - rng.uniform();
    s.next_curvature = 0.1;
    s.mode = noisy(s.saddle - start, rng).normalized();
    s.back_energy = energy(basin);
    s.back_distance = 0.01;
    s.end = noisy(end, rng);
    s.end_energy = energy(other) + 1e-5 * rng.normal();
    s.end_fmax = 1e-3;
    s.force_calls = 300 + static_cast<std::int64_t>(rng.below(400));
    return s;
  }

 private:
  static constexpr double spacing = 2.5;  // Angstrom

  /// Eight atoms near one moved by about `far`, all others by a tenth of it at most.
  Positions displaced(Positions x, double far, Rng rng) const {
    const Vector3d centre = x.col(static_cast<Eigen::Index>(rng.below(static_cast<std::uint64_t>(x.cols()))));
    std::vector<std::pair<double, Eigen::Index>> near;
    for (Eigen::Index i = 0; i < x.cols(); ++i) near.emplace_back(glass_.cell.nearest(x.col(i) - centre).norm(), i);
    std::sort(near.begin(), near.end());
    for (std::size_t k = 0; k < near.size(); ++k) x.col(near[k].second) += (k < 8 ? far : 0.1 * far) * Vector3d(rng.uniform() - 0.5, rng.uniform() - 0.5, rng.uniform() - 0.5);
    return x;
  }
  static Positions noisy(Positions x, Rng& rng) {
    for (double& value : x.reshaped()) value += 1e-3 * rng.normal();
    return x;
  }

  std::uint64_t basins_;
  Configuration glass_;
};

/// A stage that starts from so many basins.
std::string stage_text(const std::string& name, const std::string& from, std::int64_t basins, std::int64_t tasks_of) {
  return fmt::format("\n[[stage]]\nname = \"{}\"\ntype = \"art\"\nfrom = \"{}\"\nbasins = {}\nsearches = {}\nsteps_per_task = {}\n", name, from, basins, searches_of_basin, tasks_of);
}

/// The second stage can start from the basins that the first has found, fewer than `neighbours`; the third from the many that the second has found.
std::string study_text(const Size& size) {
  const std::int64_t starts = size.events / searches_of_basin, second = std::min<std::int64_t>(starts - 1, neighbours - 50);
  std::string text = fmt::format(
      "# {} made-up searches, see tests/bench/campaign_size.cpp. The potential is next to nothing, so that every structure is a minimum.\n"
      "[study]\nname = \"Made up\"\nfolder = \"made_up.run\"\nseed = 1\n\n[potential]\ntype = \"lj\"\nepsilon = \"1e-9 eV\"\nsigma = \"2 A\"\ncutoff = \"3.5 A\"\n\n"
      "[[stage]]\nname = \"glass\"\ntype = \"structure\"\nfile = \"glass.xyz\"\n\n"
      "[[stage]]\nname = \"first\"\ntype = \"art\"\nsearches = {}\nsteps_per_task = {}\n",
      size.events, searches_of_basin, size.tasks_of);
  if (second > 0) text += stage_text("second", "first", second, size.tasks_of);
  if (starts - 1 > second) text += stage_text("third", "second", starts - 1 - second, size.tasks_of);
  return text;
}

/// Writes the shards of the study, and remembers which basin a fact stands for.
class Campaign {
 public:
  Campaign(const Size& size, const Study& study) : landscape_(size), size_(size), study_(study), store_(study.folder) {}

  void write() {
    const std::string glass = study_.task_id(study_.stages[0], 0);
    write(glass, {BasinFound{landscape_.glass(), 0.0, 1e-6, 1}});
    basin_of_[{glass, 0}] = 0;
    for (std::size_t k = 1; k < study_.stages.size(); ++k) search(study_.stages[k]);
  }

 private:
  void search(const StudyStage& stage) {
    const std::vector<NamedBasin> starts = starts_of(study_, store_, stage);
    const std::int64_t tasks_of_basin = searches_of_basin / size_.tasks_of;
    for (std::int64_t task = 0; task < stage.stage->tasks(); ++task) {
      const auto start = static_cast<std::size_t>(task / tasks_of_basin);
      const std::string id = study_.task_id(stage, task);
      Events events;
      if (start < starts.size()) events = searched(id, starts[start].ref, static_cast<std::uint64_t>(task));
      write(id, std::move(events));
    }
  }

  Events searched(const std::string& id, const EventRef& from, std::uint64_t task) {
    const std::uint64_t basin = basin_of_.at(from);
    Rng rng = named("task", task, basin);
    Events events;
    for (std::int64_t k = 0; k < size_.tasks_of; ++k) {
      if (rng.below(10) == 0) {
        events.push_back(SearchFailed{from, 1, "not-connected", "neither side came back to the start", landscape_.energy(basin) + 1.0, 500});
        continue;
      }
      const std::uint64_t other = landscape_.found_from(basin, rng);
      basin_of_[{id, k}] = other;
      events.push_back(landscape_.saddle(from, basin, other, rng));
    }
    return events;
  }

  void write(const std::string& id, Events events) {
    store_.write({id, {.study = study_.text, .study_name = study_.name, .seed = study_.seed}, {.host = "made-up", .wall_seconds = 1.0}, std::move(events)});
  }

  Landscape landscape_;
  Size size_;
  const Study& study_;
  Store store_;
  std::map<EventRef, std::uint64_t> basin_of_;
};

double seconds_since(std::chrono::steady_clock::time_point begin) { return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count(); }

/// Wall seconds, processor seconds and MB of one verb.
void measure(const std::string& program, const std::string& verb, const std::string& study) {
  const auto begin = std::chrono::steady_clock::now();
  const pid_t child = ::fork();
  if (child == 0) {
    ::execl(program.c_str(), program.c_str(), verb.c_str(), study.c_str(), static_cast<char*>(nullptr));
    ::_exit(127);
  }
  int status = 0;
  rusage used{};
  ::wait4(child, &status, 0, &used);
  const double processor = static_cast<double>(used.ru_utime.tv_sec + used.ru_stime.tv_sec);
  std::printf("%-8s %8.1f s wall %8.0f s processor %8.0f MB, exit code %d\n", verb.c_str(), seconds_since(begin), processor, static_cast<double>(used.ru_maxrss) / 1024.0, WEXITSTATUS(status));
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return std::fprintf(stderr, "campaign_size: GLASSCAPE and FOLDER are missing; see the head of campaign_size.cpp\n"), 2;
  const std::string program = std::filesystem::absolute(argv[1]), folder = argv[2], study_file = folder + "/study.toml";
  Size size;
  const std::map<std::string, std::int64_t*> options{{"--events", &size.events}, {"--basins", &size.basins}, {"--atoms", &size.atoms}, {"--tasks-of", &size.tasks_of}};
  std::vector<std::string> verbs;
  for (int k = 3; k < argc; ++k)
    if (const auto option = options.find(argv[k]); option == options.end())
      verbs.push_back(argv[k]);
    else if (++k < argc)
      *option->second = to_integer(argv[k]).value_or(*option->second);
  if (verbs.empty()) verbs = {"status", "digest", "merge", "report"};
  if (!std::filesystem::exists(study_file)) {
    std::filesystem::create_directories(folder);
    write_structure(folder + "/glass.xyz", {Landscape(size).glass(), {}});
    write_text_file(study_file, study_text(size));
    const auto begin = std::chrono::steady_clock::now();
    const Study study = read_study(study_file, builtin_plugins(), {}, folder + "/made_up.run");
    Campaign(size, study).write();
    std::printf("made %lld events of %lld basins and %lld atoms in %.0f s\n", static_cast<long long>(size.events), static_cast<long long>(size.basins), static_cast<long long>(size.atoms), seconds_since(begin));
  }
  std::filesystem::current_path(folder);
  for (const std::string& verb : verbs) measure(program, verb, "study.toml");
}
