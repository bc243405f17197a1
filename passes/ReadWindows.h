#ifndef WHISTLER_PASSES_READWINDOWS_H
#define WHISTLER_PASSES_READWINDOWS_H

#include "whistler/ir/Operations.h"

#include <llvm/Analysis/MemorySSA.h>
#include <llvm/IR/Dominators.h>
#include <llvm/IR/ValueHandle.h>

#include <vector>

namespace whistler::passes {

/// A kernel read that may share a window with others.
struct KernelRead {
  llvm::CallInst *call = nullptr;
  /// With whistler.kernel.address looked through. Follows its replacement: a
  /// base may itself be a read of a window that was written before.
  llvm::WeakTrackingVH base;
  std::optional<ir::Field> field; ///< from `base`; nothing for a read by number
  uint64_t offset = 0;            ///< from `base`, on the build host
  uint64_t bytes = 0;
  unsigned order = 0;                      ///< in reverse post order
  llvm::MemoryAccess *lastWrite = nullptr; ///< of kernel memory, before it
};

enum class WindowKind {
  Exact,   ///< constant offsets: baked layouts and reads by number
  Run,     ///< equal members one behind the other, guarded by equality
  Bounded, ///< wherever the loader finds the fields within the window
};

/// Reads that become one. The first of `reads` dominates the others.
struct ReadWindow {
  WindowKind kind = WindowKind::Exact;
  std::vector<KernelRead> reads;
  uint64_t start = 0, bytes = 0; ///< on the build host
};

struct WindowLimits {
  uint64_t bytes = 128; ///< most that one window reads
  bool baked = false;
};

/// A read that stays alone, and why.
struct LoneRead {
  llvm::CallInst *call;
  llvm::StringRef reason;
};

struct WindowPlan {
  std::vector<ReadWindow> windows;
  std::vector<LoneRead> alone;
};

WindowPlan planWindows(llvm::Function &function, llvm::DominatorTree &tree,
                       llvm::MemorySSA &memory, const WindowLimits &limits);

} // namespace whistler::passes

#endif
