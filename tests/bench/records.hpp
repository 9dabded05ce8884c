// What a benchmark measured, as a table for people and as JSON for programs.
// Rivals are timed in turn, A B A B ..., so that a machine whose speed drifts slows both; what is quoted is the median of the
// rounds, and of the ratio the least and the largest round beside it.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace glasscape::bench {

struct Record {
  std::string engine;     // "glasscape", "lmp", "lmp -sf opt"
  std::string quantity;   // "dynamics", "force error"
  long atoms = 0;
  int threads = 1;
  std::string precision;  // "double", "mixed"
  std::string unit;
  std::vector<double> rounds;

  double median() const;
};

struct Engine {
  std::string name, precision;
  std::function<double()> measure;  // one round
};

/// The engines in turn, round after round.
std::vector<Record> in_turn(const std::string& quantity, const std::string& unit, long atoms, int threads, const std::vector<Engine>& engines, int rounds);

/// One row each, and how many times the last of them, round by round, with the least and the largest.
void print(const std::vector<Record>& records);
std::string to_json(const std::vector<Record>& records);
/// Processor model, cores, instruction set, compiler.
std::string machine();

}  // namespace glasscape::bench
