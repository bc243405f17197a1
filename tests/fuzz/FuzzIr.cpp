// Any text as IR: what parses and passes both verifiers goes through our
// optimizing pipeline and is still valid IR afterwards.

#include "whistler/ir/Verifier.h"
#include "whistler/passes/Pipelines.h"

#include <llvm/AsmParser/Parser.h>
#include <llvm/IR/DiagnosticInfo.h>
#include <llvm/IR/LLVMContext.h>
#include <llvm/IR/Module.h>
#include <llvm/IR/Verifier.h>
#include <llvm/Passes/PassBuilder.h>
#include <llvm/Support/SourceMgr.h>

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  llvm::LLVMContext context;
  // Without a handler an error diagnostic ends the process.
  context.setDiagnosticHandlerCallBack(
      [](const llvm::DiagnosticInfo *, void *) {});
  llvm::SMDiagnostic problem;
  const std::string text(reinterpret_cast<const char *>(data), size);
  auto module = llvm::parseAssemblyString(text, problem, context);
  if (!module || llvm::verifyModule(*module) ||
      !whistler::ir::verifyOperations(*module).empty())
    return 0;
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager sccs;
  llvm::ModuleAnalysisManager modules;
  llvm::PassBuilder builder;
  whistler::passes::registerPasses(builder);
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(sccs);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, sccs, modules);
  whistler::passes::buildPipeline({}).run(*module, modules);
  if (llvm::verifyModule(*module))
    std::abort();
  return 0;
}
