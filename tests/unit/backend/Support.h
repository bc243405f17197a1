#ifndef WHISTLER_TESTS_UNIT_BACKEND_SUPPORT_H
#define WHISTLER_TESTS_UNIT_BACKEND_SUPPORT_H

#include "whistler/backend/Target.h"

#include <llvm/AsmParser/Parser.h>
#include <llvm/IR/LLVMContext.h>
#include <llvm/Support/SourceMgr.h>
#include <llvm/Support/raw_ostream.h>

#include <gtest/gtest.h>

namespace whistler::backend::test {

inline std::unique_ptr<llvm::Module> parse(llvm::LLVMContext &context,
                                           const std::string &text) {
  llvm::SMDiagnostic diagnostic;
  std::unique_ptr<llvm::Module> module =
      llvm::parseAssemblyString(text, diagnostic, context);
  if (!module)
    ADD_FAILURE() << diagnostic.getLineNo() << ": "
                  << diagnostic.getMessage().str() << ": "
                  << diagnostic.getLineContents().str();
  return module;
}

/// IR text to an object, or the first error.
inline llvm::Expected<llvm::SmallVector<char, 0>>
compile(const std::string &text, const TargetOptions &options = {},
        Output output = Output::Object) {
  llvm::LLVMContext context;
  std::unique_ptr<llvm::Module> module = parse(context, text);
  if (!module)
    return llvm::make_error<BackendError>("", 0, "IR text is wrong");
  auto machine = createTargetMachine(options);
  if (!machine)
    return machine.takeError();
  prepareModule(*module, **machine);
  if (llvm::Error error =
          optimize(*module, **machine, options, nullptr, nullptr))
    return error;
  return emit(*module, **machine, output);
}

/// The text of the error; "" on success.
template <typename T> std::string message(llvm::Expected<T> result) {
  return result ? "" : llvm::toString(result.takeError());
}

/// A tc program `sum` that adds task_struct.pid and .tgid of the current task
/// through CO-RE, from the source file sum.lisp.
extern const std::string kSumProgram;

/// Debug info and declarations of kSumProgram without the program: for texts
/// that bring their own. Metadata !4 is int, !5 task_struct, !12 void *.
extern const std::string kPreamble;

} // namespace whistler::backend::test

#endif
