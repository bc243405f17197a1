#ifndef WHISTLER_BACKEND_COREACCESS_H
#define WHISTLER_BACKEND_COREACCESS_H

#include <llvm/IR/DebugInfoMetadata.h>
#include <llvm/IR/Instructions.h>
#include <llvm/Support/Error.h>

#include <optional>

namespace whistler::backend {

/// The CO-RE relocation that one intrinsic call asks for.
struct CoreAccess {
  /// The call whose first operand is the address that the path starts from;
  /// null when the relocation is a number (a size, an id, an existence).
  llvm::CallInst *root = nullptr;
  llvm::DIType *type = nullptr;
  uint32_t kind = 0;  ///< llvm::BTF::PatchableRelocKind
  uint64_t value = 0; ///< what it is in the types of this module
  std::string path;   ///< as in .BTF.ext: "0:3:1"
  unsigned depth = 1; ///< number of calls in the chain
  bool wide = false;  ///< the relocated number has 64 bits
};

/// True for llvm.preserve.*.access.index, llvm.bpf.preserve.* and
/// llvm.bpf.btf.type.id, except on a context marked with
/// llvm.preserve.static.offset, where the target drops the relocation.
bool isCoreIntrinsic(const llvm::Instruction &instruction);

/// Reads the chain that ends in `call`. Nothing when the address needs no
/// relocation (an element of an array of scalars). Errors: BackendError
/// wherever LLVM's BPFAbstractMemberAccess and BPFPreserveDIType would end the
/// process.
llvm::Expected<std::optional<CoreAccess>> readCoreAccess(llvm::CallInst &call);

} // namespace whistler::backend

#endif
