#ifndef WHISTLER_COMPILER_COMPILER_H
#define WHISTLER_COMPILER_COMPILER_H

#include "whistler/btf/Btf.h"
#include "whistler/compiler/Declarations.h"
#include "whistler/compiler/Diagnostics.h"
#include "whistler/compiler/Options.h"
#include "whistler/passes/ReadFate.h"

#include <llvm/ADT/SmallVector.h>
#include <llvm/IR/LLVMContext.h>
#include <llvm/IR/Module.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace whistler::compiler {

/// What the optimizer did or refused, at a source line.
struct Remark {
  std::string pass, name, function, message;
  std::string file;
  unsigned line = 0, column = 0;
  bool missed = false;
  /// What became of one read of the source: in remarks of their own, with
  /// Options::explainReads.
  std::optional<passes::ReadFate> read = std::nullopt;
};

/// Wall time of one stage.
struct StageTime {
  std::string stage;
  double milliseconds = 0;
};

/// The result of one compilation. `ok()` false: `diagnostics` says why and
/// there is no output.
struct Compilation {
  std::vector<Diagnostic> diagnostics;
  std::shared_ptr<const SourceManager> sources; ///< diagnostics' places
  llvm::SmallVector<char, 0> object;            ///< ELF, or text for asm / ll
  std::vector<Remark> remarks;
  std::vector<StageTime> times;
  Declarations declarations; ///< empty when there are errors
  bool ok() const;
};

enum class Emit { Object, Assembly, LlvmIr, LoweredIr };

/// Compiles probes. Holds opened BTF between compilations; otherwise no state.
/// One Compiler may serve several threads at once, and so may several.
class Compiler {
public:
  Compiler();
  /// Shares an existing cache, which must outlive the compiler.
  explicit Compiler(btf::BtfCache &cache);
  ~Compiler();

  /// Source text in memory to object bytes. `fileName` is used in messages,
  /// debug lines, and to find included files. Mistakes of the program are
  /// diagnostics; an Error is for the world (BTF missing or corrupt: see
  /// btf/Errors.h).
  llvm::Expected<Compilation> compile(llvm::StringRef source,
                                      llvm::StringRef fileName,
                                      const Options &options,
                                      Emit emit = Emit::Object);

  /// The front half: the module with whistler.* operations, before any pass;
  /// null when there are errors in `result.diagnostics`.
  llvm::Expected<std::unique_ptr<llvm::Module>>
  lower(llvm::StringRef source, llvm::StringRef fileName,
        const Options &options, llvm::LLVMContext &context,
        Compilation &result);

  /// What the source declares and nothing more: no code is made, `object` stays
  /// empty. Errors: as `compile`.
  llvm::Expected<Compilation> declarations(llvm::StringRef source,
                                           llvm::StringRef fileName,
                                           const Options &options);

private:
  llvm::Expected<Compilation> compileOnce(llvm::StringRef source,
                                          llvm::StringRef fileName,
                                          const Options &options, Emit emit);
  std::unique_ptr<btf::BtfCache> owned_;
  btf::BtfCache *cache_;
};

} // namespace whistler::compiler

#endif
