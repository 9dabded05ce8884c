#include "landscape/facts_hash.hpp"

#include "landscape/canonical_bytes.hpp"
#include "md/support/hash.hpp"

namespace glasscape {

std::string facts_hash(const Events& events) {
  Sha256 hash;
  hash.add("glasscape-facts-1");
  for (const Event& event : events) hash.add(canonical_bytes(event));
  return hash.hex();
}

bool equal(const Event& a, const Event& b) { return canonical_bytes(a) == canonical_bytes(b); }

}  // namespace glasscape
