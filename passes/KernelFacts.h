#ifndef WHISTLER_PASSES_KERNELFACTS_H
#define WHISTLER_PASSES_KERNELFACTS_H

#include "CoreTypes.h"

#include <llvm/IR/IRBuilder.h>

namespace whistler::passes {

/// Facts that are not about a field: types, enumerators, the kernel's version.
class KernelFacts {
public:
  /// The types that facts are about must have been added to `types`.
  explicit KernelFacts(CoreTypes &types) : types_(types) {}

  /// The i64 in place of a `whistler.core.*` operation without field.
  llvm::Value *lower(llvm::IRBuilderBase &builder,
                     const ir::OperationCall &operation);

private:
  llvm::Value *typeFact(llvm::IRBuilderBase &builder, ir::CoreFact fact,
                        const ir::TypeIdentity &type);
  llvm::Value *enumeratorFact(llvm::IRBuilderBase &builder, ir::CoreFact fact,
                              const ir::EnumeratorIdentity &enumerator);
  llvm::Value *kernelVersion(llvm::IRBuilderBase &builder);
  llvm::Value *number(llvm::IRBuilderBase &builder) {
    return builder.getInt32(nextNumber_++);
  }

  CoreTypes &types_;
  uint32_t nextNumber_ = 0; ///< keeps LLVM from merging what only looks equal
};

} // namespace whistler::passes

#endif
