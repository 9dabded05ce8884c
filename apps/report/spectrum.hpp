// Barriers as a distribution, as several sections of a report show them. eV.
#pragma once

#include <optional>
#include <vector>

#include "analysis/arrhenius.hpp"
#include "analysis/barrier_spectrum.hpp"
#include "analysis/effective_barriers.hpp"
#include "apps/report/svg.hpp"
#include "apps/study.hpp"

namespace glasscape {

struct Spectrum {
  std::vector<double> barriers;
  Summary summary;
  Histogram histogram;
  std::optional<LogNormalFit> fit;
};

/// Throws InputError for no barriers or one that is not finite. The law is fitted to barriers as independent.
Spectrum spectrum_of(std::vector<double> barriers, Rng& rng, const Bootstrap& options = {});
/// A histogram with the fitted law and the mean.
Figure spectrum_figure(const Spectrum& spectrum, std::string title);
/// Whether a straight line can be fitted to each of the three with its error.
bool all_have_errors(const std::vector<EffectiveBarriers>& barriers);
/// Parallel, sequential and effective barriers over temperature, and beside those of free energies a mean at 0 K.
Figure effective_figure(const std::vector<EffectiveBarriers>& barriers, const std::optional<Estimate>& at_zero = {});
/// Frequencies over 1/T between the bounds, with straight fits, and laws of others.
Figure arrhenius_figure(const Arrhenius& arrhenius, const std::vector<PublishedLaw>& published);

}  // namespace glasscape
