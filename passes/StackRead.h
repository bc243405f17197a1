#ifndef WHISTLER_PASSES_STACKREAD_H
#define WHISTLER_PASSES_STACKREAD_H

#include <llvm/IR/IRBuilder.h>

namespace whistler::passes {

/// Lets `slot` live from before `start` to behind the last of `uses` on every
/// way; `start` dominates them.
void markLife(llvm::AllocaInst &slot, llvm::Instruction &start,
              llvm::ArrayRef<llvm::Instruction *> uses);

/// A buffer on the program's stack that lives from construction to `end`: its
/// slot is shared with every other buffer that is not alive meanwhile.
class StackBuffer {
public:
  StackBuffer(llvm::IRBuilderBase &builder, uint64_t bytes);
  void end(llvm::IRBuilderBase &builder);
  /// Ends it behind the last of `uses` on every way: they are in blocks that
  /// the buffer's beginning dominates. Instead of `end`.
  void endBehind(llvm::ArrayRef<llvm::Instruction *> uses);
  llvm::Value *address() const { return slot_; }

private:
  llvm::AllocaInst *slot_;
  llvm::BasicBlock *first_; ///< where its life begins
  llvm::ConstantInt *bytes_;
};

/// bpf_probe_read_kernel(destination, bytes, source): zeroes the destination
/// when the source is unreadable.
llvm::CallInst *createProbeRead(llvm::IRBuilderBase &builder,
                                llvm::Value *destination, llvm::Value *bytes,
                                llvm::Value *source);

} // namespace whistler::passes

#endif
