// Names and effects of the operations: the rows of Operations.def with what
// LLVM's passes may do with each.
//
// Kernel memory is "inaccessible" to LLVM: no store of the module changes it,
// so equal reads merge and dead ones go without further proof. What may change
// it (the barrier, some helpers) writes inaccessible memory. A volatile read
// claims to write it too, which keeps it in its place.

#include "Effects.h"

#include <llvm/ADT/StringExtras.h>

using namespace llvm;

namespace whistler::ir {

namespace {

constexpr StringLiteral kFactNames[] = {
    "field_byte_offset", "field_byte_size",  "field_exists",
    "field_signed",      "field_lshift_u64", "field_rshift_u64",
    "type_exists",       "type_size",        "type_id",
    "enumerator_exists", "enumerator_value", "kernel_version"};

/// N of "iN" when it is an access width, else 0.
unsigned accessBits(StringRef suffix) {
  unsigned bits = 0;
  if (!suffix.consume_front("i") || suffix.getAsInteger(10, bits) ||
      !is_contained({8u, 16u, 32u, 64u}, bits))
    return 0;
  return bits;
}

std::optional<OperationName> accessName(StringRef suffix, Operation field,
                                        Operation number) {
  if (unsigned bits = accessBits(suffix))
    return OperationName{number, {}, bits, {}, IdentityKind::None};
  if (suffix.find('.') == StringRef::npos)
    return std::nullopt;
  return OperationName{field, {}, 0, suffix, IdentityKind::Field};
}

std::optional<OperationName> factName(StringRef suffix) {
  auto [word, path] = suffix.split('.');
  const StringLiteral *found = find(kFactNames, word);
  if (found == std::end(kFactNames))
    return std::nullopt;
  auto fact = static_cast<CoreFact>(found - std::begin(kFactNames));
  IdentityKind identity = identityOf(fact);
  if (path.empty() != (identity == IdentityKind::None))
    return std::nullopt;
  return OperationName{Operation::CoreFact, fact, 0, path, identity};
}

} // namespace

StringRef name(CoreFact fact) { return kFactNames[static_cast<size_t>(fact)]; }

IdentityKind identityOf(CoreFact fact) {
  switch (fact) {
  case CoreFact::TypeExists:
  case CoreFact::TypeSize:
  case CoreFact::TypeId:
    return IdentityKind::Type;
  case CoreFact::EnumeratorExists:
  case CoreFact::EnumeratorValue:
    return IdentityKind::Enumerator;
  case CoreFact::KernelVersion:
    return IdentityKind::None;
  default:
    return IdentityKind::Field;
  }
}

StringRef prefixOf(Operation operation) {
  switch (operation) {
#define WHISTLER_OPERATION(NAME, PREFIX, SUMMARY)                              \
  case Operation::NAME:                                                        \
    return PREFIX;
#include "whistler/ir/Operations.def"
  }
  llvm_unreachable("every operation has a prefix");
}

OperationEffects effectsOf(Operation operation) {
  MemoryEffects kernelRead =
      MemoryEffects::inaccessibleMemOnly(ModRefInfo::Ref);
  switch (operation) {
  case Operation::KernelLoad:
  case Operation::KernelLoadAt:
    return {kernelRead, false};
  case Operation::KernelLoadVolatile:
  case Operation::KernelLoadVolatileAt:
  case Operation::Barrier:
    return {MemoryEffects::inaccessibleMemOnly(), false};
  case Operation::KernelAddress:
  case Operation::CoreFact:
    return {MemoryEffects::none(), true};
  case Operation::KernelCopy:
    return {kernelRead | MemoryEffects::argMemOnly(ModRefInfo::Mod), false};
  case Operation::ContextLoad:
  case Operation::ContextLoadAt:
  case Operation::ContextPointer:
    return {MemoryEffects::argMemOnly(ModRefInfo::Ref), false};
  case Operation::ContextStoreAt:
    return {MemoryEffects::argMemOnly(), false};
  }
  llvm_unreachable("every operation has effects");
}

std::optional<OperationName> parseOperationName(StringRef name) {
  auto after = [&](Operation operation) {
    StringRef suffix = name;
    return suffix.consume_front(prefixOf(operation)) ? suffix : StringRef();
  };
  if (name == prefixOf(Operation::Barrier))
    return OperationName{Operation::Barrier, {}, 0, {}, IdentityKind::None};
  if (name == prefixOf(Operation::KernelCopy))
    return OperationName{Operation::KernelCopy, {}, 0, {}, IdentityKind::None};
  if (StringRef s = after(Operation::KernelLoad); !s.empty())
    return accessName(s, Operation::KernelLoad, Operation::KernelLoadAt);
  if (StringRef s = after(Operation::KernelLoadVolatile); !s.empty())
    return accessName(s, Operation::KernelLoadVolatile,
                      Operation::KernelLoadVolatileAt);
  if (StringRef s = after(Operation::ContextLoad); !s.empty())
    return accessName(s, Operation::ContextLoad, Operation::ContextLoadAt);
  if (StringRef s = after(Operation::ContextStoreAt); !s.empty())
    if (unsigned bits = accessBits(s))
      return OperationName{
          Operation::ContextStoreAt, {}, bits, {}, IdentityKind::None};
  if (StringRef s = after(Operation::KernelAddress); s.contains('.'))
    return OperationName{
        Operation::KernelAddress, {}, 0, s, IdentityKind::Field};
  if (StringRef s = after(Operation::ContextPointer); !s.empty())
    return OperationName{
        Operation::ContextPointer, {}, 0, s, IdentityKind::Pointer};
  if (StringRef s = after(Operation::CoreFact); !s.empty())
    return factName(s);
  return std::nullopt;
}

} // namespace whistler::ir
