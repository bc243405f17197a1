#ifndef WHISTLER_COMPILER_FRONTEND_H
#define WHISTLER_COMPILER_FRONTEND_H

#include "sema/TypedProgram.h"

#include "whistler/compiler/Compiler.h"

namespace whistler::compiler {

/// The first half of a compilation: text to typed program to module.
struct Frontend {
  btf::BtfCache &cache;
  const Options &options;
  std::shared_ptr<SourceManager> sources;
  DiagnosticEngine diagnostics;
  std::vector<StageTime> times;
  TypedProgram program;
  FileId main = 0;

  Frontend(btf::BtfCache &cache, const Options &options)
      : cache(cache), options(options),
        sources(std::make_shared<SourceManager>()), diagnostics(*sources) {}

  /// The lowered module, or null when `diagnostics` has errors. Errors: as
  /// Compiler::compile.
  llvm::Expected<std::unique_ptr<llvm::Module>> run(llvm::StringRef source,
                                                    llvm::StringRef fileName,
                                                    llvm::LLVMContext &context);

  /// As far as `program`; false when `diagnostics` has errors.
  llvm::Expected<bool> analyze(llvm::StringRef source,
                               llvm::StringRef fileName);

private:
  llvm::Expected<bool> analyzeSource(llvm::StringRef fileName);
  llvm::Expected<std::shared_ptr<const btf::Btf>>
  openBtf(llvm::StringRef module);
};

/// Adds the wall time since its making to a list when it dies.
class StageTimer {
public:
  StageTimer(std::vector<StageTime> &times, llvm::StringRef stage);
  ~StageTimer();
  StageTimer(const StageTimer &) = delete;
  StageTimer &operator=(const StageTimer &) = delete;

private:
  std::vector<StageTime> &times_;
  std::string stage_;
  double start_;
};

} // namespace whistler::compiler

#endif
