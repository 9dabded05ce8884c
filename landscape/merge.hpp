// The landscape of a run as flat tables in one HDF5 file, for h5py and its kin. A cache: made from the shards
// alone, the same bytes for the same facts and test, so it may be deleted and made again at any time.
// Columns: docs/store.md.
#pragma once

#include <string>

#include "landscape/same_basin.hpp"
#include "landscape/store.hpp"

namespace glasscape {

/// Replays the store and writes basins, saddles and the balance of the searches; an older file is replaced in
/// one step. Throws as Store::read, and WriteError (the older file survives).
void merge(const Store& store, const std::string& path, const SameBasin& options = {});

}  // namespace glasscape
