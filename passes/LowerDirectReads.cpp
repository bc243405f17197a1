// Reads that need no helper: loads through pointers that the verifier knows
// the record of. They cost one instruction where a helper costs 22 ns, and an
// unreadable address gives 0 all the same (the JIT's exception table).
//
//   %t = call i64 inttoptr (i64 35 to ptr)()
//   %task = inttoptr i64 %t to ptr
//   %mm = call ptr @whistler.kernel.load.task_struct.mm(ptr %task)
//   %file = call ptr @whistler.kernel.load.mm_struct.exe_file(ptr %mm)
//   %state = call i8 @whistler.kernel.load.sock.state(ptr %sk)
// =>
//   %task = call ptr inttoptr (i64 158 to ptr)()
//   %mm = load ptr, (whistler.kernel.address.task_struct.mm(%task))
//   %file = load ptr, (whistler.kernel.address.mm_struct.exe_file(%mm))
//   %cast = call ptr @bpf_rdonly_cast(ptr %sk, i32 (id of sock))
//   %state = load i8, (whistler.kernel.address.sock.state(%cast))
//
// One cast serves all reads of a base; it stands at the nearest common
// dominator of them. What a trusted pointer leads to may be null: such a load
// is tested, and gives 0. A bitfield is loaded where it lies as on the build
// host, a choice at load (BitfieldLoad.cpp), and what no member stands for as
// bytes (BytesRead.cpp). What is left (long copies) is done by
// whistler-lower-kernel-reads, with a remark.
//
// The loads are pinned: the verifier wants one kind of pointer for each.
// With a baked layout they are volatile: code generation would merge two
// neighbours into one wider load, which the verifier refuses across members.
// The function gets null_pointer_is_valid, because LLVM takes a load through a
// pointer as a proof that it is not null and would delete the program's test.
//
// Runs after equal reads are merged, before they are fused.

#include "LowerDirectReads.h"

#include "BitfieldLoad.h"
#include "BytesRead.h"
#include "CastJoins.h"
#include "LaunderPointers.h"
#include "ReadOrigin.h"
#include "whistler/ir/HelperCall.h"
#include "whistler/ir/KernelFunction.h"
#include "whistler/ir/PinnedLoad.h"

#include <linux/bpf.h>
#include <llvm/Analysis/OptimizationRemarkEmitter.h>
#include <llvm/IR/Dominators.h>
#include <llvm/IR/InlineAsm.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/Transforms/Utils/BasicBlockUtils.h>
#include <llvm/Transforms/Utils/Local.h>

#define DEBUG_TYPE "whistler-lower-direct-reads"

using namespace llvm;

namespace whistler::passes {

namespace {

/// A read that becomes a load. The base is followed when it is replaced.
struct Planned {
  ReadSite site;
  DirectRead how;
  WeakTrackingVH base;
  bool givesNullable = false; ///< the pointer that is read
  bool isCast = false;        ///< here: its base is cast for it first
};

class Lowering {
public:
  Lowering(Function &function, PointerRules rules, bool baked,
           DominatorTree &tree, OptimizationRemarkEmitter &remarks)
      : function_(function), rules_(rules), baked_(baked), tree_(tree),
        remarks_(remarks), types_(function, rules) {}

  bool run() {
    plan();
    findTypedJoins();
    if (rules_.currentTask)
      replaceCurrentTask();
    insertCasts();
    for (Planned &read : reads_)
      if (!splits(read))
        lower(read);
    // These split blocks; nothing below asks for dominance.
    for (Planned &read : reads_)
      if (read.how.isNullable)
        lowerTested(read);
      else if (splits(read))
        lowerGuarded(read);
    bool changed = !reads_.empty() || changed_;
    changed |= launderPointers(
        pointers_, [&](Value *join) { return typedJoins_.contains(join); });
    if (!reads_.empty())
      function_.addFnAttr(Attribute::NullPointerIsValid);
    return changed;
  }

private:
  void plan();
  bool givesNullable(Instruction &read) {
    auto type = types_.typeOf(&read);
    return type && type->isNullable;
  }
  void findTypedJoins();
  void replaceCurrentTask();
  void insertCasts();
  void insertCast(ArrayRef<Planned *> reads);
  Instruction *commonPoint(ArrayRef<Planned *> reads);
  void lower(Planned &read);
  void lowerTested(Planned &read);
  void lowerGuarded(Planned &read);
  bool splits(const Planned &read) const {
    return read.how.isNullable || (read.site.field.isBitfield() && !baked_);
  }
  Value *load(IRBuilderBase &builder, const Planned &read);
  bool copy(IRBuilderBase &builder, const Planned &read);
  void report(const Planned &read);
  void tell(const Planned &read);
  void reportRefused(const ReadSite &site, StringRef reason);
  Value *fieldAddress(IRBuilderBase &builder, const Planned &read);

