// The activation-relaxation technique as a sampler: each step is one search from the start basin, around one centre.
#pragma once

#include "samplers/local_search.hpp"
#include "samplers/sampler.hpp"

namespace glasscape {

class Art final : public Sampler {
 public:
  static constexpr Plugin about{"art", "saddles by activation-relaxation from one basin", "", "searches=4,around=all", 18};

  /// What a search pushes first.
  enum class Displacement {
    random,  // all atoms near the centre, each its own way
    inward   // the centre, towards the middle of the atoms near it or away from there: keeps a symmetry that there is
  };
  struct Options {
    std::int64_t searches;
    std::string around;               // an element, or "all"
    std::vector<long long> centres;   // atoms, from 0; empty: all of `around`
    double radius;                    // Angstrom: atoms this near to the centre are pushed
    Displacement displacement;
    double soft_radius;               // Angstrom: atoms whose soft mode is followed
    SaddleSearch search;
    LocalSearch regions;
  };
  static Options read(Input& in);

  explicit Art(Options options) : options_(std::move(options)) {}

  /// One search: a SaddleFound when connected, a SearchFailed otherwise.
  Events step(Run& run) override;
  std::int64_t steps() const override { return options_.searches; }
  std::string unit() const override { return "searches"; }
  void check_start(const Species& start, const Input& in) const override;

 private:
  std::vector<Eigen::Index> candidates(const Species& species) const;
  Eigen::Index draw_centre(Run& run) const;
  Positions draw_displacement(Run& run, Eigen::Index centre) const;
  Positions draw_direction(Run& run, Eigen::Index centre) const;

  Options options_;
};

}  // namespace glasscape
