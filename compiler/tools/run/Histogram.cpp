// Power-of-two histograms as bars. The buckets between the first and the last
// that hold something are all shown, so that gaps are seen.
#include "Histogram.h"

#include "../TextTable.h"

namespace whistler::tools {

namespace {

constexpr unsigned kDefaultBar = 40, kLeastBar = 10, kColumnsBeforeBar = 50;

/// 1024 as 1K, exact powers only; others as they are.
std::string shortNumber(uint64_t value) {
  constexpr const char *kSuffixes[] = {"", "K", "M", "G", "T", "P", "E"};
  unsigned suffix = 0;
  while (value >= 1024 && value % 1024 == 0 && suffix < 6) {
    value /= 1024;
    ++suffix;
  }
  return std::to_string(value) + kSuffixes[suffix];
}

std::string rangeOf(uint64_t bucket) {
  if (bucket == 0)
    return "[0, 2)";
  std::string low = shortNumber(uint64_t(1) << bucket);
  return bucket == 63 ? "[" + low + ", ...)"
                      : "[" + low + ", " +
                            shortNumber(uint64_t(1) << (bucket + 1)) + ")";
}

} // namespace

void printLog2Histogram(const std::map<uint64_t, uint64_t> &counts,
                        unsigned width, llvm::raw_ostream &os) {
  uint64_t most = 0, first = kMostBuckets, last = 0;
  for (auto [bucket, count] : counts) {
    if (count == 0 || bucket >= kMostBuckets)
      continue;
    most = std::max(most, count);
    first = std::min(first, bucket);
    last = std::max(last, bucket);
  }
  if (most == 0)
    return;
  unsigned bar = width == 0 ? kDefaultBar
                 : width > kColumnsBeforeBar + kLeastBar
                     ? std::min(kDefaultBar, width - kColumnsBeforeBar)
                     : kLeastBar;
  TextTable table;
  table.indent = "  ";
  table.columns = {Align::Left, Align::Right, Align::Left};
  for (uint64_t bucket = first; bucket <= last; ++bucket) {
    auto found = counts.find(bucket);
    uint64_t count = found == counts.end() ? 0 : found->second;
    auto stars = unsigned(double(count) / double(most) * bar + 0.5);
    if (count && !stars)
      stars = 1;
    table.rows.push_back(
        {rangeOf(bucket), std::to_string(count),
         "|" + std::string(stars, '@') + std::string(bar - stars, ' ') + "|"});
  }
  table.print(os, width);
}

} // namespace whistler::tools
