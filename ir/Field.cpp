// Fields as metadata. A node reads as C would say it, so that IR in tests and
// bug reports needs no key:
//
//   !7 = !{!"signed integer direct", i32 4, !"", !8}
//   !8 = !{!"struct task_struct", i64 9792, !"exit_code", i64 9312}
//
// The type in words, the size in bytes, the pointee, then one node for each
// step: record, its size in bytes, member, the member's offset in bits. The
// words are `[array N] [signed] integer|enum|float|pointer|record [bits N]
// [direct [typed]]`; `array N` counts dimensions and describes the innermost
// element, the last two say what a load through a typed pointer does.

#include "whistler/ir/Field.h"

#include <llvm/ADT/StringExtras.h>
#include <llvm/IR/Constants.h>
#include <llvm/IR/Metadata.h>

using namespace llvm;

namespace whistler::ir {

namespace {

constexpr StringLiteral kShapes[] = {"integer", "enum", "float", "pointer",
                                     "record"};
constexpr StringLiteral kRecords[] = {"struct", "union", "typedef"};

std::string typeWords(const Field &field) {
  FieldShape shape = field.shape;
  if (field.isAggregate && field.dimensions == 0)
    shape = FieldShape::Record;
  else if (field.isPointer)
    shape = FieldShape::Pointer;
  std::string words;
  if (field.isAggregate && field.dimensions)
    words += "array " + utostr(field.dimensions) + " ";
  if (field.isSigned)
    words += "signed ";
  words += kShapes[static_cast<size_t>(shape)];
  if (field.bitSize)
    words += " bits " + utostr(field.bitSize);
  if (field.isDirect)
    words += field.isTyped ? " direct typed" : " direct";
  return words;
}

bool parseTypeWords(StringRef text, Field &field) {
  SmallVector<StringRef, 8> words;
  text.split(words, ' ');
  ArrayRef<StringRef> rest = words;
  auto take = [&](StringRef word) {
    if (rest.empty() || rest[0] != word)
      return false;
    rest = rest.drop_front();
    return true;
  };
  auto takeNumber = [&](StringRef word, uint32_t &number) {
    if (rest.empty() || rest[0] != word)
      return true;
    if (rest.size() < 2 || rest[1].getAsInteger(10, number) || !number)
      return false;
    rest = rest.drop_front(2);
    return true;
  };
  if (!takeNumber("array", field.dimensions))
    return false;
  field.isSigned = take("signed");
  if (rest.empty())
    return false;
  const StringLiteral *found = find(kShapes, rest[0]);
  if (found == std::end(kShapes))
    return false;
  auto shape = static_cast<FieldShape>(found - std::begin(kShapes));
  rest = rest.drop_front();
  field.isAggregate = field.dimensions || shape == FieldShape::Record;
  field.isPointer = !field.isAggregate && shape == FieldShape::Pointer;
  if (field.dimensions || !(field.isPointer || field.isAggregate))
    field.shape = shape;
  if (!takeNumber("bits", field.bitSize))
    return false;
  field.isDirect = take("direct");
  field.isTyped = field.isDirect && field.isPointer && take("typed");
  return rest.empty();
}

std::optional<uint64_t> number(const MDOperand &operand) {
  auto *constant = mdconst::dyn_extract_or_null<ConstantInt>(operand);
  if (!constant || constant->getBitWidth() > 64)
    return std::nullopt;
  return constant->getZExtValue();
}

std::optional<FieldStep> parseStep(const MDOperand &operand) {
  auto *node = dyn_cast_or_null<MDNode>(operand.get());
  if (!node || node->getNumOperands() != 4)
    return std::nullopt;
  auto *record = dyn_cast_or_null<MDString>(node->getOperand(0));
  auto *member = dyn_cast_or_null<MDString>(node->getOperand(2));
  auto bytes = number(node->getOperand(1)),
       offset = number(node->getOperand(3));
  if (!record || !member || !bytes || !offset || member->getString().empty())
    return std::nullopt;
  auto [keyword, name] = record->getString().split(' ');
  const StringLiteral *found = find(kRecords, keyword);
  if (found == std::end(kRecords))
    return std::nullopt;
  FieldStep step;
  step.record = name.str();
  step.recordKind = static_cast<RecordKind>(found - std::begin(kRecords));
  step.recordBytes = *bytes;
  step.member = member->getString().str();
  step.bitOffset = *offset;
  return step;
}

} // namespace

uint64_t Field::bitOffset() const {
  uint64_t bits = 0;
  for (const FieldStep &step : steps)
    bits += step.bitOffset;
  return bits;
}

uint64_t Field::byteOffset() const { return bitOffset() / 8; }

std::string Field::path() const {
  std::string text = steps.empty() ? "" : steps.front().record;
  for (const FieldStep &step : steps)
    text += "." + step.member;
  return text;
}

MDNode *fieldToMetadata(LLVMContext &context, const Field &field) {
  auto string = [&](const Twine &text) {
    return MDString::get(context, text.str());
  };
  auto integer = [&](unsigned bits, uint64_t value) {
    return ConstantAsMetadata::get(
        ConstantInt::get(IntegerType::get(context, bits), value));
  };
  SmallVector<Metadata *, 6> operands = {string(typeWords(field)),
                                         integer(32, field.bytes),
                                         string(field.pointee)};
  for (const FieldStep &step : field.steps) {
    std::string record(kRecords[static_cast<size_t>(step.recordKind)]);
    if (!step.record.empty())
      record += " " + step.record;
    operands.push_back(MDNode::get(
        context, {string(record), integer(64, step.recordBytes),
                  string(step.member), integer(64, step.bitOffset)}));
  }
  return MDNode::get(context, operands);
}

std::optional<Field> fieldFromMetadata(const MDNode *node,
                                       std::string *problem) {
  auto fail = [&](StringRef reason) {
    if (problem)
      *problem = reason.str();
    return std::nullopt;
  };
  if (!node || node->getNumOperands() < 4)
    return fail("needs a type, a size, a pointee and a step");
  Field field;
  auto *type = dyn_cast_or_null<MDString>(node->getOperand(0));
  if (!type || !parseTypeWords(type->getString(), field))
    return fail("the type is not `[array N] [signed] "
                "integer|enum|float|pointer|record [bits N] "
                "[direct [typed]]`");
  auto bytes = number(node->getOperand(1));
  if (!bytes)
    return fail("the size is not an integer");
  field.bytes = static_cast<uint32_t>(*bytes);
  auto *pointee = dyn_cast_or_null<MDString>(node->getOperand(2));
  if (!pointee)
    return fail("the pointee is not a string");
  field.pointee = pointee->getString().str();
  for (const MDOperand &operand : drop_begin(node->operands(), 3)) {
    auto step = parseStep(operand);
    if (!step)
      return fail("a step is not {record, bytes, member, bit offset}");
    field.steps.push_back(std::move(*step));
  }
  if (field.steps.front().record.empty())
    return fail("the first record has no name");
  if (!field.isAggregate && !is_contained({1u, 2u, 4u, 8u}, field.bytes))
    return fail("a scalar has 1, 2, 4 or 8 bytes");
  if (field.bitSize > field.bytes * 8 ||
      (!field.bitSize && field.bitOffset() % 8))
    return fail("the bits are not within the field");
  return field;
}

Field compose(const Field &outer, const Field &inner) {
  Field field = inner;
  field.steps = outer.steps;
  append_range(field.steps, inner.steps);
  field.isDirect = outer.isDirect && inner.isDirect;
  field.isTyped = outer.isDirect && inner.isTyped;
  return field;
}

} // namespace whistler::ir
