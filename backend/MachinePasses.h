#ifndef WHISTLER_BACKEND_MACHINEPASSES_H
#define WHISTLER_BACKEND_MACHINEPASSES_H

namespace llvm {
class FunctionPass;
} // namespace llvm

namespace whistler::backend {

/// Relocated numbers become the immediate of the addition or subtraction that
/// they are for. Wants SSA form, after the target's own peepholes.
llvm::FunctionPass *createFoldRelocations();

/// A conditional jump over an unconditional one becomes the opposite
/// conditional jump. Wants the final order of blocks.
llvm::FunctionPass *createInvertJumps();

} // namespace whistler::backend

#endif