  Function &function_;
  PointerRules rules_;
  bool baked_;
  DominatorTree &tree_;
  OptimizationRemarkEmitter &remarks_;
  TypedPointers types_;
  std::vector<Planned> reads_;
  SmallVector<LaunderedPointer, 8> pointers_; ///< typed values of the new code
  SmallSetVector<Value *, 8> typedJoins_;
  bool changed_ = false;
};

/// Widest load at the place's alignment that the copy divides into; 0: none.
uint64_t copyWidth(const ReadSite &site) {
  Value *to = site.operation.call->getArgOperand(0);
  const DataLayout &layout = site.operation.call->getDataLayout();
  uint64_t width = std::min<uint64_t>(8, getKnownAlignment(to, layout).value());
  while (width > 1 && (site.bytes % width || site.field.byteOffset() % width))
    width /= 2;
  constexpr uint64_t kMostLoads = 4;
  return site.bytes <= width * kMostLoads ? width : 0;
}

void Lowering::plan() {
  for (Instruction &inst : instructions(function_)) {
    if (isTypedRoot(inst))
      pointers_.push_back({&inst, types_.typeOf(&inst)->isNullable});
    auto operation = ir::matchOperation(inst);
    auto site = operation ? readSite(*operation) : std::nullopt;
    DirectRead how;
    if (site)
      how = types_.plan(*site);
    if (how.how == DirectRead::How::Refused && operation && rules_.casts &&
        canReadBytes(*operation)) {
      site = bytesSite(*operation);
      how.how = DirectRead::How::Cast;
    }
    if (!site)
      continue;
    bool isCopy = operation->operation == ir::Operation::KernelCopy;
    if (how.how != DirectRead::How::Refused && isCopy && !copyWidth(*site))
      how = {DirectRead::How::Refused, "so many bytes are cheaper by helper"};
    if (how.how == DirectRead::How::Refused)
      reportRefused(*site, how.reason);
    else
      reads_.push_back({*site, how, site->base, givesNullable(inst)});
  }
}

void Lowering::findTypedJoins() {
  for (Instruction &inst : instructions(function_))
    if (isa<PHINode, SelectInst>(inst) && types_.typeOf(&inst)) {
      typedJoins_.insert(&inst);
      pointers_.push_back({&inst});
    }
}

/// The helper that returns a pointer that the verifier knows in place of the
/// one that returns a number, where a read needs it.
void Lowering::replaceCurrentTask() {
  SmallSetVector<CallInst *, 2> calls;
  auto add = [&](Value *value) {
    if (auto *call = dyn_cast<CallInst>(stripCasts(value));
        call && ir::helperId(*call) == BPF_FUNC_get_current_task)
      calls.insert(call);
  };
  for (const Planned &read : reads_)
    if (read.how.how == DirectRead::How::Typed)
      add(read.base);
  for (Value *join : typedJoins_)
    for (Value *input : cast<Instruction>(join)->operands())
      add(input);
  for (CallInst *call : calls) {
    IRBuilder<> builder(call);
    ir::HelperSignature signature;
    signature.id = BPF_FUNC_get_current_task_btf;
    signature.effects = ir::HelperEffects::Pure;
    signature.returnsPointer = true;
    CallInst *task = ir::createHelperCall(builder, signature, {});
    task->takeName(call);
    pointers_.push_back({task});
    call->replaceAllUsesWith(
        builder.CreateBitOrPointerCast(task, call->getType()));
    call->eraseFromParent();
    changed_ = true;
  }
}

/// Before the first of the reads in the block that dominates all, or at its
/// end.
Instruction *Lowering::commonPoint(ArrayRef<Planned *> reads) {
  BasicBlock *block = reads.front()->site.operation.call->getParent();
  for (Planned *read : drop_begin(reads))
    block = tree_.findNearestCommonDominator(
        block, read->site.operation.call->getParent());
  Instruction *point = block->getTerminator();
  for (Planned *read : reads) {
    CallInst *call = read->site.operation.call;
    if (call->getParent() == block && call->comesBefore(point))
      point = call;
  }
  return point;
}

void Lowering::insertCasts() {
  MapVector<std::pair<Value *, MDString *>, SmallVector<Planned *, 4>> groups;
  for (Planned &read : reads_)
    if (read.how.how == DirectRead::How::Cast)
      groups[{stripCasts(read.base),
              MDString::get(function_.getContext(),
                            read.site.field.steps.front().record)}]
          .push_back(&read);
  for (auto &[key, reads] : groups)
    insertCast(reads);
}

void Lowering::insertCast(ArrayRef<Planned *> reads) {
  Planned &first = *reads.front();
  IRBuilder<> builder(commonPoint(reads));
  builder.SetCurrentDebugLocation(first.site.operation.call->getDebugLoc());
  CallInst *call =
      createCast(builder, first.base, first.site.field.steps.front());
  first.isCast = true;
  for (Planned *read : reads)
    read->base = call;
}

Value *basePointer(IRBuilderBase &builder, const Planned &read) {
  Value *base = stripCasts(read.base);
  if (!base->getType()->isPointerTy())
    base = builder.CreateIntToPtr(base, builder.getPtrTy());
  return base;
}

Value *Lowering::fieldAddress(IRBuilderBase &builder, const Planned &read) {
  Value *address = ir::createKernelAddress(builder, read.site.field,
                                           basePointer(builder, read));
  if (read.site.offset)
    address = builder.CreatePtrAdd(address, builder.getInt64(read.site.offset));
  return address;
}

Value *Lowering::load(IRBuilderBase &builder, const Planned &read) {
  auto bits = read.site.field.isBitfield() ? bitfieldLoad(read.site.field)
                                           : std::nullopt;
  Type *type = read.site.operation.call->getType();
  if (bits)
    type = builder.getIntNTy(static_cast<unsigned>(bits->bytes * 8));
  Value *address =
      bits ? createBitfieldAddress(builder, basePointer(builder, read),
                                   read.site.field, *bits, baked_)
           : fieldAddress(builder, read);
  LoadInst *value = ir::pinLoad(
      builder.CreateAlignedLoad(type, address, Align(read.site.bytes),
                                baked_ || read.site.operation.isVolatile()));
  if (bits)
    return createBitfieldValue(builder, value, read.site.field, *bits);
  if (!read.site.field.pointee.empty())
    pointers_.push_back({value, read.givesNullable});
  return value;
}

/// A value that LLVM knows nothing of.
Value *opaque(IRBuilderBase &builder, Value *value) {
  Type *type = value->getType();
  InlineAsm *nothing = InlineAsm::get(FunctionType::get(type, type, false), "",
                                      "=r,0", /*hasSideEffects=*/false);
  return builder.CreateCall(nothing, value);
}

/// With the address that only it used.
void eraseRead(CallInst &call) {
  SmallVector<WeakTrackingVH, 3> operands(call.args());
  call.eraseFromParent();
  RecursivelyDeleteTriviallyDeadInstructionsPermissive(operands);
}

/// An array's bytes by as many loads as it takes.
bool Lowering::copy(IRBuilderBase &builder, const Planned &read) {
  if (read.site.operation.operation != ir::Operation::KernelCopy)
    return false;
  uint64_t width = copyWidth(read.site);
  Value *from = fieldAddress(builder, read);
  // In a register of its own: a relocated load from it would keep the base.
  if (width < read.site.bytes)
    from = opaque(builder, from);
  Value *to = read.site.operation.call->getArgOperand(0);
  Type *type = builder.getIntNTy(static_cast<unsigned>(width * 8));
  for (uint64_t at = 0; at < read.site.bytes; at += width) {
    Value *offset = builder.getInt64(at);
    Value *part = ir::pinLoad(
        builder.CreateAlignedLoad(type, builder.CreatePtrAdd(from, offset),
                                  Align(width), /*isVolatile=*/true));
    builder.CreateAlignedStore(part, builder.CreatePtrAdd(to, offset),
                               Align(width));
  }
  return true;
}

void Lowering::lower(Planned &read) {
  report(read);
  CallInst *call = read.site.operation.call;
  IRBuilder<> builder(call);
  if (!copy(builder, read)) {
    Value *value = load(builder, read);
    value->takeName(call);
    call->replaceAllUsesWith(value);
  }
  eraseRead(*call);
}

/// A base that may be null: 0 then, as a read of address 0 gives.
void Lowering::lowerTested(Planned &read) {
  report(read);
  CallInst *call = read.site.operation.call;
  Instruction *then = nullptr, *otherwise = nullptr;
  IRBuilder<> builder(call);
  Value *base = stripCasts(read.base);
  Value *isThere = builder.CreateIsNotNull(base);
  SplitBlockAndInsertIfThenElse(isThere, call->getIterator(), &then,
                                &otherwise);
  builder.SetInsertPoint(then);
  builder.SetCurrentDebugLocation(call->getDebugLoc());
  Value *value = nullptr;
  if (copy(builder, read)) {
    builder.SetInsertPoint(otherwise);
    builder.CreateMemSet(call->getArgOperand(0), builder.getInt8(0),
                         read.site.bytes, Align(copyWidth(read.site)));
  } else {
    value = load(builder, read);
    builder.SetInsertPoint(call);
    PHINode *result = builder.CreatePHI(value->getType(), 2);
    result->addIncoming(value, then->getParent());
    result->addIncoming(Constant::getNullValue(value->getType()),
                        otherwise->getParent());
    result->takeName(call);
    if (!read.site.field.pointee.empty()) {
      typedJoins_.insert(result);
      pointers_.push_back({result, read.givesNullable});
    }
    call->replaceAllUsesWith(result);
  }
  eraseRead(*call);
}

/// A bitfield: by a load where the kernel has its bits in the place that the
/// load is for, else by helper.
void Lowering::lowerGuarded(Planned &read) {
  report(read);
  CallInst *call = read.site.operation.call;
  IRBuilder<> builder(call);
  const ir::Field &field = read.site.field;
  Instruction *then = nullptr, *otherwise = nullptr;
  SplitBlockAndInsertIfThenElse(
      createBitfieldGuard(builder, field, *bitfieldLoad(field)),
      call->getIterator(), &then, &otherwise);
  builder.SetInsertPoint(call);
  PHINode *result = builder.CreatePHI(call->getType(), 2);
  builder.SetInsertPoint(then);
  builder.SetCurrentDebugLocation(call->getDebugLoc());
  Value *value = load(builder, read);
  call->replaceAllUsesWith(result);
  result->takeName(call);
  result->addIncoming(value, then->getParent());
  result->addIncoming(call, otherwise->getParent());
  dropOrigin(*call);
  call->moveBefore(otherwise);
}

constexpr uint64_t kCastInstructions = 3;

void Lowering::tell(const Planned &read) {
  ReadCost cost;
  bool isCopy = read.site.operation.operation == ir::Operation::KernelCopy;
  cost.loads = isCopy ? read.site.bytes / copyWidth(read.site) : 1;
  cost.instructions = (isCopy ? cost.loads : 0) +
                      (read.isCast ? kCastInstructions : 0) +
                      (read.how.isNullable ? 1 : 0);
  if (read.site.field.isBitfield())
    cost.instructions += kShiftInstructions;
  std::string text = "direct load";
  if (cost.loads > 1)
    text = std::to_string(cost.loads) + " direct loads";
  if (read.how.how == DirectRead::How::Cast)
    text += " through bpf_rdonly_cast";
  if (read.how.isNullable)
    text += ", tested for null first";
  if (read.site.field.isBitfield())
    text += ", shifted";
  tellFate(remarks_, DEBUG_TYPE, *read.site.operation.call, "direct", text,
           cost);
}

void Lowering::report(const Planned &read) {
  const CallInst *call = read.site.operation.call;
  tell(read);
  remarks_.emit([&] {
    OptimizationRemark remark(DEBUG_TYPE, "DirectRead", call);
    remark << "read by "
           << ore::NV("Operation", call->getCalledFunction()->getName())
           << " is a direct load";
    if (read.how.how == DirectRead::How::Cast)
      remark << " through bpf_rdonly_cast";
    else
      remark << " through a typed pointer";
    if (read.how.isNullable)
      remark << " that is tested first";
    return remark;
  });
}

void Lowering::reportRefused(const ReadSite &site, StringRef reason) {
  // Without casts a helper is what most reads are meant to be.
  if (!rules_.casts && !types_.typeOf(site.base))
    return;
  CallInst *call = site.operation.call;
  addNote(*call, ("no direct load: " + reason).str());
  remarks_.emit([&] {
    return OptimizationRemarkMissed(DEBUG_TYPE, "ReadNotDirect", call)
           << "read by "
           << ore::NV("Operation", call->getCalledFunction()->getName())
           << " is no direct load: " << ore::NV("Reason", reason);
  });
}

} // namespace

PreservedAnalyses LowerDirectReads::run(Function &function,
                                        FunctionAnalysisManager &analyses) {
  const VersionRow *version = versionOf(function);
  PointerRules here = version ? version->rules : rules;
  bool changed = castJoins(function, here);
  auto &remarks =
      analyses.getResult<OptimizationRemarkEmitterAnalysis>(function);
  Lowering lowering(function, here, baked,
                    analyses.getResult<DominatorTreeAnalysis>(function),
                    remarks);
  changed |= lowering.run();
  return changed ? PreservedAnalyses::none() : PreservedAnalyses::all();
}

} // namespace whistler::passes
