#ifndef WHISTLER_BTF_SAMETYPE_H
#define WHISTLER_BTF_SAMETYPE_H

#include "Resolve.h"

namespace whistler::btf {

/// Whether values of both types look the same in memory and to a program:
/// same kinds, sizes, signs, member names and places, all the way down.
/// Pointers to named types are compared by that name. Corrupt BTF is never
/// the same as anything.
bool isSameType(const Image &image, TypeId a, TypeId b);

} // namespace whistler::btf

#endif
