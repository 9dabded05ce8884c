#include "apps/version.hpp"

#include <fmt/format.h>

#include <Eigen/Core>
#include <boost/version.hpp>

namespace glasscape {

std::string compiler_text() { return std::string("g++ ") + __VERSION__; }

std::string libraries_text() {
  return fmt::format("Eigen {}.{}.{}, Boost {}, fmt {}", EIGEN_WORLD_VERSION, EIGEN_MAJOR_VERSION, EIGEN_MINOR_VERSION,
                     BOOST_LIB_VERSION, FMT_VERSION);
}

}  // namespace glasscape
