#ifndef WHISTLER_BTF_LAYOUT_H
#define WHISTLER_BTF_LAYOUT_H

#include "Resolve.h"

namespace whistler::btf {

/// What `Btf::aggregate` gives: UnknownTypeError when `id` is, behind its
/// typedefs, no struct or union.
llvm::Expected<Aggregate> layOut(const Image &image, TypeId id);

} // namespace whistler::btf

#endif
