// What LLVM's BPF target has no instruction for and answers with "Cannot
// select" or "Unsupported calling convention" and the end of the process; and
// functions so large that a jump may not reach its target, where the assembler
// ends it ("Branch target out of insn range": 16 bits, in instructions).
// What LLVM reports as a diagnostic (floating point, signed division, a sixth
// argument) needs no check here.

#include "ModuleChecks.h"

#include <llvm/IR/InstIterator.h>
#include <llvm/IR/Instructions.h>
#include <llvm/IR/IntrinsicInst.h>
#include <llvm/IR/IntrinsicsBPF.h>

using namespace llvm;

namespace whistler::backend {

namespace {

/// BPF_COMPLEXITY_LIMIT_INSNS of the kernel. What is below it, and too large
/// for a jump, CheckJumps.cpp finds out exactly.
constexpr uint64_t kMostInstructions = 1'000'000;

bool isSupportedConvention(CallingConv::ID convention) {
  return convention == CallingConv::C || convention == CallingConv::Fast;
}

bool isSupportedAtomic(AtomicRMWInst::BinOp operation) {
  switch (operation) {
  case AtomicRMWInst::Add:
  case AtomicRMWInst::Sub:
  case AtomicRMWInst::And:
  case AtomicRMWInst::Or:
  case AtomicRMWInst::Xor:
  case AtomicRMWInst::Xchg:
    return true;
  default:
    return false;
  }
}

bool isWordSized(const Type *type) {
  return type->isIntegerTy(32) || type->isIntegerTy(64) || type->isPointerTy();
}

/// "" when the target knows it.
StringRef unsupported(const Instruction &instruction) {
  if (isa<FenceInst>(instruction))
    return "memory fence";
  if (auto *load = dyn_cast<LoadInst>(&instruction))
    return load->isAtomic() ? "atomic load" : "";
  if (auto *store = dyn_cast<StoreInst>(&instruction))
    return store->isAtomic() ? "atomic store" : "";
  if (auto *swap = dyn_cast<AtomicCmpXchgInst>(&instruction))
    return isWordSized(swap->getCompareOperand()->getType())
               ? ""
               : "compare and exchange of less than 32 bits";
  if (auto *atomic = dyn_cast<AtomicRMWInst>(&instruction))
    return isSupportedAtomic(atomic->getOperation()) ? "" : "atomic operation";
  if (isa<VAArgInst>(instruction))
    return "variable argument";
  auto *call = dyn_cast<CallBase>(&instruction);
  if (!call)
    return "";
  if (!isSupportedConvention(call->getCallingConv()))
    return "calling convention";
  switch (call->getIntrinsicID()) {
  case Intrinsic::returnaddress:
  case Intrinsic::frameaddress:
  case Intrinsic::addressofreturnaddress:
    return "address of the frame or of the caller";
  default:
    return "";
  }
}

/// Loads and stores below their natural alignment go byte by byte, with a
/// shift and an or for each.
uint64_t accessBound(const Instruction &instruction, const DataLayout &layout) {
  auto *access = const_cast<Instruction *>(&instruction);
  Type *type = getLoadStoreType(access);
  uint64_t bytes = layout.getTypeStoreSize(type).getKnownMinValue();
  uint64_t aligned = getLoadStoreAlignment(access).value();
  return aligned >= bytes ? 3 : 3 * bytes;
}

uint64_t intrinsicBound(const IntrinsicInst &intrinsic) {
  if (auto *memory = dyn_cast<MemIntrinsic>(&intrinsic)) {
    auto *length = dyn_cast<ConstantInt>(memory->getLength());
    return length ? 2 * std::min<uint64_t>(length->getZExtValue(), 4096) : 8;
  }
  switch (intrinsic.getIntrinsicID()) {
  case Intrinsic::bpf_passthrough:
    return 1;
  case Intrinsic::bpf_getelementptr_and_load:
  case Intrinsic::bpf_getelementptr_and_store:
    return 3;
  default:
    return intrinsic.isAssumeLikeIntrinsic() ? 0 : 40;
  }
}

/// An upper bound of what one IR instruction becomes.
uint64_t instructionBound(const Instruction &instruction,
                          const DataLayout &layout) {
  if (isa<AllocaInst>(instruction))
    return 0;
  if (isa<LoadInst, StoreInst>(instruction))
    return accessBound(instruction, layout);
  if (auto *intrinsic = dyn_cast<IntrinsicInst>(&instruction))
    return intrinsicBound(*intrinsic);
  if (auto *call = dyn_cast<CallBase>(&instruction))
    return 2 + 2 * call->arg_size();
  if (auto *choice = dyn_cast<SwitchInst>(&instruction))
    return 3 + 3 * choice->getNumCases();
  if (auto *address = dyn_cast<GetElementPtrInst>(&instruction))
    return address->hasAllConstantIndices() ? 1 : 4;
  bool isWide = instruction.getType()->isVectorTy() ||
                instruction.getType()->isIntegerTy(128);
  return isWide ? 32 : 4;
}

Error refuse(const Function &function, const DebugLoc &location,
             const Twine &what) {
  return make_error<BackendError>(
      function.getName().str(), location ? location.getLine() : 0, what.str());
}

Error checkSize(const Function &function) {
  uint64_t bound = 0;
  const DataLayout &layout = function.getParent()->getDataLayout();
  for (const Instruction &instruction : instructions(function))
    bound += instructionBound(instruction, layout);
  if (bound <= kMostInstructions)
    return Error::success();
  return refuse(function, DebugLoc(),
                "too large: up to " + Twine(bound) +
                    " instructions, and the kernel takes " +
                    Twine(kMostInstructions));
}

} // namespace

Error checkLimits(const Module &module) {
  for (const GlobalVariable &global : module.globals())
    if (global.isThreadLocal())
      return make_error<BackendError>("", 0,
                                      "BPF has no thread-local variables: `" +
                                          global.getName().str() + "`");
  for (const Function &function : module) {
    if (!function.isDeclaration() &&
        !isSupportedConvention(function.getCallingConv()))
      return refuse(function, DebugLoc(), "BPF has no such calling convention");
    for (const Instruction &instruction : instructions(function)) {
      StringRef what = unsupported(instruction);
      if (!what.empty())
        return refuse(function, instruction.getDebugLoc(),
                      "BPF has no such " + what);
    }
    if (Error error = checkSize(function))
      return error;
  }
  return Error::success();
}

} // namespace whistler::backend
