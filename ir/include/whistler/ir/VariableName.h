#ifndef WHISTLER_IR_VARIABLENAME_H
#define WHISTLER_IR_VARIABLENAME_H

#include <llvm/IR/Instructions.h>
#include <llvm/IR/Metadata.h>

namespace whistler::ir {

/// The name in the source of the variable that a stack slot is: the slot's own,
/// or, where another slot has that name already, one in its metadata.
inline void setVariableName(llvm::AllocaInst &slot, llvm::StringRef name) {
  llvm::LLVMContext &context = slot.getContext();
  if (slot.getName() != name)
    slot.setMetadata(
        "whistler.variable",
        llvm::MDNode::get(context, llvm::MDString::get(context, name)));
}

inline llvm::StringRef variableName(const llvm::AllocaInst &slot) {
  if (const llvm::MDNode *node = slot.getMetadata("whistler.variable"))
    if (auto *name = llvm::dyn_cast<llvm::MDString>(node->getOperand(0)))
      return name->getString();
  return slot.getName();
}

} // namespace whistler::ir

#endif
