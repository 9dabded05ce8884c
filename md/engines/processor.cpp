#include "md/engines/processor.hpp"

#include <algorithm>

#include "md/blocks.hpp"
#include "md/surface.hpp"

namespace glasscape {
namespace {

class ProcessorReplicas final : public Replicas {
 public:
  ProcessorReplicas(const std::shared_ptr<const Potential>& potential, const Configuration& frame, Eigen::Index count, int threads)
      : atoms_(frame.atoms()), groups_(static_cast<std::size_t>(std::min<Eigen::Index>(count, threads))) {
    const int inside = groups_ == 1 ? threads : 1;
    std::vector<std::shared_ptr<Workspace>> workspaces;
    for (std::size_t g = 0; g < groups_; ++g) workspaces.emplace_back(potential->workspace());
    surfaces_.reserve(static_cast<std::size_t>(count));
    for (Eigen::Index r = 0; r < count; ++r)
      surfaces_.emplace_back(potential, frame, Surface::Options{.threads = inside, .workspace = workspaces[static_cast<std::size_t>(r) % groups_]});
  }

  void evaluate(const Positions& x, Want want, ReplicaEvaluation& out) override {
    if (x.cols() != count() * atoms_) throw Error("replicas: {} columns of positions, expected {} replicas of {} atoms", x.cols(), count(), atoms_);
    want.per_atom = false;
    out.energy.resize(count());
    out.forces.resize(3, x.cols());
    out.virial.resize(want.virial ? surfaces_.size() : 0);
    for_each_block(groups_, static_cast<int>(groups_), [&](std::size_t group) {  // whose replicas share a workspace
      for (std::size_t r = group; r < surfaces_.size(); r += groups_) {
        const Eigen::Index from = static_cast<Eigen::Index>(r) * atoms_;
        const Evaluation at = surfaces_[r].evaluate(x.middleCols(from, atoms_), want);
        out.energy[static_cast<Eigen::Index>(r)] = at.energy;
        out.forces.middleCols(from, atoms_) = at.forces;
        if (want.virial) out.virial[r] = at.virial;
      }
    });
  }
  Eigen::Index count() const override { return static_cast<Eigen::Index>(surfaces_.size()); }
  Eigen::Index atoms() const override { return atoms_; }

 private:
  Eigen::Index atoms_;
  std::size_t groups_;  // of replicas, each a thread's
  std::vector<Surface> surfaces_;
};

}  // namespace

ProcessorEngine::Options ProcessorEngine::read(Input& in) {
  return {.threads = static_cast<int>(in.count("threads", 1, "threads that share the replicas, or the atoms of one", positive))};
}

std::unique_ptr<Replicas> ProcessorEngine::replicas(std::shared_ptr<const Potential> potential, const Configuration& frame, Eigen::Index count) const {
  if (count < 1) throw InputError("replicas: got {}, expected 1 or more", count);
  return std::make_unique<ProcessorReplicas>(potential, frame, count, options_.threads);
}

}  // namespace glasscape
