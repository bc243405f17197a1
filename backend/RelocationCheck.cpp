// CO-RE accesses before the target meets them. Three answers of LLVM 19 are
// caught here: it ends the process on missing or wrong metadata; it selects
// nothing (and ends the process) when the module has no compile unit; and it
// cuts an offset over 32767 to the 16 bits of a load's offset without a word,
// which libbpf refuses later as -22.

#include "CoreAccess.h"
#include "ModuleChecks.h"

#include <llvm/DebugInfo/BTF/BTF.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/IR/Instructions.h>

using namespace llvm;

namespace whistler::backend {

namespace {

constexpr uint64_t kLargestOffset = 32767;

/// Whether a load or store goes through the address.
bool isDereferenced(const Value *address,
                    SmallPtrSetImpl<const Value *> &seen) {
  for (const User *user : address->users()) {
    if (getLoadStorePointerOperand(user) == address ||
        isa<AtomicRMWInst, AtomicCmpXchgInst>(user))
      return true;
    bool passesOn =
        isa<GetElementPtrInst, BitCastInst, PHINode, SelectInst>(user);
    if (passesOn && seen.insert(user).second && isDereferenced(user, seen))
      return true;
  }
  return false;
}

Error checkAccess(CallInst &call) {
  Expected<std::optional<CoreAccess>> access = readCoreAccess(call);
  if (!access)
    return access.takeError();
  SmallPtrSet<const Value *, 8> seen;
  if (!*access || !(*access)->root || (*access)->value <= kLargestOffset ||
      !isDereferenced(&call, seen))
    return Error::success();
  return make_error<BackendError>(
      "", 0,
      "CO-RE access: offset " + std::to_string((*access)->value) + " of `" +
          (*access)->type->getName().str() +
          "` does not fit into a load or store; add it to the address first");
}

Error locate(Error error, const Instruction &where) {
  return handleErrors(std::move(error), [&](const BackendError &inner) {
    const DebugLoc &location = where.getDebugLoc();
    return make_error<BackendError>(where.getFunction()->getName().str(),
                                    location ? location.getLine() : 0,
                                    inner.what());
  });
}

/// Globals that stand for relocations, in IR that went through the target's
/// first passes already.
Error checkBoundGlobal(const GlobalVariable &global) {
  if (!global.hasAttribute("btf_ama") && !global.hasAttribute("btf_type_id"))
    return Error::success();
  bool isType = isa_and_nonnull<DIType>(
      global.getMetadata(LLVMContext::MD_preserve_access_index));
  if (isType && global.getName().contains('$'))
    return Error::success();
  return make_error<BackendError>("", 0,
                                  "relocation `" + global.getName().str() +
                                      "` has no type or no path");
}

} // namespace

Error checkRelocations(const Module &module) {
  for (const GlobalVariable &global : module.globals())
    if (Error error = checkBoundGlobal(global))
      return error;
  for (const Function &function : module)
    for (const Instruction &instruction : instructions(function)) {
      if (!isCoreIntrinsic(instruction))
        continue;
      if (module.debug_compile_units().empty())
        return locate(make_error<BackendError>(
                          "", 0, "CO-RE access: the module has no debug info"),
                      instruction);
      auto &call = const_cast<CallInst &>(cast<CallInst>(instruction));
      if (Error error = checkAccess(call))
        return locate(std::move(error), instruction);
    }
  return Error::success();
}

Error checkNoneLeft(const Module &module) {
  for (const Function &function : module)
    for (const Instruction &instruction : instructions(function))
      if (isCoreIntrinsic(instruction))
        return locate(make_error<BackendError>(
                          "", 0,
                          "CO-RE access: run the target's pipeline before "
                          "code generation"),
                      instruction);
  return Error::success();
}

} // namespace whistler::backend
