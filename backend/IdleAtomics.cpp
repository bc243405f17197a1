// An atomic addition of 0 changes nothing. LLVM's InstCombine makes an or with
// 0 of it (canonicalization of idempotent operations), and of all atomic
// operations only the addition is known to kernels before 5.12: they refuse
// the program with "BPF_STX uses reserved fields". It happens to a count that
// is 0 in one round of an unrolled loop only, so it is nothing that a program
// could avoid.
//
//   %old = atomicrmw or ptr %entry, i64 0 monotonic
// =>
//   (nothing)
//
// Atomic operations without a result order nothing in BPF (atomic_add, not
// atomic_fetch_add), so no other access depends on it.
//
// Must run after LLVM's pipeline, which makes them.

#include "IdleAtomics.h"

#include <llvm/ADT/STLExtras.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/IR/Instructions.h>
#include <llvm/IR/PatternMatch.h>

using namespace llvm;

namespace whistler::backend {

namespace {

bool isIdle(const Instruction &instruction) {
  auto *atomic = dyn_cast<AtomicRMWInst>(&instruction);
  if (!atomic || !atomic->use_empty() || atomic->isVolatile())
    return false;
  switch (atomic->getOperation()) {
  case AtomicRMWInst::Add:
  case AtomicRMWInst::Sub:
  case AtomicRMWInst::Or:
  case AtomicRMWInst::Xor:
    return PatternMatch::match(atomic->getValOperand(), PatternMatch::m_Zero());
  case AtomicRMWInst::And:
    return PatternMatch::match(atomic->getValOperand(),
                               PatternMatch::m_AllOnes());
  default:
    return false;
  }
}

} // namespace

void dropIdleAtomics(Module &module) {
  for (Function &function : module)
    for (Instruction &instruction :
         make_early_inc_range(instructions(function)))
      if (isIdle(instruction))
        instruction.eraseFromParent();
}

} // namespace whistler::backend
