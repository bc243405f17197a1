#ifndef WHISTLER_SEMA_SEMA_H
#define WHISTLER_SEMA_SEMA_H

#include "TypedProgram.h"

#include "../reader/Form.h"
#include "whistler/btf/Btf.h"
#include "whistler/compiler/Diagnostics.h"

#include <functional>

namespace whistler::compiler {

/// What the tracing file system says of an event.
struct TracepointFormat {
  enum class Lack : uint8_t { None, FileSystem, Category, Event };
  Lack lack = Lack::None;
  std::string where; ///< the folder of events that was looked into
  std::string text;  ///< the event's format file
  std::vector<std::string> others; ///< of the category, as `category/event`
};

/// What sema asks of the world: the kernel's types, opened at the first need.
/// `openBtf` gives the BTF of "" (vmlinux) or of a module by name.
struct SemaInputs {
  std::function<llvm::Expected<std::shared_ptr<const btf::Btf>>(
      llvm::StringRef module)>
      openBtf;
  std::function<TracepointFormat(llvm::StringRef category,
                                 llvm::StringRef event)>
      readTracepoint;
  bool relocatable = true;
  /// Declarations of the language's own library; the program may declare their
  /// names anew.
  std::vector<const Form *> prelude;
  bool hasFetchingAtomics = true; ///< atomics other than an addition
};

/// Core forms to a typed program. Mistakes go to `diagnostics` (the result is
/// then incomplete: check hasErrors). The Error is for the world: BTF that
/// cannot be opened or is corrupt.
llvm::Expected<TypedProgram> analyze(const std::vector<const Form *> &forms,
                                     FormContext &context,
                                     const SemaInputs &inputs,
                                     DiagnosticEngine &diagnostics);

} // namespace whistler::compiler

#endif
