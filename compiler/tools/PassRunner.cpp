// What whistler-opt does between reading and writing: a PassBuilder bound to
// the BPF target machine, our passes registered in it, errors printed as they
// come and remarks as a table at the end.
//
// --verify-each is done here and not by StandardInstrumentations because LLVM's
// own check ends in an abort; and because the whistler.* operations are to be
// checked as well. A pass that broke the IR keeps later passes from running.
#include "PassRunner.h"

#include "TextTable.h"

#include "whistler/ir/HelperCall.h"
#include "whistler/ir/Operations.h"
#include "whistler/ir/Verifier.h"
#include "whistler/passes/Pipelines.h"
#include "whistler/passes/ReadFate.h"

#include <llvm/Analysis/LazyCallGraph.h>
#include <llvm/Analysis/LoopInfo.h>
#include <llvm/IR/DiagnosticInfo.h>
#include <llvm/IR/DiagnosticPrinter.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/IR/Verifier.h>
#include <llvm/Passes/PassBuilder.h>
#include <llvm/Support/FormatVariadic.h>
#include <llvm/Support/raw_ostream.h>

using namespace llvm;

namespace whistler::tools {

bool DiagnosticPrinter::wanted(StringRef pass) const {
  return remarks_ == Remarks::All ||
         (remarks_ == Remarks::Ours && pass.starts_with("whistler"));
}

bool DiagnosticPrinter::isAnalysisRemarkEnabled(StringRef pass) const {
  return wanted(pass);
}
bool DiagnosticPrinter::isMissedOptRemarkEnabled(StringRef pass) const {
  return wanted(pass);
}
bool DiagnosticPrinter::isPassedOptRemarkEnabled(StringRef pass) const {
  return wanted(pass);
}

namespace {

/// The value of an argument of a remark; "" when it has none.
std::string argument(const DiagnosticInfoOptimizationBase &remark,
                     StringRef key) {
  for (const auto &argument : remark.getArgs())
    if (argument.Key == key)
      return argument.Val;
  return "";
}

std::vector<std::string>
remarkRow(const DiagnosticInfoOptimizationBase &remark) {
  std::string before = argument(remark, "Before"),
              after = argument(remark, "After"), stack;
  if (auto fate = passes::readFate(remark)) {
    passes::CostModel costs;
    auto nanoseconds = [&](const passes::ReadCost &cost) -> std::string {
      return formatv("{0:f1}", double(cost.picoseconds(costs)) / 1000);
    };
    before = nanoseconds(fate->naive);
    after = nanoseconds(fate->cost);
    stack = std::to_string(fate->cost.stackBytes);
  }
  return {remark.getLocationStr(),
          before,
          after,
          stack,
          remark.getFunction().getName().str(),
          remark.getMsg() + " [" + remark.getPassName().str() + "]"};
}

} // namespace

void DiagnosticPrinter::printRemarks(raw_ostream &os) const {
  if (remarkRows_.empty())
    return;
  TextTable table;
  table.columns = {Align::Left,  Align::Right, Align::Right,
                   Align::Right, Align::Left,  Align::Left};
  table.rows = {{"place", "ns before", "ns after", "stack", "function",
                 "remark (ns: a model, not a measurement)"}};
  append_range(table.rows, remarkRows_);
  table.print(os);
}

bool DiagnosticPrinter::handleDiagnostics(const DiagnosticInfo &info) {
  auto *remark = dyn_cast<DiagnosticInfoOptimizationBase>(&info);
  if (remark && !wanted(remark->getPassName()))
    return true;
  errors_ += info.getSeverity() == DS_Error;
  if (remark) {
    remarkRows_.push_back(remarkRow(*remark));
    return true;
  }
  DiagnosticPrinterRawOStream printer(errs());
  errs() << LLVMContext::getDiagnosticMessagePrefix(info.getSeverity()) << ": ";
  info.print(printer);
  errs() << '\n';
  return true;
}

namespace {

/// The module around what a pass ran on.
const Module *moduleOf(const Any &ir) {
  if (auto *module = any_cast<const Module *>(&ir))
    return *module;
  if (auto *function = any_cast<const Function *>(&ir))
    return (*function)->getParent();
  if (auto *loop = any_cast<const Loop *>(&ir))
    return (*loop)->getHeader()->getModule();
  if (auto *component = any_cast<const LazyCallGraph::SCC *>(&ir))
    return (*component)->begin()->getFunction().getParent();
  return nullptr;
}

/// Watches a run: after the first problem every pass that may be skipped is.
class EachPassVerifier {
public:
  void watch(PassInstrumentationCallbacks &callbacks) {
    callbacks.registerShouldRunOptionalPassCallback(
        [this](StringRef, Any) { return problem_.empty(); });
    callbacks.registerAfterPassCallback(
        [this](StringRef pass, Any ir, const PreservedAnalyses &) {
          if (const Module *module = moduleOf(ir); module && problem_.empty())
            check(pass, *module);
        });
  }
  const std::string &problem() const { return problem_; }

private:
  void check(StringRef pass, const Module &module) {
    raw_string_ostream text(problem_);
    std::string what;
    raw_string_ostream reason(what);
    if (verifyModule(module, &reason))
      text << "broken IR after " << pass << ": " << StringRef(what).rtrim();
    else if (auto problems = ir::verifyOperations(module); !problems.empty())
      text << "malformed operation after " << pass << ": " << problems.front();
  }
  std::string problem_;
};

} // namespace

Error runPasses(Module &module, TargetMachine &machine, StringRef pipeline,
                bool verifyEach) {
  PassInstrumentationCallbacks callbacks;
  EachPassVerifier verifier;
  if (verifyEach)
    verifier.watch(callbacks);
  LoopAnalysisManager loops;
  FunctionAnalysisManager functions;
  CGSCCAnalysisManager components;
  ModuleAnalysisManager modules;
  PassBuilder builder(&machine, PipelineTuningOptions(), std::nullopt,
                      &callbacks);
  passes::registerPasses(builder);
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(components);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, components, modules);
  ModulePassManager manager;
  if (!pipeline.empty()) // which LLVM refuses
    if (Error error = builder.parsePassPipeline(manager, pipeline))
      return error;
  manager.run(module, modules);
  if (!verifier.problem().empty())
    return createStringError(inconvertibleErrorCode(), verifier.problem());
  return Error::success();
}

std::map<std::string, unsigned> countOperations(Module &module) {
  std::map<std::string, unsigned> counts;
  for (Function &function : module)
    for (Instruction &inst : instructions(function)) {
      ++counts["instructions"];
      auto *call = dyn_cast<CallInst>(&inst);
      if (!call)
        continue;
      if (auto *callee = call->getCalledFunction();
          callee && callee->getName().starts_with("whistler."))
        ++counts[callee->getName().str()];
      else if (uint32_t id = ir::helperId(*call))
        ++counts["helper " + std::to_string(id)];
    }
  return counts;
}

} // namespace whistler::tools
