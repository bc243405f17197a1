// Parameters, calls of BPF-to-BPF functions, and the frame through which a
// callback reaches variables of the code around it.
//
// A frame is an array of 8-byte slots on the stack: the verifier follows
// pointers that are kept there as long as they are loaded whole. Its address
// escapes into the helper, so LLVM keeps values in it up to date around each
// call and in registers in between.

#include "FunctionLowering.h"

using namespace llvm;

namespace whistler::compiler {

Value *FunctionLowering::frameSlot(Value *frame, uint32_t slot) {
  return builder_.CreatePtrAdd(frame, integer(uint64_t(slot) * 8));
}

Value *FunctionLowering::incomingFrame() {
  return function_.getArg(function_.arg_size() - 1);
}

/// In the entry block, where nothing is evaluated yet: the slots hold what
/// callbacks find there.
void FunctionLowering::makeFrame() {
  if (code_.frameSlots == 0)
    return;
  frame_ = entrySlot(ArrayType::get(builder_.getInt64Ty(), code_.frameSlots),
                     "frame");
  if (code_.keepsOuterFrame)
    builder_.CreateAlignedStore(
        incomingFrame(), frameSlot(frame_, Code::kOuterFrameSlot), Align(8));
  if (code_.keepsContext)
    builder_.CreateAlignedStore(
        context(), frameSlot(frame_, Code::kContextSlot), Align(8));
}

Value *FunctionLowering::context() {
  bool isCallback = subprogram_ && subprogram_->isCallback;
  if (!isCallback)
    return function_.getArg(0);
  if (!context_) {
    IRBuilder<>::InsertPointGuard guard(builder_);
    builder_.SetInsertPoint(entry_);
    context_ = builder_.CreateAlignedLoad(
        builder_.getPtrTy(), frameSlot(incomingFrame(), Code::kContextSlot),
        Align(8));
  }
  return context_;
}

/// A captured variable's slot, through the frames between, found once in the
/// entry block.
Value *FunctionLowering::outerSlot(const Variable &variable) {
  const Capture *found = nullptr;
  if (subprogram_)
    for (const Capture &capture : subprogram_->captures)
      if (capture.variable == &variable)
        found = &capture;
  if (!found)
    report_fatal_error("lowering: a variable of another function");
  IRBuilder<>::InsertPointGuard guard(builder_);
  builder_.SetInsertPoint(entry_);
  Value *frame = incomingFrame();
  for (unsigned hop = 0; hop < found->hops; ++hop)
    frame = builder_.CreateAlignedLoad(
        builder_.getPtrTy(), frameSlot(frame, Code::kOuterFrameSlot), Align(8));
  return frameSlot(frame, variable.frameSlot);
}

/// Does the value depend on memory that outlives a round of the callback?
static bool readsKept(const Node &node) {
  bool isKept =
      (node.kind == NodeKind::VariableRef && node.variable->frameSlot != 0) ||
      (node.kind == NodeKind::Load &&
       node.children[0]->type.space == Space::Stack);
  return isKept || any_of(node.children, [](const NodePtr &child) {
           return child && readsKept(*child);
         });
}

bool FunctionLowering::isCounter(const Node &value) const {
  return subprogram_ && subprogram_->isCalledBack && readsKept(value);
}

/// Makes the verifier forget what it knows of the `bytes` at `slot`, on the
/// stack of the code around a callback. A counter that a callback adds to would
/// have another value after each round, and where it is compared the verifier,
/// which does not take the callback's word for the end, would follow the rounds
/// one by one to the limit of its patience; writing a part of the slot anew
/// makes it any number.
void FunctionLowering::forgetValue(Value *slot, uint64_t bytes) {
  Value *last = builder_.CreatePtrAdd(slot, integer(bytes - 1));
  Value *byte = builder_.CreateAlignedLoad(builder_.getInt8Ty(), last, Align(1),
                                           /*isVolatile=*/true);
  builder_.CreateAlignedStore(byte, last, Align(1), /*isVolatile=*/true);
}

void FunctionLowering::keepParameters() {
  if (!subprogram_)
    return;
  unsigned next = subprogram_->usesContext && !subprogram_->isCallback;
  for (const Variable *variable : subprogram_->parameters)
    storeVariable(*variable,
                  coerce(function_.getArg(next++), variable->type.isPointer));
}

Value *FunctionLowering::lowerCallSubprogram(const Node &node) {
  Function *callee = module_.subprogram(node.index);
  SmallVector<Value *, 5> arguments;
  for (const NodePtr &item : node.children)
    arguments.push_back(coerce(
        lower(item.get()),
        callee->getArg(unsigned(arguments.size()))->getType()->isPointerTy()));
  CallInst *call = builder_.CreateCall(callee, arguments);
  return coerce(call, node.type.isPointer);
}

Value *FunctionLowering::lowerFrameRef(const Node &node) { return frame_; }

Value *FunctionLowering::lowerCallbackRef(const Node &node) {
  return module_.subprogram(node.index);
}

} // namespace whistler::compiler
