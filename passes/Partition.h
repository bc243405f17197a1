#ifndef WHISTLER_PASSES_PARTITION_H
#define WHISTLER_PASSES_PARTITION_H

#include <llvm/ADT/STLFunctionalExtras.h>

#include <cstddef>
#include <optional>
#include <vector>

namespace whistler::passes {

/// What things `first` to `end` - 1 cost as one part; nothing when they can't
/// be one part, nor can any longer part with the same end.
using PartCost =
    llvm::function_ref<std::optional<double>(size_t first, size_t end)>;

/// Where the parts of the cheapest way to cut a row of `count` things into
/// parts end, ascending; the last is `count`. By dynamic programming over
/// prefixes: count² questions at most. A part of one thing must have a cost.
/// Of equally cheap ways, the one with the longest last part.
std::vector<size_t> cheapestPartition(size_t count, PartCost cost);

} // namespace whistler::passes

#endif
