// What tells facts and context pointers apart that are not about fields: types
// and enumerators as metadata, pointers in the name itself.
//
//   declare !whistler.type !7 i64 @whistler.core.type_exists.task_struct()
//   !7 = !{!"struct task_struct", i64 9792}      ; or "typedef int pid_t"
//   declare !whistler.enumerator !8
//       i64 @whistler.core.enumerator_value.bpf_func_id.BPF_FUNC_loop()
//   !8 = !{!"bpf_func_id", !"BPF_FUNC_loop", i64 181}

#include "Effects.h"

#include <llvm/IR/Constants.h>
#include <llvm/IR/Metadata.h>

using namespace llvm;

namespace whistler::ir {

namespace {

constexpr StringLiteral kShapes[] = {"struct", "union", "enum", "int"};
constexpr StringLiteral kTypedef = "typedef ";
constexpr StringLiteral kNullable = ".nullable";

Metadata *integer(LLVMContext &context, uint64_t value) {
  return ConstantAsMetadata::get(
      ConstantInt::get(Type::getInt64Ty(context), value));
}

/// The operands of a node of `count`, when `number` at its end is one.
std::optional<uint64_t> lastNumber(const MDNode *node, unsigned count) {
  if (!node || node->getNumOperands() != count)
    return std::nullopt;
  auto *constant =
      mdconst::dyn_extract_or_null<ConstantInt>(node->getOperand(count - 1));
  if (!constant || constant->getBitWidth() > 64)
    return std::nullopt;
  return constant->getZExtValue();
}

StringRef text(const MDNode *node, unsigned operand) {
  auto *string = dyn_cast_or_null<MDString>(node->getOperand(operand));
  return string ? string->getString() : StringRef();
}

} // namespace

MDNode *toMetadata(LLVMContext &context, const TypeIdentity &type) {
  std::string words = type.isTypedef ? kTypedef.str() : "";
  words += (kShapes[static_cast<size_t>(type.shape)] + " " + type.name).str();
  return MDNode::get(
      context, {MDString::get(context, words), integer(context, type.bytes)});
}

std::optional<TypeIdentity> typeFromMetadata(const MDNode *node) {
  auto bytes = lastNumber(node, 2);
  if (!bytes)
    return std::nullopt;
  StringRef words = text(node, 0);
  bool isTypedef = words.consume_front(kTypedef);
  auto [keyword, name] = words.split(' ');
  const StringLiteral *found = find(kShapes, keyword);
  if (found == std::end(kShapes) || name.empty())
    return std::nullopt;
  return TypeIdentity{name.str(),
                      static_cast<TypeShape>(found - std::begin(kShapes)),
                      *bytes, isTypedef};
}

MDNode *toMetadata(LLVMContext &context, const EnumeratorIdentity &enumerator) {
  return MDNode::get(
      context, {MDString::get(context, enumerator.enumeration),
                MDString::get(context, enumerator.name),
                integer(context, static_cast<uint64_t>(enumerator.value))});
}

std::optional<EnumeratorIdentity> enumeratorFromMetadata(const MDNode *node) {
  auto value = lastNumber(node, 3);
  if (!value || text(node, 0).empty() || text(node, 1).empty())
    return std::nullopt;
  return EnumeratorIdentity{text(node, 0).str(), text(node, 1).str(),
                            static_cast<int64_t>(*value)};
}

std::string pathOf(const PointerIdentity &pointer) {
  return pointer.record + (pointer.isNullable ? kNullable.str() : "");
}

PointerIdentity pointerFromPath(StringRef path) {
  PointerIdentity pointer;
  pointer.isNullable = path.consume_back(kNullable);
  pointer.record = path.str();
  return pointer;
}

} // namespace whistler::ir
