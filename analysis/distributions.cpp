#include "analysis/distributions.hpp"

#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/fisher_f.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>

namespace glasscape {

namespace law = boost::math;

double normal_cdf(double z) { return cdf(law::normal(), z); }

double normal_two_sided(double level) { return quantile(law::normal(), 0.5 + 0.5 * level); }

double student_two_sided(double freedom, double level) {
  return quantile(law::students_t(freedom), 0.5 + 0.5 * level);
}

double student_beyond(double freedom, double t) { return 2 * cdf(complement(law::students_t(freedom), t)); }

double chi_squared_quantile(double freedom, double chance) { return quantile(law::chi_squared(freedom), chance); }

double chi_squared_above(double freedom, double value) {
  return cdf(complement(law::chi_squared(freedom), value));
}

double fisher_above(double freedom, double freedom_below, double value) {
  return cdf(complement(law::fisher_f(freedom, freedom_below), value));
}

}  // namespace glasscape
