// A BPF program has 512 bytes of stack. Whether the frame fits is known after
// code generation only: buffers with lifetime markers share slots, registers
// are spilled. Two places therefore give one error that names the program and
// what uses its stack: a lower bound before code generation (buffers without
// markers, and the largest one with markers), and LLVM's own diagnostic during
// it.

#include "ModuleChecks.h"

#include <llvm/ADT/STLExtras.h>
#include <llvm/IR/DebugInfo.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/IR/Instructions.h>
#include <llvm/IR/IntrinsicInst.h>

using namespace llvm;

namespace whistler::backend {

namespace {

constexpr uint64_t kStackBytes = 512;
constexpr size_t kNamedObjects = 4;

struct StackObject {
  std::string name;
  uint64_t bytes = 0;
  bool hasLifetime = false;
  unsigned line = 0;
};

bool hasLifetimeMarkers(const AllocaInst &object) {
  return any_of(object.users(), [](const User *user) {
    auto *intrinsic = dyn_cast<IntrinsicInst>(user);
    return intrinsic && intrinsic->isLifetimeStartOrEnd();
  });
}

/// The source variable when debug info knows one, else the IR name.
StackObject describe(const AllocaInst &object, const DataLayout &layout) {
  StackObject result;
  auto *mutableObject = const_cast<AllocaInst *>(&object);
  const DILocalVariable *variable = nullptr;
  for (DbgDeclareInst *declare : findDbgDeclares(mutableObject))
    variable = declare->getVariable();
  for (DbgVariableRecord *record : findDVRDeclares(mutableObject))
    variable = record->getVariable();
  if (variable) {
    result.name = variable->getName().str();
    result.line = variable->getLine();
  } else {
    result.name = object.getName().str();
    result.line = object.getDebugLoc() ? object.getDebugLoc().getLine() : 0;
  }
  if (auto size = object.getAllocationSize(layout))
    result.bytes = alignTo(size->getFixedValue(), object.getAlign());
  result.hasLifetime = hasLifetimeMarkers(object);
  return result;
}

/// Largest first.
std::vector<StackObject> stackObjects(const Function &function) {
  std::vector<StackObject> objects;
  const DataLayout &layout = function.getParent()->getDataLayout();
  for (const Instruction &instruction : instructions(function))
    if (auto *object = dyn_cast<AllocaInst>(&instruction))
      if (object->isStaticAlloca())
        objects.push_back(describe(*object, layout));
  stable_sort(objects, [](const StackObject &a, const StackObject &b) {
    return a.bytes > b.bytes;
  });
  return objects;
}

uint64_t lowerBound(ArrayRef<StackObject> objects) {
  uint64_t always = 0, largestShared = 0;
  for (const StackObject &object : objects) {
    if (object.hasLifetime)
      largestShared = std::max(largestShared, object.bytes);
    else
      always += object.bytes;
  }
  return always + largestShared;
}

} // namespace

std::string describeStack(const Function &function) {
  std::string result;
  raw_string_ostream os(result);
  std::vector<StackObject> objects = stackObjects(function);
  for (auto [index, object] : enumerate(objects)) {
    if (index == kNamedObjects) {
      os << " and " << objects.size() - index << " more";
      break;
    }
    os << (index ? ", " : "");
    if (object.name.empty())
      os << "a temporary";
    else
      os << '`' << object.name << '`';
    os << ' ' << object.bytes << " bytes";
  }
  return result;
}

Error checkStack(const Module &module) {
  for (const Function &function : module) {
    std::vector<StackObject> objects = stackObjects(function);
    uint64_t bytes = lowerBound(objects);
    if (bytes <= kStackBytes)
      continue;
    return make_error<BackendError>(
        function.getName().str(), objects.front().line,
        "stack of " + std::to_string(bytes) + " bytes exceeds " +
            std::to_string(kStackBytes) + ": " + describeStack(function));
  }
  return Error::success();
}

Error takeFirstError(const DiagnosticCapture &diagnostics,
                     const Module &module) {
  if (diagnostics.entries().empty())
    return Error::success();
  const DiagnosticCapture::Entry &first = diagnostics.entries().front();
  if (!first.stack)
    return make_error<BackendError>(first.program, first.line, first.what);
  std::string what = "stack exceeds " + std::to_string(kStackBytes) + " bytes";
  if (const Function *function = module.getFunction(first.program)) {
    std::string uses = describeStack(*function);
    what += uses.empty() ? ": values that don't fit into registers"
                         : ": " + uses + ", and spilled registers";
  }
  return make_error<BackendError>(first.program, first.line, what);
}

} // namespace whistler::backend
