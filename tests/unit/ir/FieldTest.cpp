// Fields to metadata and back, paths and their composition.

#include "whistler/ir/Field.h"

#include <gtest/gtest.h>
#include <llvm/IR/LLVMContext.h>
#include <llvm/IR/Metadata.h>

using namespace whistler::ir;

namespace {

Field pid() {
  Field field;
  field.steps = {{"task_struct", RecordKind::Struct, 9792, "pid", 10112}};
  field.bytes = 4;
  field.isSigned = true;
  return field;
}

void expectRoundTrip(const Field &field) {
  llvm::LLVMContext context;
  std::string problem;
  auto back = fieldFromMetadata(fieldToMetadata(context, field), &problem);
  ASSERT_TRUE(back) << problem;
  EXPECT_EQ(*back, field);
}

TEST(Field, RoundTripsScalars) {
  expectRoundTrip(pid());
  Field pointer = pid();
  pointer.isSigned = false;
  pointer.isPointer = true;
  pointer.bytes = 8;
  pointer.pointee = "mm_struct";
  expectRoundTrip(pointer);
  pointer.isDirect = true;
  expectRoundTrip(pointer);
  pointer.isTyped = true;
  expectRoundTrip(pointer);
  Field bits = pid();
  bits.bitSize = 3;
  bits.steps[0].bitOffset = 10017;
  expectRoundTrip(bits);
  Field state = pid();
  state.isSigned = false;
  state.shape = FieldShape::Enum;
  expectRoundTrip(state);
}

TEST(Field, RoundTripsAggregates) {
  Field record = pid();
  record.isSigned = false;
  record.isAggregate = true;
  record.bytes = 256;
  expectRoundTrip(record);
  record.dimensions = 2;
  record.shape = FieldShape::Pointer;
  record.steps[0].recordKind = RecordKind::Typedef;
  expectRoundTrip(record);
}

TEST(Field, ComposesPaths) {
  Field outer = pid();
  outer.isAggregate = true;
  outer.steps[0].member = "se";
  outer.steps[0].bitOffset = 1024;
  Field inner = pid();
  inner.steps = {{"sched_entity", RecordKind::Struct, 320, "vruntime", 640}};
  Field both = compose(outer, inner);
  EXPECT_EQ(both.path(), "task_struct.se.vruntime");
  EXPECT_EQ(both.byteOffset(), 208u);
  EXPECT_FALSE(both.isAggregate);
  expectRoundTrip(both);
}

TEST(Field, RefusesOddSizesAndBits) {
  llvm::LLVMContext context;
  Field field = pid();
  field.bytes = 3;
  std::string problem;
  EXPECT_FALSE(fieldFromMetadata(fieldToMetadata(context, field), &problem));
  EXPECT_EQ(problem, "a scalar has 1, 2, 4 or 8 bytes");
  field = pid();
  field.steps[0].bitOffset = 3;
  EXPECT_FALSE(fieldFromMetadata(fieldToMetadata(context, field), &problem));
  EXPECT_FALSE(fieldFromMetadata(nullptr));
}

} // namespace
