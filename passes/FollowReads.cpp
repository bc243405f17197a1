// Which reads LLVM's passes made one, and which they found no use for. Every
// read that whistler-name-reads has named is followed to the value that took
// its place: a pass that merges two says so by replacing all uses of one. The
// read that is left keeps its own name; what merging dropped is put back.
//
// Runs behind the last pass that merges reads and before the passes that
// decide how each is done, which tell the rest.

#include "NameReads.h"

#include "whistler/ir/Operations.h"

#include <llvm/ADT/DenseMap.h>
#include <llvm/ADT/DenseSet.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/IR/Module.h>

#define DEBUG_TYPE "whistler-follow-reads"

using namespace llvm;

namespace whistler::passes {

namespace {

using Reads = std::deque<FollowedRead>;

/// The operations that are left, with the reads that they are.
class Survivors {
public:
  Survivors(Module &module, const Reads &reads) {
    for (Function &function : module)
      for (Instruction &inst : instructions(function))
        if (auto origin = originOf(inst)) // copies that a pass has made
          add(inst, *origin);
    for (const FollowedRead &read : reads)
      if (Instruction *inst = operation(read); inst && !read.wasReplaced)
        add(*inst, read.origin);
    // A copy that lost its name by merging is the first read that it serves.
    for (const FollowedRead &read : reads)
      if (Instruction *inst = operation(read); inst && !origins_.contains(inst))
        add(*inst, read.origin);
    for (auto &[inst, origin] : origins_)
      setOrigin(*inst, origin);
  }

  /// The operation that does a followed read; null when none does.
  static Instruction *operation(const FollowedRead &read) {
    auto *inst = dyn_cast_or_null<Instruction>(static_cast<Value *>(read));
    return inst && ir::matchOperation(*inst) ? inst : nullptr;
  }
  const ReadOrigin &nameOf(Instruction *inst) const {
    return origins_.find(inst)->second;
  }
  bool contains(const FollowedRead &read) const {
    return numbers_.contains({read.function, read.origin.number});
  }

private:
  void add(Instruction &inst, const ReadOrigin &origin) {
    origins_[&inst] = origin;
    numbers_.insert({inst.getFunction(), origin.number});
  }

  DenseMap<Instruction *, ReadOrigin> origins_;
  DenseSet<std::pair<Function *, unsigned>> numbers_;
};

bool isUnknown(const FollowedRead &read) {
  Value *value = read;
  return !value || isa<UndefValue>(value);
}

void tell(const FollowedRead &read, const Survivors &survivors) {
  if (survivors.contains(read))
    return; // what becomes of it is told later
  OptimizationRemarkEmitter remarks(read.function);
  Instruction *inst = Survivors::operation(read);
  if (!inst) {
    tellFate(remarks, DEBUG_TYPE, *read.function, read.origin, "none",
             isUnknown(read) ? "not read: its value is not used"
                             : "not read: its value is there already");
    return;
  }
  const ReadOrigin &other = survivors.nameOf(inst);
  bool isEqual = other.path == read.origin.path;
  std::string place = "line " + std::to_string(other.line);
  tellFate(remarks, DEBUG_TYPE, *read.function, read.origin, "merged",
           isEqual ? "equal to the read at " + place
                   : "one read with " + other.path + " at " + place);
}

} // namespace

PreservedAnalyses FollowReads::run(Module &module,
                                   ModuleAnalysisManager &analyses) {
  auto *followed = analyses.getCachedResult<FollowedReads>(module);
  if (!followed)
    return PreservedAnalyses::all();
  Survivors survivors(module, followed->reads);
  for (const FollowedRead &read : followed->reads)
    tell(read, survivors);
  followed->reads.clear();
  return PreservedAnalyses::all();
}

} // namespace whistler::passes
