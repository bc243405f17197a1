#ifndef WHISTLER_BACKEND_MODULECHECKS_H
#define WHISTLER_BACKEND_MODULECHECKS_H

#include "DiagnosticCapture.h"
#include "whistler/backend/Target.h"

namespace whistler::backend {

/// What LLVM's own verifier says, as an error.
llvm::Error checkWellFormed(const llvm::Module &module);

/// CO-RE intrinsics with metadata that the target would abort on, and member
/// offsets that it would cut to 16 bits.
llvm::Error checkRelocations(const llvm::Module &module);

/// CO-RE intrinsics that the pipeline should have taken away.
llvm::Error checkNoneLeft(const llvm::Module &module);

/// Instructions that the target can't select, and functions that a jump may
/// not span.
llvm::Error checkLimits(const llvm::Module &module);

/// Stack objects that can't fit whatever code generation does.
llvm::Error checkStack(const llvm::Module &module);

/// "`buffer` 256 bytes, `key` 64 bytes": the largest stack objects, by the
/// name of the variable; "" when there are none.
std::string describeStack(const llvm::Function &function);

/// The first error that LLVM reported, as a BackendError; success when none.
llvm::Error takeFirstError(const DiagnosticCapture &diagnostics,
                           const llvm::Module &module);

} // namespace whistler::backend

#endif
