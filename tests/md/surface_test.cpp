#include "md/surface.hpp"

#include <catch2/catch.hpp>

#include "md/blocks.hpp"
#include "tests/support/systems.hpp"

using namespace glasscape;
using namespace glasscape::test;

TEST_CASE("a surface can be made where an atom is so far out that its images cannot be counted, and says that it has no energy") {
  Configuration c = fcc(4.0, 3, elements_named({"Ar"}));
  for (const double far : {1e12, -1e12}) {
    c.positions(0, 5) = far;
    Surface surface(potential("lj:epsilon=0.01,sigma=3.4"), c);
    CHECK(std::isnan(surface.evaluate(c.positions).energy));
  }
}

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
