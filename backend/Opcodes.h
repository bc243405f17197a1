#ifndef WHISTLER_BACKEND_OPCODES_H
#define WHISTLER_BACKEND_OPCODES_H

#include <llvm/ADT/StringRef.h>

namespace llvm {
class MCInstrInfo;
} // namespace llvm

namespace whistler::backend {

/// The number of one of the target's instructions by its name in LLVM's
/// tables ("ADD_ri"), which are private to the target; 0, which no instruction
/// of a target has, when there is none of that name.
unsigned findOpcode(const llvm::MCInstrInfo &instructions,
                    llvm::StringRef name);

} // namespace whistler::backend

#endif
