#ifndef WHISTLER_BTF_STRUCTWALK_H
#define WHISTLER_BTF_STRUCTWALK_H

#include "Resolve.h"

namespace whistler::btf {

/// What `Btf::directLoad` gives.
llvm::Expected<DirectLoad> walkStruct(const Image &image, TypeId record,
                                      const Field &field);

} // namespace whistler::btf

#endif
