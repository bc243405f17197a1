#ifndef WHISTLER_COMPILER_DESCRIBEDECLARATIONS_H
#define WHISTLER_COMPILER_DESCRIBEDECLARATIONS_H

#include "sema/TypedProgram.h"

#include "whistler/compiler/Declarations.h"

namespace whistler::compiler {

/// What `program` declares, without what the prelude declares.
Declarations describeDeclarations(const TypedProgram &program,
                                  const SourceManager &sources);

} // namespace whistler::compiler

#endif
