// The public face: source text in memory to object bytes, messages, remarks
// and times as data. Joins the front half (Frontend.cpp) with the passes and
// the backend, which know nothing of each other.
//
// A compilation has its own LLVMContext and shares nothing but the BTF cache,
// which locks; so any number may run at once. What the backend refuses (a
// stack over 512 bytes, a function too large for a jump) is the program's
// mistake: it becomes a message at its defprog.

#include "whistler/compiler/Compiler.h"

#include "DescribeDeclarations.h"
#include "Frontend.h"
#include "RemarkCollector.h"
#include "whistler/backend/CallStacks.h"
#include "whistler/backend/Run.h"
#include "whistler/backend/Target.h"
#include "whistler/ir/PinnedLoad.h"

#include <llvm/Support/raw_ostream.h>
#include <llvm/Transforms/Utils/Cloning.h>

using namespace llvm;

namespace whistler::compiler {

static_assert(ir::kPinnedLoad == backend::kPinnedLoad);
static_assert(passes::kSpillMap == backend::kScratchMap);

namespace {

backend::TargetOptions targetOptions(const Options &options) {
  backend::TargetOptions result;
  result.cpu = options.cpu;
  result.optimize = options.optimize;
  result.verifyEach = options.verifyEach;
  return result;
}

/// How the stack is kept small, from one attempt to the next. The passes plan
/// it as they see it; what code generation adds is known after it.
struct Attempt {
  uint64_t windowBytes;               ///< most that a window of reads is long
  std::optional<unsigned> liveValues; ///< with more, the rest is spilled
};
constexpr Attempt kAttempts[] = {{256, std::nullopt},
                                 {96, std::nullopt},
                                 {0, std::nullopt},
                                 {96, 24},
                                 {0, 24},
                                 {0, 6}};

passes::PipelineOptions pipelineOptions(const Options &options,
                                        uint64_t windowBytes) {
  passes::PipelineOptions result;
  result.windowBytes = windowBytes;
  result.costs = options.costs;
  result.reads = options.reads;
  result.targetKernel = options.targetKernel;
  result.relocatable = options.relocatable;
  result.optimize = options.optimize;
  result.verifyEach = options.verifyEach;
  return result;
}

/// Notes for the largest objects that the program itself puts on the stack.
void noteStackObjects(const Node &node, std::vector<const Node *> &objects) {
  if (node.kind == NodeKind::StackObject && node.integer >= 64)
    objects.push_back(&node);
  for (const NodePtr &child : node.children)
    if (child)
      noteStackObjects(*child, objects);
}

void addStackNotes(Diagnostic &diagnostic, const Program &program) {
  std::vector<const Node *> objects;
  if (program.body)
    noteStackObjects(*program.body, objects);
  stable_sort(objects, [](const Node *a, const Node *b) {
    return a->integer > b->integer;
  });
  constexpr size_t kMostNotes = 3;
  if (objects.size() > kMostNotes)
    objects.resize(kMostNotes);
  for (const Node *object : objects)
    DiagnosticEngine::note(diagnostic, object->span, DiagnosticKind::StackUse,
                           {object->type.pointee.empty() ? std::string("object")
                                                         : object->type.pointee,
                            std::to_string(object->integer)});
}

/// A refusal of the backend at the program it names; other errors stay.
Error reportRefusal(Error error, Frontend &frontend) {
  return handleErrors(
      std::move(error), [&](const backend::BackendError &refusal) -> Error {
        for (const Program &program : frontend.program.programs) {
          if (program.name != refusal.program())
            continue;
          Diagnostic &diagnostic = frontend.diagnostics.report(
              program.span, DiagnosticKind::ProgramRefused,
              {program.name, refusal.what()});
          if (StringRef(refusal.what()).contains("stack"))
            addStackNotes(diagnostic, program);
          return Error::success();
        }
        for (const auto &function : frontend.program.subprograms)
          if (function->name == refusal.program()) {
            frontend.diagnostics.report(function->span,
                                        DiagnosticKind::FunctionRefused,
                                        {function->name, refusal.what()});
            return Error::success();
          }
        frontend.diagnostics.report(DiagnosticKind::InternalError,
                                    {refusal.what()});
        return Error::success();
      });
}

SmallVector<char, 0> print(const Module &module) {
  SmallVector<char, 0> text;
  raw_svector_ostream os(text);
  module.print(os, nullptr);
  return text;
}

/// The back half, on one module.
struct Backend {
  Module &module;
  TargetMachine &machine;
  const Options &options;
  std::vector<StageTime> &times;
  bool hasCalls; ///< functions whose frames share the stack

