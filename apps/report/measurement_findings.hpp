// What measurements of relaxation say: a spectrum of relaxation times for each sample and temperature, its peaks, what they are as zones
// or steps or losses, the usual forms beside them, and what temperatures and ages have in common. Times in s, temperatures in K.
#pragma once

#include "analysis/empirical_fits.hpp"
#include "analysis/linear_solid.hpp"
#include "analysis/master_curve.hpp"
#include "analysis/spectrum_peaks.hpp"
#include "analysis/two_step_relaxation.hpp"
#include "analysis/zone_ladder.hpp"
#include "apps/measurement.hpp"

namespace glasscape {

/// Measurements of one sample in one state: they share a spectrum.
struct MeasuredState {
  std::string name;                     // "298 K, aged 1.9e+06 s", or that of the files
  std::optional<double> temperature, aged;
  std::string quantity, unit;           // of the first
  bool relative = false;                // of all: strain over elastic strain
  std::vector<ResponseData> sets;
  RelaxationSpectrum spectrum;
  std::vector<Estimate> band;
  SpectrumPeaks peaks;
  int maxima = 0;                       // of the curve
  std::optional<ZoneLadder> zones;
  /// Modulus over the first one, of strain over elastic strain or of stress; in units of the data, of moduli, less what is elastic without a storage.
  std::optional<Relaxation> relaxation;
  std::optional<StretchedFit> stretched;
  std::optional<HavriliakNegamiFit> havriliak_negami;
  std::optional<StressDecay> decay;     // of stress
  std::optional<LossPeak> loss_peak;
  std::vector<std::string> doubts;
};

/// ln tau over 1/kT of one process seen at several temperatures.
struct ProcessOverTemperature {
  std::string name;
  std::vector<double> temperatures;
  std::vector<Estimate> tau;
  ThermalActivation line;
};

struct MeasurementFindings {
  std::string name, composition;
  std::vector<MeasuredState> states;
  std::optional<MasterCurve> master_curve;             // of moduli at several temperatures
  std::vector<ProcessOverTemperature> processes;       // the first step of stress, the peak of loss
  std::optional<TransformationStrain> transformation;  // of bends beyond the linear range, with the zones of the first state that has some
  std::vector<BendingDatum> bends;
  std::vector<std::string> doubts;
};

MeasurementFindings measurement_findings(const Experiment& experiment);

}  // namespace glasscape
