// Fields of the kernel's structs that a program may set. The kernel permits it
// to functions of some interfaces, through the pointers that it passes them,
// field by field (StructOpsStores.def): there a plain store is enough, at the
// field's place on the running kernel. Everything else of the kernel's is no
// place.

#include "Places.h"

namespace whistler::compiler {

namespace {

/// A pointer that the verifier knows, or the address of a struct inside of
/// what such a pointer leads to.
bool isTrusted(const Node &base) {
  if (!base.type.isPointer)
    return false;
  return base.type.space == Space::Trusted ||
         (base.kind == NodeKind::KernelAddress && isTrusted(*base.children[0]));
}

/// The paths as a program's accessors.
std::string accessorNames(llvm::StringRef paths) {
  std::string text;
  llvm::SmallVector<llvm::StringRef, 16> words;
  paths.split(words, ' ');
  for (llvm::StringRef word : words) {
    std::string name = lispName(word);
    std::replace(name.begin(), name.end(), '.', '-');
    text += (text.empty() ? "`" : ", `") + name + "`";
  }
  return text;
}

/// The interface whose function is being analyzed, "" outside of such.
llvm::StringRef presentInterface(FunctionState &function) {
  if (llvm::StringRef(function.type->keyword) != "STRUCT-OPS")
    return "";
  function.usesTarget = true;
  return llvm::StringRef(function.section).split('/').second.split('.').first;
}

std::optional<MemoryPlace> elementOf(Analyzer &a, MemoryPlace array,
                                     const FieldInfo &field,
                                     const Form *indexForm) {
  std::optional<uint64_t> index = a.constant(indexForm);
  if (!index)
    return std::nullopt;
  if (*index >= field.type.count) {
    a.report(indexForm, Kind::IndexOutOfRange,
             {std::to_string(int64_t(*index)), lispName(field.name),
              std::to_string(field.type.count)});
    return std::nullopt;
  }
  MemoryType element = *field.type.element;
  SourceSpan span = array.address->span;
  array.address = makeOffset(std::move(array.address), *index * element.bytes,
                             pointerTo(element, Space::Kernel), span);
  array.type = std::move(element);
  return array;
}

} // namespace

std::optional<MemoryPlace> kernelFieldPlace(Analyzer &a, const Form *form,
                                            NodePtr base,
                                            const Accessor &accessor,
                                            const Form *index) {
  // A callback finds numbers in the frame of the code around it.
  llvm::StringRef interface =
      a.function->callback ? "" : presentInterface(*a.function);
  llvm::StringRef permitted = structOpsStores(interface);
  const FieldInfo &field = *accessor.field;
  bool isUntested = base->kind == NodeKind::Convert && !isTrusted(*base) &&
                    isTrusted(*base->children[0]);
  if (isUntested && !permitted.empty()) {
    const Form *pointer = items(form->cons.cdr).front();
    a.report(pointer, Kind::MissingNullTest, {toString(pointer)});
    return std::nullopt;
  }
  NodePtr address;
  if (isTrusted(*base) && !permitted.empty() && !field.bitSize)
    address = kernelAddress(a, form, std::move(base), *accessor.record, field);
  if (!address || address->kind != NodeKind::KernelAddress) {
    a.report(form, Kind::KernelMemoryStore, {toString(form)});
    return std::nullopt;
  }
  if (!hasWord(permitted, address->field->path())) {
    a.report(form, Kind::KernelFieldStore,
             {toString(form), lispName(interface), accessorNames(permitted)});
    return std::nullopt;
  }
  MemoryPlace place{std::move(address), field.type};
  place.isKernelField = true;
  bool isElement = index && field.type.kind == MemoryType::Kind::Array;
  if (isElement)
    return elementOf(a, std::move(place), field, index);
  if (!index && field.type.isScalar())
    return place;
  a.report(form, Kind::NotAPlace, {toString(form)});
  return std::nullopt;
}

} // namespace whistler::compiler
