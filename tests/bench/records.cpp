#include "tests/bench/records.hpp"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

namespace glasscape::bench {
namespace {

double middle(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t n = values.size();
  return n % 2 == 1 ? values[n / 2] : 0.5 * (values[n / 2 - 1] + values[n / 2]);
}

/// "1.23 (1.20 to 1.30)" times the last.
std::string times(const Record& record, const Record& last) {
  std::vector<double> ratios;
  for (std::size_t k = 0; k < record.rounds.size(); ++k) ratios.push_back(record.rounds[k] / last.rounds[k]);
  const auto [least, largest] = std::minmax_element(ratios.begin(), ratios.end());
  char text[80];
  std::snprintf(text, sizeof text, "%.2f (%.2f to %.2f) times", middle(ratios), *least, *largest);
  return text;
}

}  // namespace

double Record::median() const { return middle(rounds); }

std::vector<Record> in_turn(const std::string& quantity, const std::string& unit, long atoms, int threads, const std::vector<Engine>& engines, int rounds) {
  std::vector<Record> records;
  for (const Engine& engine : engines) records.push_back({engine.name, quantity, atoms, threads, engine.precision, unit, {}});
  for (int round = 0; round < rounds; ++round)
    for (std::size_t k = 0; k < engines.size(); ++k) records[k].rounds.push_back(engines[k].measure());
  return records;
}

void print(const std::vector<Record>& records) {
  for (const Record& r : records) {
    const bool alone = records.size() == 1 || &r == &records.back() || r.unit != records.back().unit;
    std::printf("%-22s %7ld atoms %d thread%s  %-12s %-9s %12.5g %-12s %s\n", r.quantity.c_str(), r.atoms, r.threads, r.threads == 1 ? " " : "s", r.engine.c_str(), r.precision.c_str(),
                r.median(), r.unit.c_str(), alone ? "" : times(r, records.back()).c_str());
  }
  std::fflush(stdout);
}

std::string to_json(const std::vector<Record>& records) {
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  for (const Record& r : records) {
    const auto [least, largest] = std::minmax_element(r.rounds.begin(), r.rounds.end());
    json.push_back({{"engine", r.engine}, {"quantity", r.quantity}, {"atoms", r.atoms}, {"threads", r.threads}, {"precision", r.precision},
                    {"value", r.median()}, {"least", *least}, {"largest", *largest}, {"unit", r.unit}});
  }
  return json.dump(2) + "\n";
}

std::string machine() {
  std::ifstream info("/proc/cpuinfo");
  std::string model = "unknown processor", instructions = "";
  for (std::string line; std::getline(info, line);) {
    if (line.rfind("model name", 0) == 0) model = line.substr(line.find(':') + 2);
    if (line.rfind("flags", 0) == 0) instructions = line.find("avx512f") != std::string::npos ? "AVX-512" : line.find("avx2") != std::string::npos ? "AVX2" : "";
  }
  return model + ", " + std::to_string(std::thread::hardware_concurrency()) + " cores, " + instructions + ", compiler " __VERSION__;
}

}  // namespace glasscape::bench
