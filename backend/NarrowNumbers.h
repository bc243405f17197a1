#ifndef WHISTLER_BACKEND_NARROWNUMBERS_H
#define WHISTLER_BACKEND_NARROWNUMBERS_H

#include <llvm/ADT/ArrayRef.h>
#include <llvm/Support/Error.h>

namespace whistler::backend {

/// Gives relocated numbers that fit 32 bits (type ids, whether an enumerator
/// exists) one instruction in place of the two slots of a 64-bit constant. In
/// the object a jump to the next instruction fills the second slot; the
/// verifier removes it (opt_remove_nops, Linux 5.1). Changes `object` in place.
llvm::Error narrowRelocatedNumbers(llvm::MutableArrayRef<char> object);

} // namespace whistler::backend

#endif
