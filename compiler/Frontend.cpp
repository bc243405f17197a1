// The front half of the compiler, stage by stage: read, expand, analyze,
// lower. Each stage takes what the one before returned; the next one starts
// only when no error was reported. BTF is opened at sema's first question
// about a kernel type, through the cache that the compilations of a process
// share: a program without kernel structs never opens it.

#include "Frontend.h"

#include "TracepointFormats.h"
#include "expand/Expander.h"
#include "lower/Lower.h"
#include "reader/Reader.h"
#include "sema/Sema.h"
#include "whistler/ir/Verifier.h"

#include <llvm/Support/FileSystem.h>
#include <llvm/Support/MemoryBuffer.h>
#include <llvm/Support/Path.h>

#include <chrono>

using namespace llvm;

namespace whistler::compiler {

namespace {

double now() {
  using namespace std::chrono;
  return duration<double, std::milli>(steady_clock::now().time_since_epoch())
      .count();
}

/// Reads files relative to the directory of `fileName`.
FileLoader fileLoader(StringRef fileName) {
  return [directory = sys::path::parent_path(fileName).str()](
             const std::string &path,
             std::string &problem) -> std::optional<std::string> {
    SmallString<128> whole(path);
    if (sys::path::is_relative(path)) {
      whole = directory;
      sys::path::append(whole, path);
    }
    auto buffer = MemoryBuffer::getFile(whole, /*IsText=*/false,
                                        /*RequiresNullTerminator=*/false);
    if (buffer)
      return (*buffer)->getBuffer().str();
    problem = buffer.getError().message();
    return std::nullopt;
  };
}

} // namespace

StageTimer::StageTimer(std::vector<StageTime> &times, StringRef stage)
    : times_(times), stage_(stage), start_(now()) {}

StageTimer::~StageTimer() { times_.push_back({stage_, now() - start_}); }

Expected<std::shared_ptr<const btf::Btf>> Frontend::openBtf(StringRef module) {
  StageTimer timer(times, "btf");
  return module.empty() ? cache.open(options.btfPath)
                        : cache.openModule(module.str(), options.btfPath);
}

/// False when the source has errors. The forms live until `program` has what
/// it needs of them.
Expected<bool> Frontend::analyzeSource(StringRef fileName) {
  FormContext forms;
  std::vector<const Form *> topLevel;
  {
    StageTimer timer(times, "read");
    topLevel = read(main, forms, diagnostics);
  }
  if (diagnostics.hasErrors())
    return false;
  // Also a home for what sema expands later.
  Expander expander(forms, *sources, diagnostics, fileLoader(fileName));
  {
    StageTimer timer(times, "expand");
    topLevel = expander.expand(topLevel);
  }
  if (diagnostics.hasErrors())
    return false;
  StageTimer timer(times, "analyze");
  SemaInputs inputs;
  inputs.openBtf = [this](StringRef module) { return openBtf(module); };
  inputs.readTracepoint = [this](StringRef category, StringRef event) {
    return readTracepointFormat(options.tracefsPath, category, event);
  };
  inputs.relocatable = options.relocatable;
  inputs.prelude = expander.prelude();
  inputs.hasFetchingAtomics = options.cpu >= backend::Cpu::V3;
  Expected<TypedProgram> analyzed =
      compiler::analyze(topLevel, forms, inputs, diagnostics);
  if (!analyzed)
    return analyzed.takeError();
  program = std::move(*analyzed);
  return !diagnostics.hasErrors();
}

/// Places are 32-bit offsets.
static constexpr size_t kMaxSourceBytes = size_t(1) << 30;

Expected<bool> Frontend::analyze(StringRef source, StringRef fileName) {
  if (source.size() > kMaxSourceBytes) {
    diagnostics.report(DiagnosticKind::FileTooLarge, {fileName.str()});
    return false;
  }
  main = sources->add(fileName.str(), source.str());
  return analyzeSource(fileName);
}

Expected<std::unique_ptr<Module>>
Frontend::run(StringRef source, StringRef fileName, LLVMContext &context) {
  Expected<bool> analyzed = analyze(source, fileName);
  if (!analyzed)
    return analyzed.takeError();
  if (!*analyzed)
    return nullptr;
  StageTimer timer(times, "lower");
  std::unique_ptr<Module> module = lower(program, *sources, main, context);
  for (const std::string &problem : ir::verifyOperations(*module))
    diagnostics.report(DiagnosticKind::InternalError, {problem});
  if (diagnostics.hasErrors())
    return nullptr;
  return module;
}

} // namespace whistler::compiler
