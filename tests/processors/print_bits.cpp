// Prints energies, and a number made of every bit of the forces, of laws that need no function of the C library (whose exp differs
// between processors in its last bit), to be compared between processors.
#include <cstdio>
#include <cstring>

#include "md/surface.hpp"
#include "tests/support/systems.hpp"

using namespace glasscape;
using namespace glasscape::test;

namespace {

std::uint64_t bits_of(const double* numbers, Eigen::Index count) {  // FNV-1a
  std::uint64_t hash = 14695981039346656037ULL;
  for (Eigen::Index k = 0; k < count; ++k) {
    unsigned char bytes[sizeof(double)];
    std::memcpy(bytes, numbers + k, sizeof bytes);
    for (const unsigned char byte : bytes) hash = (hash ^ byte) * 1099511628211ULL;
  }
  return hash;
}

}  // namespace

int main() {
  for (const char* text : {"eam-fs:CuZr_mm.eam.fs", "eam-alloy:Cu_mishin1.eam.alloy", "lj:epsilon=0.4,sigma=2.3,cutoff=5.5,truncation=smoothed",
                           "kob-andersen:epsilon=0.4,sigma=2.3,truncation=force-shifted"}) {
    const auto law = potential(text);
    Configuration c = repeated(sample(law), {2, 2, 2});
    c.positions = (1e6 * c.positions).array().round() / 1e6;  // without the last bits, which random displacements have from the C library
    for (const bool mixed : {false, true}) {
      Surface surface(law, c, {.mixed = mixed});
      const Evaluation at = surface.evaluate(c.positions, {.virial = true, .per_atom = true});
      std::printf("%s %s: %a, forces %016llx, virials %016llx\n", text, mixed ? "mixed" : "double", at.energy, static_cast<unsigned long long>(bits_of(at.forces.data(), at.forces.size())),
                  static_cast<unsigned long long>(bits_of(at.atom_virial.data(), at.atom_virial.size())));
    }
  }
}
