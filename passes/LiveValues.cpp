// Which values to spill: liveness by the usual backward equations over the
// blocks, then the values that are alive the longest until few enough are left
// (L. A. Belady's rule, with the whole life for the distance to the next use).

#include "LiveValues.h"

#include "whistler/ir/HelperCall.h"

#include <linux/bpf.h>
#include <llvm/ADT/BitVector.h>
#include <llvm/ADT/PostOrderIterator.h>
#include <llvm/IR/CFG.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/IR/Instructions.h>
#include <llvm/IR/IntrinsicInst.h>

using namespace llvm;

namespace whistler::passes {

namespace {

/// The values of a function that want a register, by number.
class LiveValues {
public:
  explicit LiveValues(Function &function) : function_(function) {
    for (Instruction &inst : instructions(function))
      if (!inst.getType()->isVoidTy() && !isa<AllocaInst>(inst)) {
        numbers_[&inst] = unsigned(values_.size());
        values_.push_back(&inst);
      }
    solve();
  }

  unsigned size() const { return unsigned(values_.size()); }
  Instruction *operator[](unsigned number) const { return values_[number]; }

  /// Calls `visit` with what is alive before each instruction.
  void walk(function_ref<void(const BitVector &)> visit) const {
    for (BasicBlock &block : function_) {
      BitVector alive = ends_.lookup(&block);
      for (Instruction &inst : reverse(block)) {
        step(inst, alive);
        visit(alive);
      }
    }
  }

private:
  /// What is alive behind an instruction to what is before it. The operands of
  /// a phi are used at the ends of the blocks before it.
  void step(const Instruction &inst, BitVector &alive) const {
    if (auto known = numbers_.find(&inst); known != numbers_.end())
      alive.reset(known->second);
    if (!isa<PHINode>(inst))
      for (const Value *operand : inst.operands())
        use(operand, alive);
  }

  void use(const Value *value, BitVector &alive) const {
    if (auto known = numbers_.find(value); known != numbers_.end())
      alive.set(known->second);
  }

  BitVector endOf(BasicBlock &block,
                  const DenseMap<BasicBlock *, BitVector> &starts) const {
    BitVector alive(size());
    for (BasicBlock *next : successors(&block)) {
      alive |= starts.lookup(next);
      for (PHINode &phi : next->phis())
        use(phi.getIncomingValueForBlock(&block), alive);
    }
    return alive;
  }

  void solve() {
    DenseMap<BasicBlock *, BitVector> starts;
    for (BasicBlock &block : function_)
      starts[&block] = ends_[&block] = BitVector(size());
    SmallVector<BasicBlock *, 16> order(post_order(&function_));
    for (bool changed = true; changed;) {
      changed = false;
      for (BasicBlock *block : order) {
        BitVector alive = endOf(*block, starts);
        ends_[block] = alive;
        for (Instruction &inst : reverse(*block))
          step(inst, alive);
        if (alive != starts[block]) {
          starts[block] = std::move(alive);
          changed = true;
        }
      }
    }
  }

  Function &function_;
  DenseMap<const Value *, unsigned> numbers_;
  std::vector<Instruction *> values_;
  DenseMap<BasicBlock *, BitVector> ends_;
};

using ValueSet = SmallPtrSet<const Value *, 32>;

/// Operands whose bounds the verifier has to know.
void addBounded(const Instruction &inst, const LoopInfo &loops,
                SmallVectorImpl<const Value *> &found) {
  if (isa<GetElementPtrInst, IntToPtrInst>(inst)) {
    append_range(found, inst.operands());
  } else if (auto *call = dyn_cast<CallBase>(&inst);
             call && !isa<IntrinsicInst>(call)) {
    append_range(found, call->args());
  } else if (inst.isTerminator()) {
    const Loop *loop = loops.getLoopFor(inst.getParent());
    if (loop && loop->isLoopExiting(inst.getParent()))
      append_range(found, inst.operands());
  }
}

/// Everything that such operands are computed from, loads apart.
ValueSet boundedValues(const Function &function, const LoopInfo &loops) {
  SmallVector<const Value *, 32> todo;
  for (const Instruction &inst : instructions(function))
    addBounded(inst, loops, todo);
  ValueSet bounded;
  while (!todo.empty()) {
    auto *inst = dyn_cast<Instruction>(todo.pop_back_val());
    if (!inst || !bounded.insert(inst).second)
      continue;
    if (isa<BinaryOperator, CastInst, PHINode, SelectInst, CmpInst, FreezeInst,
            MinMaxIntrinsic>(inst))
      append_range(todo, inst->operands());
  }
  return bounded;
}

/// An integer of a size that memory has.
bool isSpillable(const Instruction &inst, const ValueSet &bounded) {
  auto *type = dyn_cast<IntegerType>(inst.getType());
  return type && is_contained({8u, 16u, 32u, 64u}, type->getBitWidth()) &&
         !isa<PHINode>(inst) && !inst.use_empty() && !bounded.contains(&inst);
}

} // namespace

std::vector<Instruction *> chooseSpills(Function &function,
                                        const LoopInfo &loops, unsigned most) {
  LiveValues values(function);
  std::vector<unsigned> lengths(values.size());
  values.walk([&](const BitVector &alive) {
    for (unsigned number : alive.set_bits())
      ++lengths[number];
  });
  ValueSet bounded = boundedValues(function, loops);
  BitVector spillable(values.size()), chosen(values.size());
  for (unsigned number = 0; number != values.size(); ++number)
    if (isSpillable(*values[number], bounded))
      spillable.set(number);
  values.walk([&](BitVector alive) {
    alive.reset(chosen);
    unsigned count = alive.count();
    if (count <= most)
      return;
    alive &= spillable;
    SmallVector<unsigned, 64> candidates(alive.set_bits());
    stable_sort(candidates, [&](unsigned a, unsigned b) {
      return lengths[a] > lengths[b];
    });
    candidates.truncate(std::min<size_t>(candidates.size(), count - most));
    for (unsigned number : candidates)
      chosen.set(number);
  });
  std::vector<Instruction *> result;
  for (unsigned number : chosen.set_bits())
    result.push_back(values[number]);
  return result;
}

} // namespace whistler::passes
