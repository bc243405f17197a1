#ifndef WHISTLER_SEMA_SEMA_H
#define WHISTLER_SEMA_SEMA_H

#include "TypedProgram.h"

#include "../reader/Form.h"
#include "whistler/btf/Btf.h"
#include "whistler/compiler/Diagnostics.h"

#include <functional>

namespace whistler::compiler {

/// What sema asks of the world: the kernel's types, opened at the first need.
/// `openBtf` gives the BTF of "" (vmlinux) or of a module by name.
struct SemaInputs {
  std::function<llvm::Expected<std::shared_ptr<const btf::Btf>>(
      llvm::StringRef module)>
      openBtf;
  /// The tracing file system's description of an event, when it has one; else
  /// `others` gets the events that it knows, as `category/event`.
  std::function<std::optional<std::string>(llvm::StringRef category,
                                           llvm::StringRef event,
                                           std::vector<std::string> &others)>
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
