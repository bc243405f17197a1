#include "LargePages.h"

#include <llvm/Support/Alignment.h>

#include <cstdlib>

#include <malloc.h>
#include <sys/mman.h>

namespace {

constexpr size_t kLargePage = 2u << 20;
constexpr size_t kHeap = 12 * kLargePage;
constexpr size_t kLargestThreshold = 32u << 20; // glibc takes no more

} // namespace

void whistler::tools::useLargePages() {
  // One heap that grows and does not shrink, in place of a mapping for each
  // large block.
  mallopt(M_MMAP_THRESHOLD, kLargestThreshold);
  mallopt(M_TRIM_THRESHOLD, 2 * kHeap);
  void *heap = std::malloc(kHeap);
  if (!heap)
    return;
  const auto start =
      llvm::alignTo(reinterpret_cast<uintptr_t>(heap), kLargePage);
  const auto end = reinterpret_cast<uintptr_t>(heap) + kHeap;
  // Advice: a kernel that does not take it leaves small pages.
  madvise(reinterpret_cast<void *>(start), (end - start) & ~(kLargePage - 1),
          MADV_HUGEPAGE);
  std::free(heap);
}
