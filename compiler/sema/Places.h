#ifndef WHISTLER_SEMA_PLACES_H
#define WHISTLER_SEMA_PLACES_H

#include "Analyzer.h"

namespace whistler::compiler {

/// Memory behind an address: `address` is consumed by one use.
struct MemoryPlace {
  NodePtr address;
  MemoryType type;
  unsigned shift = 0, bitSize = 0; ///< bitfields, in the unit of `type`
  bool isNetworkOrder = false;
  /// Of the kernel: the verifier wants a store of just the field's width.
  bool isKernelField = false;
};

/// A field of what the kernel pointer `base` leads to, or its element at
/// `index` (or null): a place in functions of an interface that lets them set
/// it. Nothing when something was reported.
std::optional<MemoryPlace> kernelFieldPlace(Analyzer &a, const Form *form,
                                            NodePtr base,
                                            const Accessor &accessor,
                                            const Form *index);

// Sizes.cpp
/// Is there so much of a struct on the stack? Reports an access that leaves it:
/// the stack is the program's, so the verifier says nothing.
bool staysInside(Analyzer &a, const Form *call, const ValueType &memory,
                 const NodePtr &offset, uint64_t bytes);

} // namespace whistler::compiler

#endif
