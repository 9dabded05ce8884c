// What is known of a surface around one place, made when it is first asked for and kept for all who ask for the same again: of all searches
// from one start. Surfaces that are alike in all but threads (potential, atoms, cell, frozen coordinates, surroundings, skin, precision) may share it, each in a thread of its own: the first that asks makes a model, the
// others wait for it. Who asks for another place makes anew, and takes the place of, what was kept.
#pragma once

#include <memory>
#include <mutex>

#include "md/configuration.hpp"

namespace glasscape {

class ElasticNetwork;
class Medium;

template <typename Model>
class Kept {
 public:
  /// The model at x, which `make` makes unless it is that of the place asked for last; it may make nothing.
  template <typename Make>
  std::shared_ptr<const Model> at(const Positions& x, Make make) {
    const std::lock_guard lock(mutex_);
    if (at_.cols() != x.cols() || at_ != x) {
      model_.reset();  // before there is another: it is large
      at_.resize(3, 0);
      model_ = make();
      at_ = x;
    }
    return model_;
  }

 private:
  std::mutex mutex_;
  Positions at_ = Positions(3, 0);
  std::shared_ptr<const Model> model_;
};

struct Models {
  Kept<ElasticNetwork> network;
  Kept<Medium> medium;
};

}  // namespace glasscape
