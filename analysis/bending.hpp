// Anelastic bending of a ribbon of shear transformation zones beyond the linear range (Atzmon, Ju and Lei, Materials 16, 7444 (2023),
// section 5): held around a mandrel, then free. In a layer at the height z over the half thickness, with the zones m of Eq. 1,
//   sigma = E0 (kappa z - sum_m gamma_m/sqrt(3)),   dgamma_m/dt = 2 c_m gamma_C nu_G exp(-dF_m/kT) sinh[s_m gamma_T Omega_m/2kT]
//   s_m = sigma/sqrt(3) - mu'_m gamma_m,   mu'_m = E'_m/3 = E0/(3 c_m)
// kappa: strain of the surface by the curvature, half thickness over radius, above 0; stress and strain positive in tension. kappa is fixed on the mandrel;
// free, it is that of no bending moment, int sigma z dz = 0. What is read off the curvature is an apparent strain: the elastic one is the
// springback, kappa on the mandrel less that just after; the anelastic one is kappa later on. Layers other than the surface are not at
// those strains once sinh is not linear.
// Uniaxial to shear by von Mises: shear stress sigma/sqrt(3), strain gamma/sqrt(3). Only this makes the tau = 3 eta'/E' of Eq. 3 the time of Eq. 1;
// the greatest shear stress, sigma/2, would be 13 % less inside the sinh, and gamma_T of a fit as much less.
// gamma_T cannot be changed alone: at given barriers 0.2 -> 0.17 makes the volumes 1.364 times as large (1.384 without the third term of
// Eq. 2), so that zones that differ by one Al atom for 0.2 differ by 1.36 for 0.17.
// Stiff: times from 1 s to 1e8 s. Integrated by RODAS3 (Sandu et al., Atmos. Environ. 31, 3459 (1997)), third order with an error estimate of second,
// L-stable; its linear systems are diagonal but for the stress that the zones of a layer share and the curvature that the layers share,
// and are solved as such in a time proportional to the number of unknowns. GPa, A^3, eV, s.
#pragma once

#include <string>
#include <vector>

#include "analysis/estimate.hpp"
#include "analysis/shear_transformation.hpp"

namespace glasscape {

struct Bending {
  double strain = 0;               // of the surface on the mandrel, thickness/(2 radius): elastic at first
  double loaded = 0;               // time on the mandrel, s
  std::vector<double> times;       // after release, s, ascending, from 0
};

struct BendingAccuracy {
  int layers = 6;                  // places of Gauss's rule on half the thickness
  double tolerance = 1e-6;         // error of a step, over the strain of a zone in equilibrium with the first stress
};

struct BendingRecovery {
  double elastic = 0;              // apparent, at the end of the load: the springback
  double released = 0;             // apparent anelastic strain just after it; with the elastic one, the strain on the mandrel
  std::vector<double> anelastic;   // apparent, at the times
  double nonlinearity = 0;         // greatest sinh(x)/x: of the largest zone, at the surface, at first
  int steps = 0;
};

/// Zones by their volumes and fractions. Throws InputError for no zones, fractions or volumes not above 0, a strain, load or accuracy not above
/// 0, and times that do not ascend from 0.
BendingRecovery bend(const ShearTransformation& law, const std::vector<Zone>& zones, const Bending& bending, const BendingAccuracy& accuracy = {});

/// Zones with the same times and fractions, and the volumes that these times have by this law.
std::vector<Zone> zones_by_time(const ShearTransformation& law, const std::vector<Zone>& zones);

struct BendingDatum {
  double elastic = 0, anelastic = 0;  // apparent: at the end of the load, at the time after it
  double error = 0;                   // standard error of the anelastic one; 0, of all of them: all errors are the same part of it
};

struct TransformationStrainOptions {
  double loaded = 2e6, time = 4e6;    // s, on the mandrel and free
  bool scale = false;                 // whether all fractions are multiplied by a number that is fitted too
  double least = 0.05, greatest = 0.6;  // strains that are tried
  double level = 0.95;
  BendingAccuracy accuracy{4, 1e-5};  // 1e-5 of the apparent strains, far below their scatter
};

struct TransformationStrain {
  Estimate strain;                    // gamma_T
  Estimate scale;                     // of the fractions; 1 without width if it was not fitted
  std::vector<Zone> zones;            // with the volumes of that strain
  double volume_ratio = 1;            // mean of their volumes over those that came in
  double noise = 0;                   // standard deviation over the error; over the anelastic strain when none is given
  double r_squared = 0;
  double nonlinearity = 1;            // greatest sinh(x)/x on the mandrel
  std::vector<std::string> doubts;
};

/// gamma_T of the data, by least squares. Zones keep their times, which the linear data tell, whatever gamma_T is. The temperature and the
/// moduli are the law's. Throws InputError as `bend`, for strains that are not above 0 and for errors that only some data have.
TransformationStrain fit_transformation_strain(const ShearTransformation& law, const std::vector<Zone>& zones, const std::vector<BendingDatum>& data, const TransformationStrainOptions& options = {});

}  // namespace glasscape
