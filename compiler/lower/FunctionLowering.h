#ifndef WHISTLER_LOWER_FUNCTIONLOWERING_H
#define WHISTLER_LOWER_FUNCTIONLOWERING_H

#include "ModuleLowering.h"

#include <llvm/ADT/DenseMap.h>
#include <llvm/ADT/DenseSet.h>
#include <llvm/IR/IRBuilder.h>

namespace whistler::compiler {

/// Yields a value read from kernel memory.
inline bool isKernelRead(const Node &node) {
  return node.kind == NodeKind::KernelLoad ||
         node.kind == NodeKind::KernelLoadAt;
}

/// One program's body as IR. Each node kind has one handler, a row of the
/// table in LowerNode.cpp; the handlers are in the file of their topic.
/// A handler returns an i64 or a `ptr`, by the type of its node.
class FunctionLowering {
public:
  /// `subprogram` is the code when it is no program, else null.
  FunctionLowering(ModuleLowering &module, const Code &code,
                   const Subprogram *subprogram, llvm::Function &function);
  void run();

private:
  using Handler = llvm::Value *(FunctionLowering::*)(const Node &);
  struct HandlerRow {
    NodeKind kind;
    Handler handler;
  };
  static const HandlerRow kHandlers[];

  // LowerNode.cpp: dispatch, values, variables
  void declareVariables();
  void survey(const Node &node);
  llvm::Value *lower(const Node *node); ///< null: 0
  llvm::Value *lowerInt(const Node *node);
  llvm::Value *lowerPointer(const Node *node);
  llvm::Value *coerce(llvm::Value *value, bool toPointer);
  /// An iN value as i64 by the sign of `type`.
  llvm::Value *extend(llvm::Value *value, bool isSigned);
  /// The i64 `value` cut to the width of `type`, as its narrow type.
  llvm::Value *narrow(llvm::Value *value, const ValueType &type);
  llvm::Value *cut(llvm::Value *value, unsigned bits);
  llvm::Value *number(llvm::Value *value);
  /// The i64 `value` after a round trip through `type`.
  llvm::Value *convert(llvm::Value *value, const ValueType &type);
  llvm::Value *integer(uint64_t value) { return builder_.getInt64(value); }
  llvm::AllocaInst *entrySlot(llvm::Type *type, const llvm::Twine &name);
  llvm::Type *slotType(const Variable &variable);
  llvm::Value *slotOf(const Variable &variable);
  void storeVariable(const Variable &variable, llvm::Value *value);
  llvm::Value *child(const Node &node, size_t index) {
    return lower(index < node.children.size() ? node.children[index].get()
                                              : nullptr);
  }

  llvm::Value *lowerInteger(const Node &node);
  llvm::Value *lowerVariableRef(const Node &node);
  llvm::Value *lowerAssign(const Node &node);
  llvm::Value *lowerConvert(const Node &node);
  llvm::Value *lowerAddressOf(const Node &node);
  llvm::Value *lowerSequence(const Node &node);

  // LowerFunctions.cpp: frames, parameters, calls of functions
  void makeFrame();
  void keepParameters();
  llvm::Value *frameSlot(llvm::Value *frame, uint32_t slot);
  llvm::Value *incomingFrame();
  llvm::Value *context();
  llvm::Value *outerSlot(const Variable &variable);
  /// In a callback: a value that would be another in every round.
  bool isCounter(const Node &value) const;
  void forgetValue(llvm::Value *slot, uint64_t bytes);
  llvm::Value *lowerCallSubprogram(const Node &node);
  llvm::Value *lowerFrameRef(const Node &node);
  llvm::Value *lowerCallbackRef(const Node &node);

  // LowerArithmetic.cpp
  llvm::Value *lowerUnary(const Node &node);
  llvm::Value *lowerBinary(const Node &node);
  llvm::Value *operand(const Node &node, size_t index);
  llvm::Value *pin(llvm::Value *value);
  llvm::Value *floorOfLog2(llvm::Value *value);
  llvm::Value *divide(Op op, llvm::Value *a, llvm::Value *b);
  llvm::Value *divideBy(Op op, llvm::Value *a, llvm::Value *b);
  llvm::Value *shift(Op op, llvm::Value *a, llvm::Value *b);
  llvm::Value *byteSwap(llvm::Value *value, unsigned bits);

