// One instruction as the source writes it, as an inline assembly statement:
// LLVM picks the registers of variables and keeps everything else out of its
// way. It has side effects and may touch memory, so nothing is moved across.

#include "FunctionLowering.h"

#include <llvm/ADT/StringExtras.h>
#include <llvm/IR/InlineAsm.h>

using namespace llvm;

namespace whistler::compiler {

Value *FunctionLowering::lowerAssembly(const Node &node) {
  // BPF's `w` names the low half of a register, an i32 to LLVM.
  Type *type = node.isNarrow ? builder_.getInt32Ty() : builder_.getInt64Ty();
  std::string letter = node.isNarrow ? "w" : "r";
  SmallVector<std::string, 4> constraints;
  SmallVector<Value *, 2> operands;
  SmallVector<Type *, 2> types;
  auto addInput = [&](Value *value, const std::string &constraint) {
    constraints.push_back(constraint);
    operands.push_back(builder_.CreateTrunc(value, type));
    types.push_back(type);
  };
  bool setsRegister = node.integer != ~uint64_t(0);
  bool hasResult = node.variable || setsRegister;
  if (node.variable)
    constraints.push_back("=" + letter);
  else if (setsRegister)
    constraints.push_back("={" + letter + std::to_string(node.integer) + "}");
  if (node.variable) {
    Value *before = builder_.CreateAlignedLoad(
        slotType(*node.variable), slotOf(*node.variable), Align(8));
    bool isPointer = node.variable->type.isPointer;
    addInput(isPointer ? coerce(before, false)
                       : extend(before, node.variable->type.isSigned),
             "0");
  }
  for (const NodePtr &child : node.children)
    addInput(lowerInt(child.get()), letter);
  constraints.push_back("~{memory}");
  auto *statement = InlineAsm::get(
      FunctionType::get(hasResult ? type : builder_.getVoidTy(), types, false),
      node.text, join(constraints, ","), /*hasSideEffects=*/true);
  Value *result = builder_.CreateCall(statement, operands);
  if (!hasResult)
    return integer(0);
  result = extend(result, false);
  if (node.variable)
    storeVariable(*node.variable,
                  coerce(result, node.variable->type.isPointer));
  return result;
}

} // namespace whistler::compiler
