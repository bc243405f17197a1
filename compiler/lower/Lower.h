#ifndef WHISTLER_LOWER_LOWER_H
#define WHISTLER_LOWER_LOWER_H

#include "../sema/TypedProgram.h"

#include <llvm/IR/Module.h>

#include <memory>

namespace whistler::compiler {

/// The typed program as LLVM IR with whistler.* operations, one function per
/// program, before any pass. `main` names the file for debug info.
std::unique_ptr<llvm::Module> lower(const TypedProgram &program,
                                    const SourceManager &sources, FileId main,
                                    llvm::LLVMContext &context);

} // namespace whistler::compiler

#endif
