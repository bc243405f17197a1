#ifndef WHISTLER_IR_HELPERCALL_H
#define WHISTLER_IR_HELPERCALL_H

#include <llvm/IR/IRBuilder.h>

namespace whistler::ir {

/// What a helper may do to memory, as LLVM must see it: too little and O2
/// deletes ring-buffer submits, too much and no read merges across it.
enum class HelperEffects {
  Pure,             ///< fixed for the run: memory(none) willreturn
  ProgramMemory,    ///< effects, but only on memory that its arguments lead to
  AnyProgramMemory, ///< also values of maps, packets: reached by other pointers
  KernelMemory,     ///< may change kernel memory that reads see
  Unknown,          ///< callbacks, spin locks: no memory attribute at all
};

/// `call i64 inttoptr (i64 ID to ptr)(args…)` with the call-site attributes of
/// its effects class. Integer arguments are i64 (kernel addresses too, as
/// ptrtoint), memory of the program `ptr`. At most five arguments.
/// `returnsPointer` makes the result a `ptr` (noalias when `returnsFresh`).
struct HelperSignature {
  uint32_t id = 0;
  HelperEffects effects = HelperEffects::Unknown;
  bool returnsPointer = false;
  bool returnsFresh = false;
  bool capturesPointers = false;
};
llvm::CallInst *createHelperCall(llvm::IRBuilderBase &builder,
                                 const HelperSignature &signature,
                                 llvm::ArrayRef<llvm::Value *> arguments);

/// The helper's id when `call` calls one, else 0.
uint32_t helperId(const llvm::CallInst &call);

} // namespace whistler::ir

#endif
