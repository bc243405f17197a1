#ifndef WHISTLER_PASSES_BYTESREAD_H
#define WHISTLER_PASSES_BYTESREAD_H

#include "TypedPointers.h"

namespace whistler::passes {

/// Whether a read that no member of a record stands for can be a direct load
/// where addresses may be cast: a load or short copy by number, at a variable
/// index, of a member that the verifier doesn't find.
bool canReadBytes(const ir::OperationCall &operation);

/// That read as one of an array of bytes at its address. New code is put before
/// the operation. Requires canReadBytes.
ReadSite bytesSite(const ir::OperationCall &operation);

} // namespace whistler::passes

#endif
