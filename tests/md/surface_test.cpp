#include "md/surface.hpp"

#include <catch2/catch.hpp>

#include "md/blocks.hpp"
#include "tests/support/systems.hpp"

using namespace glasscape;
using namespace glasscape::test;

TEST_CASE("an atom that is nowhere gives no energy, not one without it") {
  const auto law = potential("eam-alloy:Cu_mishin1.eam.alloy");
  const Configuration frame = sample(law);
  Surface surface(law, frame);
  for (const double nowhere : {std::nan(""), -std::numeric_limits<double>::infinity(), 1e12}) {
    Positions x = frame.positions;
    x(1, 3) = nowhere;
    const Evaluation at = surface.evaluate(x);
    CHECK(std::isnan(at.energy));
    CHECK(std::isnan(fmax(at.forces)));
  }
  CHECK(std::isfinite(surface.evaluate(frame.positions).energy));
}

TEST_CASE("what a block of atoms throws reaches the caller, for any number of threads") {
  for (const int threads : {1, 2}) {
    int done = 0;
    const auto work = [&](std::size_t b) {
      if (b == 5) throw std::bad_alloc();
#pragma omp atomic
      ++done;
    };
    CHECK_THROWS_AS(for_each_block(8, threads, work), std::bad_alloc);
    CHECK(done == 7);
  }
}
