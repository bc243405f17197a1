#ifndef WHISTLER_PASSES_BITFIELDLOAD_H
#define WHISTLER_PASSES_BITFIELDLOAD_H

#include "whistler/ir/Field.h"

#include <llvm/IR/IRBuilder.h>

#include <optional>

namespace whistler::passes {

/// A load of just the bytes that a bitfield's bits are in.
struct BitfieldLoad {
  uint64_t bytes = 0;      ///< 1, 2, 4 or 8, aligned in the record
  uint64_t lowerBits = 0;  ///< of the load, below the field's
  uint64_t byteInUnit = 0; ///< of the load, in the unit that libbpf counts from
  uint64_t endInUnit = 0;  ///< bit behind the field's last one
};

/// Nothing when no such load is permitted.
std::optional<BitfieldLoad> bitfieldLoad(const ir::Field &field);

/// Whether the running kernel has the field's bits in the unit where the build
/// host has them: what makes the load's place in it and its width right.
llvm::Value *createBitfieldGuard(llvm::IRBuilderBase &builder,
                                 const ir::Field &field,
                                 const BitfieldLoad &load);

/// Where the load is in the record at `base`: relocated, or as on the build
/// host (`baked`).
llvm::Value *createBitfieldAddress(llvm::IRBuilderBase &builder,
                                   llvm::Value *base, const ir::Field &field,
                                   const BitfieldLoad &load, bool baked);

/// The field's value, as i64, out of what was loaded.
llvm::Value *createBitfieldValue(llvm::IRBuilderBase &builder,
                                 llvm::Value *loaded, const ir::Field &field,
                                 const BitfieldLoad &load);

} // namespace whistler::passes

#endif
