// Typed kernel pointers used as numbers. The verifier lets nobody shift, mask
// or multiply one ("bitwise operator on pointer prohibited"), and what is
// permitted (adding an offset) leaves a pointer that may not be loaded through.
// A negation makes a number of it on every kernel, whatever its value is known
// to be, and two of them give the value back:
//
//   %n = ptrtoint ptr %mm to i64
//   %hash = lshr i64 %n, 12
// =>
//   %n = ptrtoint ptr %mm to i64
//   %number = call i64 asm "$0 = -$0; $0 = -$0", "=r,0"(i64 %n)
//   %hash = lshr i64 %number, 12
//
// Uses that the verifier takes stay as they are: tests against 0, stores to
// memory that is surely no stack, arguments of helpers, loads. Through a
// pointer that may be null not even an offset may be added before a test: what
// a helper reads is addressed by the number.

#include "LaunderPointers.h"

#include "whistler/ir/HelperCall.h"
#include "whistler/ir/Operations.h"

#include <llvm/Analysis/ValueTracking.h>
#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/InlineAsm.h>

using namespace llvm;

namespace whistler::passes {

namespace {

class Launderer {
public:
  Launderer(const LaunderedPointer &pointer,
            function_ref<bool(Value *)> isTyped)
      : pointer_(*pointer.value), isNullable_(pointer.isNullable),
        isTyped_(isTyped) {}

  bool run() {
    collect(pointer_, pointer_);
    for (auto [use, address] : uses_)
      use->set(number(*address, use->get()->getType()));
    return !uses_.empty();
  }

private:
  /// Uses of `value`, which is `address` behind casts.
  void collect(Instruction &value, Instruction &address) {
    for (Use &use : value.uses()) {
      auto *user = cast<Instruction>(use.getUser());
      if (isCast(*user))
        collect(*user, address);
      else if (!isNullable_ && isConstantOffset(*user))
        collect(*user, *user);
      else if (!isPermitted(use, *user))
        uses_.push_back({&use, &address});
      else if (!isNullable_ && isMember(*user))
        collectIndexed(*user);
    }
  }

  /// Reads of a member at a variable place of it.
  void collectIndexed(Instruction &member) {
    for (Use &use : member.uses()) {
      auto *user = cast<Instruction>(use.getUser());
      auto *call = dyn_cast<CallInst>(user);
      bool isRead =
          call && ir::matchOperation(*call) && !isPermittedArgument(*call);
      if (isRead || (isa<GetElementPtrInst>(user) && !isConstantOffset(*user)))
        uses_.push_back({&use, &member});
    }
  }

  static bool isMember(Instruction &user) {
    auto operation = ir::matchOperation(user);
    return operation && operation->operation == ir::Operation::KernelAddress;
  }

  /// Nothing is cut off.
  static bool isCast(Instruction &user) {
    return isa<IntToPtrInst, FreezeInst>(user) ||
           (isa<PtrToIntInst>(user) && user.getType()->isIntegerTy(64));
  }

  /// To the verifier, which sees what a loader made of a fact.
  static bool isConstantOffset(Instruction &user) {
    auto *address = dyn_cast<GetElementPtrInst>(&user);
    return address && all_of(address->indices(), [](Value *index) {
             auto *call = dyn_cast<CallInst>(index);
             auto operation = call ? ir::matchOperation(*call) : std::nullopt;
             return isa<ConstantInt>(index) || (operation && operation->fact);
           });
  }

  bool isPermitted(const Use &use, Instruction &user) const {
    if (isa<PHINode, SelectInst>(user))
      return isTyped_(&user);
    if (auto *compare = dyn_cast<ICmpInst>(&user)) {
      auto *other =
          dyn_cast<Constant>(compare->getOperand(1 - use.getOperandNo()));
      return compare->isEquality() && other && other->isNullValue();
    }
    if (isa<LoadInst>(user))
      return true;
    if (auto *store = dyn_cast<StoreInst>(&user))
      return use.getOperandNo() == 0 && isNoStack(*store->getPointerOperand());
    if (auto *call = dyn_cast<CallInst>(&user))
      return isPermittedArgument(*call);
    return false;
  }

  /// What a helper returned, or a variable. An argument may lead to the
  /// caller's stack, where no pointer may be stored.
  static bool isNoStack(const Value &address) {
    return isa<CallBase, GlobalVariable>(getUnderlyingObject(&address));
  }

  /// The address of what a helper reads is computed before any test: not with
  /// a pointer that may be null.
  static bool isForHelper(CallInst &call, const ir::OperationCall &operation) {
    if (operation.operation != ir::Operation::KernelAddress)
      return true;
    return any_of(call.users(), [](User *user) {
      auto *inst = dyn_cast<Instruction>(user);
      return inst && ir::matchOperation(*inst);
    });
  }

  bool isPermittedArgument(CallInst &call) const {
    if (call.isInlineAsm())
      return false;
    auto operation = ir::matchOperation(call);
    if (operation && isNullable_ && isForHelper(call, *operation))
      return false;
    if (operation &&
        (operation->operation == ir::Operation::KernelLoadAt ||
         operation->operation == ir::Operation::KernelLoadVolatileAt))
      return isa<ConstantInt>(call.getArgOperand(1));
    // A function of the program takes numbers.
    const Function *callee = call.getCalledFunction();
    return operation || ir::helperId(call) ||
           (callee && callee->isDeclaration());
  }

  Value *number(Instruction &address, Type *type) {
    Number &known = numbers_[&address];
    IRBuilder<> builder(address.getContext());
    builder.SetInsertPoint(address.getParent(), behind(address, known));
    builder.SetCurrentDebugLocation(address.getDebugLoc());
    if (!known.asNumber) {
      Value *value = &address;
      if (value->getType()->isPointerTy())
        value = builder.CreatePtrToInt(value, builder.getInt64Ty());
      Type *i64 = builder.getInt64Ty();
      InlineAsm *negate = InlineAsm::get(FunctionType::get(i64, i64, false),
                                         "$0 = -$0\n\t$0 = -$0", "=r,0",
                                         /*hasSideEffects=*/false);
      known.asNumber = builder.CreateCall(negate, value, "number");
    }
    if (!type->isPointerTy())
      return known.asNumber;
    if (!known.asPointer)
      known.asPointer = builder.CreateIntToPtr(known.asNumber, type);
    return known.asPointer;
  }

  struct Number {
    Instruction *asNumber = nullptr;
    Value *asPointer = nullptr;
  };

  static BasicBlock::iterator behind(Instruction &address,
                                     const Number &known) {
    if (known.asNumber)
      return std::next(known.asNumber->getIterator());
    if (isa<PHINode>(address))
      return address.getParent()->getFirstInsertionPt();
    return std::next(address.getIterator());
  }

  Instruction &pointer_;
  bool isNullable_;
  function_ref<bool(Value *)> isTyped_;
  SmallVector<std::pair<Use *, Instruction *>, 8> uses_;
  DenseMap<Instruction *, Number> numbers_;
};

} // namespace

bool launderPointers(ArrayRef<LaunderedPointer> pointers,
                     function_ref<bool(Value *)> isTyped) {
  bool changed = false;
  for (const LaunderedPointer &pointer : pointers)
    changed |= Launderer(pointer, isTyped).run();
  return changed;
}

} // namespace whistler::passes
