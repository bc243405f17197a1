// Checks the whistler.* operations of a module, declarations first, then
// calls. What is wrong here would be lowered to something else than was meant,
// or would let LLVM merge what must stay apart: a volatile read that does not
// claim to write is read once, a read that claims to touch no memory moves
// across a barrier.

#include "whistler/ir/Verifier.h"

#include "Effects.h"

#include <llvm/ADT/StringExtras.h>
#include <llvm/IR/DiagnosticInfo.h>
#include <llvm/IR/DiagnosticPrinter.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/IR/Module.h>
#include <llvm/Support/raw_ostream.h>

using namespace llvm;

namespace whistler::ir {

namespace {

std::string spell(const Type &type) {
  std::string text;
  raw_string_ostream(text) << type;
  return text;
}

class DeclarationChecker {
public:
  DeclarationChecker(const Function &callee, std::vector<std::string> &problems)
      : callee_(callee), problems_(problems) {}

  void check() {
    if (!callee_.isDeclaration())
      return report("has a body");
    auto name = parseOperationName(callee_.getName());
    if (!name)
      return report("is no operation: see the names in Operations.def");
    std::optional<Field> field;
    if (name->identity == IdentityKind::Field) {
      std::string problem;
      field = fieldFromMetadata(callee_.getMetadata(kFieldMetadata), &problem);
      if (!field)
        return report("has no well-formed !whistler.field: " + problem);
      checkField(*name, *field);
    }
    checkIdentity(*name);
    checkType(*name, field);
    checkAttributes(name->operation);
  }

private:
  void report(const Twine &problem) {
    problems_.push_back(("`" + callee_.getName() + "` " + problem).str());
  }

  void checkField(const OperationName &name, const Field &field) {
    if (!isNamed(name.path, field.path()))
      report("names another field than its !whistler.field, `" + field.path() +
             "`");
    bool loads = name.operation != Operation::KernelAddress &&
                 name.operation != Operation::CoreFact;
    if (loads && field.isAggregate)
      report("loads an aggregate: take its address");
    if (field.isBitfield() && (name.operation == Operation::KernelAddress ||
                               name.operation == Operation::ContextLoad))
      report("is on a bitfield, which has no address");
  }

  void checkIdentity(const OperationName &name) {
    std::string suffix;
    if (name.identity == IdentityKind::Type) {
      auto type = typeFromMetadata(callee_.getMetadata(kTypeMetadata));
      if (!type)
        return report("has no well-formed !whistler.type");
      suffix = type->name;
    } else if (name.identity == IdentityKind::Enumerator) {
      auto enumerator =
          enumeratorFromMetadata(callee_.getMetadata(kEnumeratorMetadata));
      if (!enumerator)
        return report("has no well-formed !whistler.enumerator");
      suffix = enumerator->enumeration + "." + enumerator->name;
    } else {
      return;
    }
    if (!isNamed(name.path, suffix))
      report("names another thing than its metadata, `" + suffix + "`");
  }

  /// `path`, or `path` with a number that tells same-named ones apart.
  static bool isNamed(StringRef name, StringRef path) {
    unsigned version;
    return name.consume_front(path) &&
           (name.empty() ||
            (name.consume_front(".v") && !name.getAsInteger(10, version)));
  }

