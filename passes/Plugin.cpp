// The passes as a plugin for LLVM's own tools:
//
//   opt-19 -load-pass-plugin=WhistlerPasses.so -passes=whistler-o2 -S in.ll

#include "whistler/passes/Pipelines.h"

#include <llvm/Passes/PassPlugin.h>

extern "C" LLVM_ATTRIBUTE_WEAK llvm::PassPluginLibraryInfo
llvmGetPassPluginInfo() {
  return {LLVM_PLUGIN_API_VERSION, "whistler", "0.1",
          [](llvm::PassBuilder &builder) {
            whistler::passes::registerPasses(builder);
          }};
}
