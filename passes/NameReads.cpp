// Gives every kernel read the name that it has in the source, before any pass:
// `task->mm->exe_file` for (mm-struct-exe-file (task-struct-mm task)). The
// names of variables are those of their slots, which are gone after sroa.
//
// Without a listener for remarks of this pass nothing is named, so a
// compilation that no one asks about costs nothing more.

#include "NameReads.h"

#include "TypedPointers.h"
#include "whistler/ir/HelperCall.h"
#include "whistler/ir/VariableName.h"

#include <linux/bpf.h>
#include <llvm/IR/DiagnosticHandler.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/IR/Module.h>

#define DEBUG_TYPE "whistler-name-reads"

using namespace llvm;

namespace whistler::passes {

namespace {

bool hasListener(const Module &module) {
  const DiagnosticHandler *handler = module.getContext().getDiagHandlerPtr();
  return handler && handler->isPassedOptRemarkEnabled(kReadFatesPass);
}

std::string members(const ir::Field &field) {
  std::string text;
  for (const ir::FieldStep &step : field.steps)
    text += (text.empty() ? "" : ".") + step.member;
  return text;
}

std::string nameOf(Value *value, StringRef otherwise);

/// A member of what is at `base`: behind an arrow, or a dot in a record around.
std::string memberOf(Value *base, const ir::Field &field) {
  base = stripCasts(base);
  auto *inst = dyn_cast<Instruction>(base);
  auto outer = inst ? ir::matchOperation(*inst) : std::nullopt;
  bool isInside = outer && outer->operation == ir::Operation::KernelAddress;
  return nameOf(base, field.steps.front().record) + (isInside ? "." : "->") +
         members(field);
}

std::string byNumber(const ir::OperationCall &operation) {
  std::string base = nameOf(operation.base(), "address");
  auto *offset = dyn_cast<ConstantInt>(operation.call->getArgOperand(1));
  if (!offset)
    return base + "[...]";
  return base + (offset->isNegative() ? "" : "+") +
         std::to_string(offset->getSExtValue());
}

std::string nameOfOperation(const ir::OperationCall &operation,
                            StringRef otherwise) {
  switch (operation.operation) {
  case ir::Operation::KernelLoad:
  case ir::Operation::KernelLoadVolatile:
  case ir::Operation::KernelAddress:
    return memberOf(operation.base(), *operation.field);
  case ir::Operation::KernelLoadAt:
  case ir::Operation::KernelLoadVolatileAt:
    return byNumber(operation);
  case ir::Operation::KernelCopy:
    return nameOf(operation.call->getArgOperand(2), "address");
  case ir::Operation::ContextLoad:
    return "ctx->" + members(*operation.field);
  default:
    return otherwise.str();
  }
}

/// As the source has it; `otherwise` when it is no value with a name.
std::string nameOf(Value *value, StringRef otherwise) {
  value = stripCasts(value);
  if (auto *argument = dyn_cast<Argument>(value))
    return argument->hasName() ? argument->getName().str() : otherwise.str();
  auto *inst = dyn_cast<Instruction>(value);
  if (!inst)
    return otherwise.str();
  if (auto *load = dyn_cast<LoadInst>(inst))
    if (auto *slot = dyn_cast<AllocaInst>(load->getPointerOperand());
        slot && slot->hasName())
      return ir::variableName(*slot).str();
  if (auto operation = ir::matchOperation(*inst))
    return nameOfOperation(*operation, otherwise);
  auto *call = dyn_cast<CallInst>(inst);
  uint32_t helper = call ? ir::helperId(*call) : 0;
  bool isTask = helper == BPF_FUNC_get_current_task ||
                helper == BPF_FUNC_get_current_task_btf;
  return isTask ? "current" : otherwise.str();
}

uint64_t bytesOf(const ir::OperationCall &operation) {
  if (operation.operation == ir::Operation::KernelCopy)
    return cast<ConstantInt>(operation.call->getArgOperand(1))->getZExtValue();
  if (operation.field)
    return operation.field->bytes;
  return operation.call->getType()->getIntegerBitWidth() / 8;
}

uint64_t instructionsOf(const ir::OperationCall &operation) {
  if (operation.operation == ir::Operation::KernelCopy)
    return kInPlaceInstructions;
  bool isBitfield = operation.field && operation.field->isBitfield();
  return kAloneInstructions + (isBitfield ? kShiftInstructions : 0);
}

bool isRead(ir::Operation operation) {
  switch (operation) {
  case ir::Operation::KernelLoad:
  case ir::Operation::KernelLoadAt:
  case ir::Operation::KernelLoadVolatile:
  case ir::Operation::KernelLoadVolatileAt:
  case ir::Operation::KernelCopy:
    return true;
  default:
    return false;
  }
}

void nameReads(Function &function, FollowedReads::Result &followed) {
  unsigned number = 0;
  for (Instruction &inst : instructions(function)) {
    auto operation = ir::matchOperation(inst);
    if (!operation || !isRead(operation->operation))
      continue;
    ReadOrigin origin;
    origin.number = number++;
    if (const DebugLoc &place = inst.getDebugLoc()) {
      origin.line = place.getLine();
      origin.column = place.getCol();
    }
    origin.path = nameOfOperation(*operation, "address");
    origin.bytes = bytesOf(*operation);
    origin.instructions = instructionsOf(*operation);
    setOrigin(inst, origin);
    followed.reads.emplace_back(inst, std::move(origin));
  }
}

} // namespace

AnalysisKey FollowedReads::Key;

PreservedAnalyses NameReads::run(Module &module,
                                 ModuleAnalysisManager &analyses) {
  if (!hasListener(module))
    return PreservedAnalyses::all();
  auto &followed = analyses.getResult<FollowedReads>(module);
  for (Function &function : module)
    nameReads(function, followed);
  return PreservedAnalyses::all();
}

} // namespace whistler::passes
