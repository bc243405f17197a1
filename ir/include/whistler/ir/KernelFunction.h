#ifndef WHISTLER_IR_KERNELFUNCTION_H
#define WHISTLER_IR_KERNELFUNCTION_H

#include "whistler/ir/Program.h"

namespace whistler::ir {

/// A parameter of a kernel function. Integers, enums and pointers only;
/// pointers say what they lead to, because a loader compares kinds all the way
/// down (bpf_core_types_are_compat).
struct FunctionParameter {
  std::string name;
  std::shared_ptr<const DataType> type;
};

/// A kernel function that a program may call (kfunc), as the kernel's BTF
/// describes it.
struct FunctionPrototype {
  std::string name;
  std::shared_ptr<const DataType> result; ///< null: void
  std::vector<FunctionParameter> parameters;
};

/// The kfunc's declaration in `module`: a weak extern in `.ksyms`, with the
/// debug info from which a loader finds it. Integers are iN, pointers `ptr`.
/// It carries no memory attributes: what is known of the function goes on the
/// calls. Where the kernel lacks it, only dead code may call it.
llvm::Function *declareKernelFunction(llvm::Module &module,
                                      const FunctionPrototype &prototype);

/// i64 1 when the running kernel has `function`, else 0: a constant to the
/// verifier, which removes the arm that is not taken.
llvm::Value *createKernelFunctionExists(llvm::IRBuilderBase &builder,
                                        llvm::Function *function);

/// `void *bpf_rdonly_cast(const void *obj, u32 btf_id)`, from Linux 6.2 on.
llvm::Function *declareReadOnlyCast(llvm::Module &module);

} // namespace whistler::ir

#endif
