// The table from node kinds to handlers, and what every handler needs: values
// in their two forms (i64 and ptr), the slots of variables, debug locations.
//
// An integer is an i64 that is already extended by its type. A pointer is a
// `ptr`, whatever memory it leads to; a context that wants the other form gets
// a cast. Variables are slots in the entry block: i64 or ptr, except those
// whose address the program takes, which have the width of their type so that
// memory holds what the type says.

#include "FunctionLowering.h"

#include "whistler/ir/VariableName.h"

#include <llvm/IR/InlineAsm.h>
#include <llvm/Transforms/Utils/Local.h>

using namespace llvm;

namespace whistler::compiler {

#define HANDLER(KIND) {NodeKind::KIND, &FunctionLowering::lower##KIND}
// In the order of NodeKind.
const FunctionLowering::HandlerRow FunctionLowering::kHandlers[] = {
    HANDLER(Integer),
    HANDLER(VariableRef),
    HANDLER(Assign),
    HANDLER(Sequence),
    HANDLER(Unary),
    HANDLER(Binary),
    HANDLER(Convert),
    HANDLER(If),
    HANDLER(Loop),
    HANDLER(Break),
    HANDLER(Continue),
    HANDLER(Return),
    HANDLER(Load),
    HANDLER(Store),
    HANDLER(Offset),
    HANDLER(KernelLoad),
    HANDLER(KernelLoadAt),
    HANDLER(KernelAddress),
    HANDLER(KernelCopy),
    HANDLER(ContextLoadAt),
    HANDLER(ContextStoreAt),
    HANDLER(ContextLoad),
    HANDLER(ContextTyped),
    HANDLER(ContextPointer),
    HANDLER(CoreFact),
    HANDLER(TypeFact),
    HANDLER(KernelVersion),
    HANDLER(StackObject),
    HANDLER(AddressOf),
    HANDLER(Zero),
    HANDLER(Fill),
    HANDLER(Copy),
    HANDLER(MapRef),
    HANDLER(GlobalRef),
    HANDLER(StringRef),
    HANDLER(Call),
    HANDLER(CallSubprogram),
    HANDLER(CallKernelFunction),
    HANDLER(KernelFunctionExists),
    HANDLER(FrameRef),
    HANDLER(CallbackRef),
    HANDLER(UserLoad),
    HANDLER(Assembly),
    HANDLER(Atomic),
    HANDLER(Barrier),
    HANDLER(Spill),
};
#undef HANDLER

FunctionLowering::FunctionLowering(ModuleLowering &module, const Code &code,
                                   const Subprogram *subprogram,
                                   Function &function)
    : module_(module), code_(code), subprogram_(subprogram),
      function_(function), builder_(function.getContext()) {}

void FunctionLowering::run() {
  entry_ = block("entry");
  BasicBlock *body = block("body");
  startBlock(body);
  builder_.SetCurrentDebugLocation(module_.location(function_, code_.span));
  if (code_.body)
    survey(*code_.body);
  makeFrame();
  declareVariables();
  keepParameters();
  finishWith(lower(code_.body.get()));
  startBlock(entry_);
  builder_.SetCurrentDebugLocation(module_.location(function_, code_.span));
  builder_.CreateBr(body);
  removeUnreachableBlocks(function_);
}

void FunctionLowering::survey(const Node &node) {
  kernelReads_ += isKernelRead(node);
  for (const NodePtr &child : node.children)
    if (child)
      survey(*child);
}

Type *FunctionLowering::slotType(const Variable &variable) {
  if (variable.type.isPointer)
    return builder_.getPtrTy();
  return builder_.getIntNTy(variable.addressTaken ? variable.type.bits : 64);
}

Value *FunctionLowering::slotOf(const Variable &variable) {
  if (Value *known = slots_.lookup(&variable))
    return known;
  return slots_[&variable] = outerSlot(variable);
}

void FunctionLowering::declareVariables() {
  for (const auto &variable : code_.variables) {
    Type *type = slotType(*variable);
    Value *slot = variable->frameSlot ? frameSlot(frame_, variable->frameSlot)
                                      : entrySlot(type, variable->name);
    if (auto *own = dyn_cast<AllocaInst>(slot))
      ir::setVariableName(*own, variable->name);
    slots_[variable.get()] = slot;
    builder_.CreateAlignedStore(Constant::getNullValue(type), slot, Align(8));
  }
}

AllocaInst *FunctionLowering::entrySlot(Type *type, const Twine &name) {
  auto *slot = new AllocaInst(type, 0, nullptr, Align(8), name);
  slot->insertInto(entry_, entry_->end());
  slot->setDebugLoc(builder_.getCurrentDebugLocation());
  return slot;
}

Value *FunctionLowering::lower(const Node *node) {
  if (!node)
    return integer(0);
  DebugLoc outer = builder_.getCurrentDebugLocation();
  if (DebugLoc here = module_.location(function_, node->span))
    builder_.SetCurrentDebugLocation(here);
  const HandlerRow &row = kHandlers[size_t(node->kind)];
  if (row.kind != node->kind)
    report_fatal_error("lowering: the handler table is out of order");
  Value *value = (this->*row.handler)(*node);
  builder_.SetCurrentDebugLocation(outer);
  return value ? value : integer(0);
}

Value *FunctionLowering::lowerInt(const Node *node) {
  return coerce(lower(node), /*toPointer=*/false);
}

Value *FunctionLowering::lowerPointer(const Node *node) {
  return coerce(lower(node), /*toPointer=*/true);
}

Value *FunctionLowering::coerce(Value *value, bool toPointer) {
  if (value->getType()->isPointerTy() == toPointer)
    return value;
  return toPointer ? builder_.CreateIntToPtr(value, builder_.getPtrTy())
                   : builder_.CreatePtrToInt(value, builder_.getInt64Ty());
}

Value *FunctionLowering::extend(Value *value, bool isSigned) {
  return isSigned ? builder_.CreateSExt(value, builder_.getInt64Ty())
                  : builder_.CreateZExt(value, builder_.getInt64Ty());
}

Value *FunctionLowering::narrow(Value *value, const ValueType &type) {
  if (type.isBool && !type.isPointer)
    value = extend(builder_.CreateICmpNE(value, integer(0)), false);
  return cut(value, type.bits);
}

/// The low bits of an i64.
Value *FunctionLowering::cut(Value *value, unsigned bits) {
  if (bits == 64)
    return value;
  return builder_.CreateTrunc(number(value), builder_.getIntNTy(bits));
}

/// The verifier lets nobody store a part of a pointer, nor shift, mask or
/// multiply one; a negation makes a number of it, and two give the value back.
Value *FunctionLowering::number(Value *value) {
  if (!isa<PtrToIntInst>(value))
    return value;
  auto *type = FunctionType::get(value->getType(), value->getType(), false);
  auto *negate = InlineAsm::get(type, "$0 = -$0\n\t$0 = -$0", "=r,0",
                                /*hasSideEffects=*/false);
  return builder_.CreateCall(negate, value, "number");
}

Value *FunctionLowering::convert(Value *value, const ValueType &type) {
  return extend(narrow(value, type), type.isSigned);
}

void FunctionLowering::storeVariable(const Variable &variable, Value *value) {
  if (!variable.type.isPointer) {
    value = convert(value, variable.type);
    value = builder_.CreateTrunc(value, slotType(variable));
  }
  builder_.CreateAlignedStore(value, slotOf(variable), Align(8));
}

Value *FunctionLowering::lowerInteger(const Node &node) {
  return coerce(integer(node.integer), node.type.isPointer);
}

Value *FunctionLowering::lowerVariableRef(const Node &node) {
  Value *value = builder_.CreateAlignedLoad(slotType(*node.variable),
                                            slotOf(*node.variable), Align(8),
                                            node.variable->name);
  if (node.variable->type.isPointer)
    return value;
  return extend(value, node.variable->type.isSigned);
}

Value *FunctionLowering::lowerAssign(const Node &node) {
  const Variable &variable = *node.variable;
  Value *value = coerce(child(node, 0), variable.type.isPointer);
  storeVariable(variable, value);
  bool isKept = variable.frameSlot != 0 && !variable.type.isPointer &&
                !variable.addressTaken;
  if (isKept && isCounter(*node.children[0]))
    forgetValue(slotOf(variable), 8);
  return variable.type.isPointer ? value : convert(value, variable.type);
}

Value *FunctionLowering::lowerConvert(const Node &node) {
  Value *value = child(node, 0);
  if (node.type.isPointer)
    return coerce(value, true);
  return convert(coerce(value, false), node.type);
}

Value *FunctionLowering::lowerAddressOf(const Node &node) {
  return slotOf(*node.variable);
}

Value *FunctionLowering::lowerSequence(const Node &node) {
  Value *last = integer(0);
  for (const NodePtr &item : node.children)
    last = lower(item.get());
  return last;
}

} // namespace whistler::compiler