  void checkType(const OperationName &name, const std::optional<Field> &field) {
    LLVMContext &context = callee_.getContext();
    Type *pointer = PointerType::get(context, 0);
    Type *integer = Type::getInt64Ty(context), *none = Type::getVoidTy(context);
    Type *access = name.bits ? IntegerType::get(context, name.bits) : nullptr;
    FunctionType *expected = nullptr;
    switch (name.operation) {
    case Operation::KernelLoad:
    case Operation::KernelLoadVolatile:
    case Operation::ContextLoad:
      if (!field->isAggregate)
        expected = FunctionType::get(loadType(context, *field), pointer, false);
      break;
    case Operation::KernelLoadAt:
    case Operation::KernelLoadVolatileAt:
    case Operation::ContextLoadAt:
      expected = FunctionType::get(access, {pointer, integer}, false);
      break;
    case Operation::KernelAddress:
      expected = FunctionType::get(pointer, pointer, false);
      break;
    case Operation::ContextPointer:
      expected = FunctionType::get(pointer, {pointer, integer}, false);
      break;
    case Operation::KernelCopy:
      expected = FunctionType::get(none, {pointer, integer, pointer}, false);
      break;
    case Operation::ContextStoreAt:
      expected = FunctionType::get(none, {pointer, integer, access}, false);
      break;
    case Operation::CoreFact:
      expected = FunctionType::get(integer, false);
      break;
    case Operation::Barrier:
      expected = FunctionType::get(none, false);
      break;
    }
    if (expected && callee_.getFunctionType() != expected)
      report("has type `" + spell(*callee_.getFunctionType()) +
             "` where its name and field say `" + spell(*expected) + "`");
  }

  void checkAttributes(Operation operation) {
    OperationEffects effects = effectsOf(operation);
    MemoryEffects memory = callee_.getMemoryEffects();
    if ((memory | effects.memory) != memory) {
      std::string wanted;
      raw_string_ostream(wanted) << effects.memory;
      report("claims less memory than it touches: it needs memory " + wanted);
    }
    if (callee_.hasFnAttribute(Attribute::Speculatable) &&
        !effects.speculatable)
      report("must not be speculatable");
  }

  const Function &callee_;
  std::vector<std::string> &problems_;
};

void checkCall(const CallBase &call, std::vector<std::string> &problems) {
  const Function *callee = call.getCalledFunction();
  auto name = callee ? parseOperationName(callee->getName()) : std::nullopt;
  if (!name)
    return;
  auto report = [&](const Twine &problem) {
    problems.push_back(("`" + callee->getName() + "` in `" +
                        call.getFunction()->getName() + "` " + problem)
                           .str());
  };
  auto constantOperand = [&](unsigned index, StringRef what) {
    if (call.arg_size() <= index ||
        !isa<ConstantInt>(call.getArgOperand(index)))
      report(what + " must be a constant");
  };
  if (!isa<CallInst>(call))
    report("must be called, not invoked");
  if (name->operation == Operation::KernelCopy)
    constantOperand(1, "the number of bytes");
  if (name->operation == Operation::ContextLoadAt ||
      name->operation == Operation::ContextPointer ||
      name->operation == Operation::ContextStoreAt)
    constantOperand(1, "the offset");
}

/// An operation whose address is taken can't be lowered.
void checkUses(const Function &callee, std::vector<std::string> &problems) {
  for (const User *user : callee.users()) {
    auto *call = dyn_cast<CallBase>(user);
    if (!call || call->getCalledOperand() != &callee)
      problems.push_back(
          ("`" + callee.getName() + "` is used other than by calling it")
              .str());
    else
      checkCall(*call, problems);
  }
}

struct OperationProblem : DiagnosticInfo {
  OperationProblem(const std::string &text)
      : DiagnosticInfo(getNextAvailablePluginDiagnosticKind(), DS_Error),
        text_(text) {}
  void print(DiagnosticPrinter &printer) const override { printer << text_; }
  const std::string &text_;
};

} // namespace

std::vector<std::string> verifyOperations(const Module &module) {
  std::vector<std::string> problems;
  for (const Function &function : module)
    if (function.getName().starts_with("whistler.")) {
      DeclarationChecker(function, problems).check();
      checkUses(function, problems);
    }
  return problems;
}

PreservedAnalyses VerifyOperations::run(Module &module,
                                        ModuleAnalysisManager &analyses) {
  // One diagnostic: a tool's handler may end the process at the first error.
  std::string problems = join(verifyOperations(module), "\nerror: ");
  if (!problems.empty())
    module.getContext().diagnose(OperationProblem(problems));
  return PreservedAnalyses::all();
}

} // namespace whistler::ir
