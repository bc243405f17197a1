// Everything that LLVM's BPF target answers by ending the process or by a
// silent truncation, found before: a library can't afford either.

#include "ModuleChecks.h"

#include <llvm/IR/InstIterator.h>
#include <llvm/IR/Instructions.h>
#include <llvm/IR/IntrinsicInst.h>
#include <llvm/IR/Verifier.h>

using namespace llvm;

namespace whistler::backend {

Error checkWellFormed(const Module &module) {
  std::string message;
  raw_string_ostream os(message);
  if (!verifyModule(module, &os))
    return Error::success();
  auto [first, rest] = StringRef(message).trim().split('\n');
  std::string where = rest.split('\n').first.trim().str();
  return make_error<BackendError>(
      "", 0, "broken IR: " + first.str() + (where.empty() ? "" : ": " + where));
}

Error checkModule(const Module &module) {
  if (Error error = checkWellFormed(module))
    return error;
  if (Error error = checkRelocations(module))
    return error;
  if (Error error = checkLimits(module))
    return error;
  return checkStack(module);
}

} // namespace whistler::backend
