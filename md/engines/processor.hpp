// Replicas on the processor: a surface for each. Threads share the replicas out among them, and the atoms
// of the one replica where there is no other; never both.
#pragma once

#include "md/replicas.hpp"

namespace glasscape {

class ProcessorEngine final : public Engine {
 public:
  static constexpr Plugin about{"processor", "replicas on the processor, by threads across them", "threads", "threads=2"};
  struct Options {
    int threads = 1;
  };
  static Options read(Input& in);

  explicit ProcessorEngine(Options options) : options_(options) {}
  std::unique_ptr<Replicas> replicas(std::shared_ptr<const Potential> potential, const Configuration& frame, Eigen::Index count) const override;

 private:
  Options options_;
};

}  // namespace glasscape
