#ifndef WHISTLER_PASSES_READWINDOWS_H
#define WHISTLER_PASSES_READWINDOWS_H

#include "whistler/ir/Operations.h"
#include "whistler/passes/CostModel.h"

#include <llvm/IR/PassManager.h>
#include <llvm/IR/ValueHandle.h>

#include <vector>

namespace whistler::passes {

/// One field of a base and the reads of it that a window serves.
struct WindowField {
  std::optional<ir::Field> field; ///< from the base; nothing when by number
  uint64_t offset = 0, bytes = 0; ///< on the build host
  std::vector<llvm::CallInst *> calls; ///< in program order
};

enum class WindowKind {
  Hoisted, ///< one field, read once before the branches or loops around
  Exact,   ///< constant offsets: baked layouts and reads by number
  Run,     ///< equal members one behind the other, guarded by equality
  Bounded, ///< wherever the loader finds the fields within the buffer
};

/// Reads that become one.
struct ReadWindow {
  WindowKind kind = WindowKind::Exact;
  /// Follows its replacement: a base may itself be read by a window.
  llvm::WeakTrackingVH base;
  llvm::Instruction *at = nullptr; ///< the read goes before it
  std::vector<WindowField> fields; ///< by offset
  uint64_t start = 0, bytes = 0;   ///< what it reads on the build host
  uint64_t buffer = 0;             ///< bytes of stack, with slack
  /// Of a bounded window: the field that its place in the record is counted
  /// from, and how many bytes it begins before that field.
  size_t anchor = 0;
  uint64_t reach = 0;
  /// Whether reading back wants the anchor's offset rounded down to 8.
  bool masked = false;
  bool needed = false; ///< every field, on every way from the place
  uint64_t apartPs = 0, sharedPs = 0; ///< by the model, before and after
  uint64_t instructions = 0;          ///< around its call, by the model

  /// The read that the window's code is counted to: the one that it is read
  /// at, or the first in the source.
  llvm::CallInst *leader() const;
};

/// A read that stays alone, and why.
struct LoneRead {
  llvm::CallInst *call;
  llvm::StringRef reason;
};

struct WindowPlan {
  std::vector<ReadWindow> windows; ///< in program order
  std::vector<LoneRead> alone;
};

struct WindowLimits {
  uint64_t bytes = 256; ///< most that one window reads
  bool baked = false;
  CostModel costs;
};

WindowPlan planWindows(llvm::Function &function,
                       llvm::FunctionAnalysisManager &analyses,
                       const WindowLimits &limits);

} // namespace whistler::passes

#endif
