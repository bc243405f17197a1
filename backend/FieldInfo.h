#ifndef WHISTLER_BACKEND_FIELDINFO_H
#define WHISTLER_BACKEND_FIELDINFO_H

#include <llvm/IR/DebugInfoMetadata.h>
#include <llvm/Support/Error.h>

namespace whistler::backend {

/// Without qualifiers; typedefs are kept when asked.
llvm::DIType *strip(llvm::DIType *type, bool keepTypedef = false);

/// Elements of an array from one dimension on.
llvm::Expected<uint64_t> elementCount(const llvm::DICompositeType &array,
                                      unsigned fromDimension);

/// The number that a field relocation of `kind` has for the member or element
/// `index` of `type`, added to `offset` for byte offsets. `alignment` is that
/// of the LLVM element type of the access: the unit a bitfield is read in.
llvm::Expected<uint64_t> fieldInfo(uint32_t kind, llvm::DICompositeType &type,
                                   uint64_t index, uint64_t offset,
                                   uint64_t alignment);

} // namespace whistler::backend

#endif
