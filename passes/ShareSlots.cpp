// Maps take keys and values by address, so each call has a stack slot of its
// own for them. When a second slot gets what a first one holds, the first
// serves both:
//
//   store i32 %key, ptr %a            store i32 %key, ptr %a
//   lookup(@map, ptr %a)              lookup(@map, ptr %a)
//   …                            =>   …
//   store i32 %key, ptr %b
//   update(@map, ptr %b, …)           update(@map, ptr %a, …)
//
// A store, a slot, and the register that kept the key are saved; and when the
// key is a kernel read, the slot is then its only use, so that it is read in
// place. LLVM does not do this: to it the helpers may change what they get.
// The ones in kReaders take these arguments as pointers to const.
//
// Runs after gvn, so that equal keys are one value, and before reads are
// placed.

#include "ShareSlots.h"

#include "StackRead.h"
#include "whistler/ir/HelperCall.h"

#include <linux/bpf.h>
#include <llvm/IR/Dominators.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/IR/IntrinsicInst.h>

#define DEBUG_TYPE "whistler-share-slots"

using namespace llvm;

namespace whistler::passes {

namespace {

/// An argument, counted from 0, through which a helper only reads.
struct Reader {
  uint32_t helper;
  unsigned argument;
};
constexpr Reader kReaders[] = {
    {BPF_FUNC_map_lookup_elem, 1}, {BPF_FUNC_map_update_elem, 1},
    {BPF_FUNC_map_update_elem, 2}, {BPF_FUNC_map_delete_elem, 1},
    {BPF_FUNC_map_push_elem, 1},   {BPF_FUNC_map_lookup_percpu_elem, 1},
};

bool onlyReads(const CallInst &call, const Use &use) {
  uint32_t helper = ir::helperId(call);
  return any_of(kReaders, [&](const Reader &reader) {
    return reader.helper == helper && call.isArgOperand(&use) &&
           reader.argument == call.getArgOperandNo(&use);
  });
}

/// A slot with one value in it, for helpers to read.
struct Slot {
  AllocaInst *memory = nullptr;
  StoreInst *store = nullptr;
  SmallVector<Instruction *, 4> readers, markers;
};

std::optional<Slot> readSlot(AllocaInst &memory) {
  Slot slot;
  slot.memory = &memory;
  for (Use &use : memory.uses()) {
    auto *user = cast<Instruction>(use.getUser());
    auto *store = dyn_cast<StoreInst>(user);
    auto *call = dyn_cast<CallInst>(user);
    if (auto *marker = dyn_cast<IntrinsicInst>(user);
        marker && marker->isLifetimeStartOrEnd())
      slot.markers.push_back(marker);
    else if (store && store->isSimple() && !slot.store &&
             store->getPointerOperand() == &memory &&
             store->getValueOperand() != &memory)
      slot.store = store;
    else if (call && onlyReads(*call, use))
      slot.readers.push_back(call);
    else
      return std::nullopt;
  }
  if (!slot.store || slot.readers.empty())
    return std::nullopt;
  return slot;
}

bool serves(const Slot &first, const Slot &second, const DominatorTree &tree) {
  return first.store->getValueOperand() == second.store->getValueOperand() &&
         first.memory->getAlign() >= second.memory->getAlign() &&
         tree.dominates(first.store, second.store);
}

void merge(Slot &first, Slot &second) {
  for (Instruction *marker : second.markers)
    marker->eraseFromParent();
  second.store->eraseFromParent();
  second.memory->replaceAllUsesWith(first.memory);
  second.memory->eraseFromParent();
  append_range(first.readers, second.readers);
  // Alive from its store to the last of all readers.
  for (Instruction *marker : first.markers)
    marker->eraseFromParent();
  first.markers.clear();
  markLife(*first.memory, *first.store, first.readers);
  for (User *user : first.memory->users())
    if (auto *marker = dyn_cast<IntrinsicInst>(user))
      first.markers.push_back(marker);
}

} // namespace

PreservedAnalyses ShareSlots::run(Function &function,
                                  FunctionAnalysisManager &analyses) {
  auto &tree = analyses.getResult<DominatorTreeAnalysis>(function);
  std::vector<Slot> slots;
  for (Instruction &inst : instructions(function))
    if (auto *memory = dyn_cast<AllocaInst>(&inst);
        memory && memory->isStaticAlloca())
      if (auto slot = readSlot(*memory))
        slots.push_back(std::move(*slot));
  bool changed = false;
  for (Slot &first : slots)
    for (Slot &second : slots)
      if (first.memory && second.memory && &first != &second &&
          serves(first, second, tree)) {
        merge(first, second);
        second.memory = nullptr;
        changed = true;
      }
  if (!changed)
    return PreservedAnalyses::all();
  PreservedAnalyses preserved;
  preserved.preserveSet<CFGAnalyses>();
  return preserved;
}

} // namespace whistler::passes
