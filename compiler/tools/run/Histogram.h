#ifndef WHISTLER_TOOLS_HISTOGRAM_H
#define WHISTLER_TOOLS_HISTOGRAM_H

#include <llvm/Support/raw_ostream.h>

#include <map>
#include <string>

namespace whistler::tools {

/// Counts by floor(log2(value)), drawn as bars. Bucket 0 holds 0 and 1.
/// `width` is the terminal's, 0 for the default.
void printLog2Histogram(const std::map<uint64_t, uint64_t> &counts,
                        unsigned width, llvm::raw_ostream &os);

/// Largest bucket that makes sense.
constexpr uint64_t kMostBuckets = 64;

} // namespace whistler::tools

#endif
