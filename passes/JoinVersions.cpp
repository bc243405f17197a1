// The versions of a function (VersionFunctions.cpp) go back into it: each is
// called once, by the function that chooses between them. Runs at the end of
// LLVM's pipeline, after everything that might share code between them; no
// pass that moves code between blocks may follow.

#include "VersionFunctions.h"
#include "Versions.h"

#include <llvm/IR/Instructions.h>
#include <llvm/IR/Module.h>
#include <llvm/Transforms/Utils/Cloning.h>

#define DEBUG_TYPE "whistler-join-versions"

using namespace llvm;

namespace whistler::passes {

namespace {

void join(Function &version) {
  version.removeFnAttr(Attribute::NoInline);
  SmallVector<CallBase *, 2> calls;
  for (User *user : version.users())
    if (auto *call = dyn_cast<CallBase>(user);
        call && call->getCalledOperand() == &version)
      calls.push_back(call);
  for (CallBase *call : calls) {
    InlineFunctionInfo info;
    InlineFunction(*call, info);
  }
  if (version.use_empty())
    version.eraseFromParent();
}

} // namespace

PreservedAnalyses JoinVersions::run(Module &module,
                                    ModuleAnalysisManager &analyses) {
  SmallVector<Function *, 8> versions;
  for (Function &function : module)
    if (!function.isDeclaration() && versionOf(function))
      versions.push_back(&function);
  for (Function *version : versions)
    join(*version);
  return versions.empty() ? PreservedAnalyses::all()
                          : PreservedAnalyses::none();
}

} // namespace whistler::passes
