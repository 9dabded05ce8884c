// The facts of a shard as tables: facts of one kind whose arrays have equal lengths share a table with one row each, in the order found. A hundred
// saddles of one glass are fourteen columns then, not fourteen hundred datasets, and a column is read as one array. The layout is in docs/store.md.
#pragma once

#include "landscape/event.hpp"
#include "landscape/hdf5.hpp"

namespace glasscape {

/// Writes one group per table, "000", "001", ... in the order of their first facts. Throws WriteError.
void write_tables(Hdf5Group& tables, const Events& events);

/// The facts in the order in which they were found. Throws FormatError for a table that is not whole, facts of unknown kinds, numbers that are not those of
/// all facts, each once, and more facts than the bytes of the file can tell of.
Events read_tables(const Hdf5Group& tables);

}  // namespace glasscape
