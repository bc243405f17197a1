// Functions that call each other share the 512 bytes of stack: the verifier
// adds up the frames of each chain of calls, rounded up, and of a tail call in
// a function it wants that the frames above have less than 256
// (check_max_stack_depth in kernel/bpf/verifier.c; 32 is what older kernels
// round to). What a frame takes only the finished code says.

#include "whistler/backend/CallStacks.h"

#include "whistler/backend/Inspect.h"
#include "whistler/backend/Target.h"

#include <llvm/ADT/StringMap.h>

using namespace llvm;

namespace whistler::backend {

namespace {

constexpr uint64_t kStackBytes = 512, kBelowTailCall = 256, kRounding = 32;
constexpr uint32_t kTailCall = 12;

struct Chain {
  uint64_t bytes = 0;
  std::string text; ///< "`a` 32 bytes, `b` 64 bytes"
};

class CallStacks {
public:
  explicit CallStacks(const ObjectInfo &object) : object_(object) {
    for (const ProgramInfo &program : object.programs)
      if (program.subprogram)
        functions_[program.name] = &program;
  }

  Error check() {
    for (const ProgramInfo &program : object_.programs)
      if (!program.subprogram)
        if (Error error = walk(program, program, Chain()))
          return error;
    return Error::success();
  }

private:
  Error walk(const ProgramInfo &root, const ProgramInfo &function,
             Chain chain) {
    bool isCalled = function.subprogram;
    if (isCalled && function.helperCalls.count(kTailCall) &&
        chain.bytes >= kBelowTailCall)
      return refuse(
          root,
          "a tail call in `" + function.name +
              "` needs less than 256 bytes of stack above it: " + chain.text);
    chain.bytes += alignTo(std::max(function.stackBytes, 1u), kRounding);
    chain.text += (chain.text.empty() ? "`" : ", `") + function.name + "` " +
                  std::to_string(function.stackBytes) + " bytes";
    if (chain.bytes > kStackBytes)
      return refuse(root, "stack of " + std::to_string(chain.bytes) +
                              " bytes exceeds 512 in calls: " + chain.text);
    for (const Instruction &instruction : function.listing) {
      auto callee = functions_.find(instruction.relocation);
      if (callee == functions_.end() || callee->second == &function)
        continue;
      if (Error error = walk(root, *callee->second, chain))
        return error;
    }
    return Error::success();
  }

  static Error refuse(const ProgramInfo &program, const std::string &what) {
    return make_error<BackendError>(program.name, 0, what);
  }

  const ObjectInfo &object_;
  StringMap<const ProgramInfo *> functions_;
};

} // namespace

Error checkCallStacks(ArrayRef<char> object) {
  Expected<ObjectInfo> info = inspect(object);
  if (!info)
    return info.takeError();
  return CallStacks(*info).check();
}

} // namespace whistler::backend
