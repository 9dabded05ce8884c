// Quantiles and tails of the distributions that intervals and tests are made of, from Boost.Math, which is long to
// compile and therefore is included in one place. Levels and chances are between 0 and 1.
#pragma once

namespace glasscape {

double normal_cdf(double z);
/// The z that a standard normal number exceeds in neither direction with the chance `level`: 1.96 for 0.95.
double normal_two_sided(double level);
/// The same of Student's t.
double student_two_sided(double freedom, double level);
/// The chance to be farther from 0 than `t` in either direction.
double student_beyond(double freedom, double t);
double chi_squared_quantile(double freedom, double chance);
/// Chance of a larger value.
double chi_squared_above(double freedom, double value);
double fisher_above(double freedom, double freedom_below, double value);

}  // namespace glasscape