  Expected<SmallVector<char, 0>> build(Emit what, const Attempt &attempt) {
    if (Error error = optimize(attempt))
      return error;
    return emit(what);
  }

private:
  Error optimize(const Attempt &attempt) {
    StageTimer timer(times, "optimize");
    return backend::optimize(
        module, machine, targetOptions(options),
        [&](PassBuilder &builder) {
          passes::registerPasses(builder, attempt.liveValues);
        },
        [&](ModulePassManager &manager) {
          manager.addPass(passes::buildPipeline(
              pipelineOptions(options, attempt.windowBytes)));
        });
  }

  Expected<SmallVector<char, 0>> emit(Emit what) {
    if (what == Emit::LlvmIr)
      return print(module);
    StageTimer timer(times, "emit");
    auto output =
        backend::emit(module, machine,
                      what == Emit::Assembly ? backend::Output::Assembly
                                             : backend::Output::Object);
    if (output && hasCalls && what == Emit::Object)
      if (Error error = backend::checkCallStacks(*output))
        return error;
    return output;
  }
};

bool isStackRefusal(const Error &error) {
  bool found = false;
  visitErrors(error, [&](const ErrorInfoBase &info) {
    found |= info.isA<backend::BackendError>() &&
             StringRef(info.message()).contains("stack");
  });
  return found;
}

/// Says that an attempt with wider windows did not fit.
Remark narrowedRemark(StringRef program, uint64_t bytes) {
  Remark remark;
  remark.pass = "whistler-fuse-kernel-reads";
  remark.name = "WindowsNarrowed";
  remark.function = program.str();
  remark.message =
      bytes ? "windows are at most " + std::to_string(bytes) +
                  " bytes: the stack has no room for wider ones"
            : "no reads share a window: the stack has no room for one";
  remark.missed = true;
  return remark;
}

bool hasWindows(const Options &options) {
  return options.optimize && options.reads != passes::ReadStrategy::Single &&
         options.reads != passes::ReadStrategy::Naive;
}

/// The attempts that differ, first the one that is nearly always enough.
SmallVector<Attempt, 6> attempts(const Options &options) {
  SmallVector<Attempt, 6> result;
  for (const Attempt &attempt : kAttempts)
    if (attempt.windowBytes == 0 || hasWindows(options))
      result.push_back(attempt);
  return result;
}

/// The module as bytes; when it is too much for the stack, another time with
/// smaller windows or none, at last with values that wait in memory.
Expected<SmallVector<char, 0>> build(Backend &backend, Emit emit,
                                     std::vector<Remark> &remarks) {
  auto all = attempts(backend.options);
  for (const Attempt &attempt : all) {
    std::unique_ptr<Module> copy = CloneModule(backend.module);
    Backend one{*copy, backend.machine, backend.options, backend.times,
                backend.hasCalls};
    auto output = one.build(emit, attempt);
    if (output && attempt.windowBytes != all.front().windowBytes)
      for (const Function &function : backend.module)
        if (function.hasSection() && !function.isDeclaration())
          remarks.push_back(
              narrowedRemark(function.getName(), attempt.windowBytes));
    if (output || &attempt == &all.back())
      return output;
    Error error = output.takeError();
    if (!isStackRefusal(error))
      return error;
    consumeError(std::move(error));
    remarks.clear();
  }
  llvm_unreachable("the last attempt returns");
}

Error compileModule(Backend backend, Emit emit, Frontend &frontend,
                    Compilation &result) {
  if (emit == Emit::LoweredIr) {
    result.object = print(backend.module);
    return Error::success();
  }
  Expected<SmallVector<char, 0>> output = build(backend, emit, result.remarks);
  if (!output)
    return reportRefusal(output.takeError(), frontend);
  result.object = std::move(*output);
  return Error::success();
}

/// A program that the backend refused.
bool isTooLarge(const Compilation &result) {
  return any_of(result.diagnostics, [](const Diagnostic &diagnostic) {
    return diagnostic.kind == DiagnosticKind::ProgramRefused;
  });
}

void takeResults(Frontend &frontend, Compilation &result) {
  result.diagnostics = frontend.diagnostics.take();
  result.sources = frontend.sources;
  result.times = std::move(frontend.times);
  if (result.ok())
    result.declarations =
        describeDeclarations(frontend.program, *frontend.sources);
}

} // namespace

bool Compilation::ok() const {
  return none_of(diagnostics, [](const Diagnostic &diagnostic) {
    return diagnostic.severity == Severity::Error;
  });
}

Compiler::Compiler()
    : owned_(std::make_unique<btf::BtfCache>()), cache_(owned_.get()) {}
Compiler::Compiler(btf::BtfCache &cache) : cache_(&cache) {}
Compiler::~Compiler() = default;

Expected<std::unique_ptr<Module>>
Compiler::lower(StringRef source, StringRef fileName, const Options &options,
                LLVMContext &context, Compilation &result) {
  auto machine = backend::createTargetMachine(targetOptions(options));
  if (!machine)
    return machine.takeError();
  Frontend frontend(*cache_, options);
  auto module = frontend.run(source, fileName, context);
  if (!module)
    return module.takeError();
  if (*module)
    backend::prepareModule(**module, **machine);
  takeResults(frontend, result);
  return module;
}

Expected<Compilation> Compiler::compileOnce(StringRef source,
                                            StringRef fileName,
                                            const Options &options, Emit emit) {
  auto machine = backend::createTargetMachine(targetOptions(options));
  if (!machine)
    return machine.takeError();
  Compilation result;
  LLVMContext context;
  context.setDiagnosticHandler(
      std::make_unique<RemarkCollector>(result.remarks, options.explainReads));
  Frontend frontend(*cache_, options);
  auto module = frontend.run(source, fileName, context);
  if (!module)
    return module.takeError();
  if (*module) {
    backend::prepareModule(**module, **machine);
    Backend backend{**module, **machine, options, frontend.times,
                    !frontend.program.subprograms.empty()};
    if (Error error = compileModule(backend, emit, frontend, result))
      return error;
  }
  takeResults(frontend, result);
  return result;
}

Expected<Compilation> Compiler::declarations(StringRef source,
                                             StringRef fileName,
                                             const Options &options) {
  Frontend frontend(*cache_, options);
  Expected<bool> analyzed = frontend.analyze(source, fileName);
  if (!analyzed)
    return analyzed.takeError();
  Compilation result;
  takeResults(frontend, result);
  return result;
}

Expected<Compilation> Compiler::compile(StringRef source, StringRef fileName,
                                        const Options &options, Emit emit) {
  auto result = compileOnce(source, fileName, options, emit);
  bool hasVersions = options.reads == passes::ReadStrategy::Portable &&
                     !options.targetKernel && options.optimize;
  if (!result || !hasVersions || !isTooLarge(*result))
    return result;
  // One version alone may still fit.
  Options smaller = options;
  smaller.reads = passes::ReadStrategy::Fused;
  auto second = compileOnce(source, fileName, smaller, emit);
  if (!second) {
    consumeError(second.takeError());
    return result;
  }
  if (!second->ok())
    return result;
  Remark remark;
  remark.pass = "whistler-version-functions";
  remark.name = "NoVersions";
  remark.message = "no direct loads: a program is too large to have a version "
                   "for each kind of kernel";
  remark.missed = true;
  second->remarks.push_back(std::move(remark));
  return second;
}

} // namespace whistler::compiler
