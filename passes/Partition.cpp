// The cheapest partition of a row, for windows over a record's fields.
//
// Fields in the order of their offsets: what a read costs grows with the bytes
// between its first and last field, so among all ways to share reads there is
// a cheapest one whose shares are contiguous in this order (two shares that
// interleave can swap members and neither gets longer). That is what makes the
// optimum a matter of prefixes.

#include "Partition.h"

#include <algorithm>
#include <limits>

namespace whistler::passes {

std::vector<size_t> cheapestPartition(size_t count, PartCost cost) {
  std::vector<double> best(count + 1, std::numeric_limits<double>::infinity());
  std::vector<size_t> lastFirst(count + 1, 0);
  best[0] = 0;
  for (size_t end = 1; end <= count; ++end)
    for (size_t first = end; first-- != 0;) {
      std::optional<double> part = cost(first, end);
      if (!part)
        break;
      if (best[first] + *part > best[end])
        continue;
      best[end] = best[first] + *part;
      lastFirst[end] = first;
    }
  std::vector<size_t> ends;
  for (size_t end = count; end != 0; end = lastFirst[end])
    ends.push_back(end);
  std::reverse(ends.begin(), ends.end());
  return ends;
}

} // namespace whistler::passes
