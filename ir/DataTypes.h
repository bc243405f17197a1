#ifndef WHISTLER_IR_DATATYPES_H
#define WHISTLER_IR_DATATYPES_H

#include "whistler/ir/Program.h"

namespace whistler::ir {

/// `type` as debug info, from which LLVM makes BTF.
llvm::DIType *debugType(llvm::DIBuilder &debug, llvm::DIFile *file,
                        const DataType &type);

/// The LLVM struct type and the debug type of a BTF-defined map.
llvm::DIType *debugMapType(llvm::DIBuilder &debug, llvm::DIFile *file,
                           const MapDefinition &map, unsigned line);

} // namespace whistler::ir

#endif
