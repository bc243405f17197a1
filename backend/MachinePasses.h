#ifndef WHISTLER_BACKEND_MACHINEPASSES_H
#define WHISTLER_BACKEND_MACHINEPASSES_H

namespace llvm {
class FunctionPass;
} // namespace llvm

namespace whistler::backend {

/// Relocated numbers become the immediate of the addition or subtraction that
/// they are for. Wants SSA form, after the target's own peepholes.
llvm::FunctionPass *createFoldRelocations();

/// Constants that are only stored become the immediates of their stores. Wants
/// SSA form.
llvm::FunctionPass *createStoreImmediates();

/// Comparisons for equality take a pointer as it is in place of a number made
/// of it. Wants SSA form.
llvm::FunctionPass *createCompareOriginals();

/// Views of stack buffers as kernel records are counted from the frame pointer.
/// Wants the frame laid out.
llvm::FunctionPass *createFoldFrameViews();

/// Loads that pinLoads (PinLoads.h) marked stay apart in branch folding. Wants
/// to run directly before it.
llvm::FunctionPass *createKeepPinnedLoads();

/// A conditional jump over an unconditional one becomes the opposite
/// conditional jump. Wants the final order of blocks.
llvm::FunctionPass *createInvertJumps();

/// The way from a loop's end to its start is always a jump. Wants the final
/// order of blocks.
llvm::FunctionPass *createJumpBack();

/// Jumps that do not reach are errors. Wants the final code.
llvm::FunctionPass *createCheckJumps();

} // namespace whistler::backend

#endif