  // LowerAssembly.cpp
  llvm::Value *lowerAssembly(const Node &node);

  // LowerControl.cpp
  struct LoopTargets {
    llvm::BasicBlock *breakTo, *continueTo;
  };
  llvm::Value *lowerIf(const Node &node);
  llvm::Value *lowerLoop(const Node &node);
  llvm::Value *lowerBreak(const Node &node);
  llvm::Value *lowerContinue(const Node &node);
  llvm::Value *lowerReturn(const Node &node);
  void branchOn(const Node *test, llvm::BasicBlock *yes, llvm::BasicBlock *no);
  void branchOnIf(const Node &test, llvm::BasicBlock *yes,
                  llvm::BasicBlock *no);
  void emitLoopHeader(const Node &node, llvm::AllocaInst *rounds,
                      llvm::BasicBlock *body, llvm::BasicBlock *done);
  void emitLoopLatch(const Node &node, llvm::AllocaInst *rounds,
                     llvm::BasicBlock *header);
  llvm::MDNode *loopMetadata(bool unroll);
  void leaveBlock(); ///< goes on in a block that nothing reaches
  llvm::BasicBlock *block(const llvm::Twine &name);
  void startBlock(llvm::BasicBlock *block) { builder_.SetInsertPoint(block); }
  void finishWith(llvm::Value *result);

  // LowerMemory.cpp
  llvm::Value *address(const Node &node);
  llvm::Value *opaque(llvm::Value *value);
  llvm::Value *lowerLoad(const Node &node);
  llvm::Value *lowerStore(const Node &node);
  llvm::Value *lowerOffset(const Node &node);
  llvm::Value *lowerStackObject(const Node &node);
  llvm::Value *lowerSpill(const Node &node);
  llvm::Value *lowerZero(const Node &node);
  llvm::Value *lowerFill(const Node &node);
  llvm::Value *lowerCopy(const Node &node);
  llvm::Value *lowerAtomic(const Node &node);
  void fill(llvm::Value *pointer, uint8_t byte, uint64_t bytes,
            llvm::Align align);

  // LowerKernel.cpp
  llvm::Value *lowerKernelLoad(const Node &node);
  llvm::Value *lowerKernelLoadAt(const Node &node);
  llvm::Value *lowerKernelAddress(const Node &node);
  llvm::Value *lowerKernelCopy(const Node &node);
  llvm::Value *lowerContextPointer(const Node &node);
  llvm::Value *lowerContextLoad(const Node &node);
  llvm::Value *lowerContextLoadAt(const Node &node);
  llvm::Value *lowerContextStoreAt(const Node &node);
  llvm::Value *lowerContextTyped(const Node &node);
  llvm::Value *lowerCoreFact(const Node &node);
  llvm::Value *lowerTypeFact(const Node &node);
  llvm::Value *lowerKernelVersion(const Node &node);
  llvm::Value *lowerBarrier(const Node &node);
  llvm::Value *lowerUserLoad(const Node &node);
  llvm::Value *yielded(llvm::Value *value, const Node &node, bool isSigned);

  // LowerCalls.cpp
  llvm::Value *lowerCall(const Node &node);
  llvm::Value *lowerCallKernelFunction(const Node &node);
  llvm::Value *lowerKernelFunctionExists(const Node &node);
  llvm::Value *lowerMapRef(const Node &node);
  llvm::Value *lowerGlobalRef(const Node &node);
  llvm::Value *lowerStringRef(const Node &node);
  llvm::Value *argument(const Node &node);

  ModuleLowering &module_;
  const Code &code_;
  const Subprogram *subprogram_;
  llvm::Function &function_;
  llvm::IRBuilder<> builder_;
  llvm::BasicBlock *entry_ = nullptr; ///< allocas only; ends in a jump
  llvm::DenseMap<const Variable *, llvm::Value *> slots_;
  llvm::AllocaInst *frame_ = nullptr; ///< for callbacks
  llvm::Value *context_ = nullptr;
  unsigned kernelReads_ = 0; ///< in the whole program
  std::vector<LoopTargets> loops_;
};

} // namespace whistler::compiler

#endif
