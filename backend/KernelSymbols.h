#ifndef WHISTLER_BACKEND_KERNELSYMBOLS_H
#define WHISTLER_BACKEND_KERNELSYMBOLS_H

#include <cstdint>
#include <map>
#include <vector>

namespace whistler::backend {

/// Counts helper calls in programs after the verifier, where a call has the
/// distance of the kernel's function instead of the helper's id. `distances`
/// is one entry per call. Calls of functions that are no helper (inlined map
/// operations of unknown names, kernel functions) are left out; the result is
/// empty when this user may not read kernel addresses.
std::map<uint32_t, unsigned>
countHelpers(const std::vector<int32_t> &distances);

} // namespace whistler::backend

#endif
