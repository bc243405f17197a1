// Trimmed debug types: members in offset order, one type for one record.

#include "CoreTypes.h"

#include <gtest/gtest.h>
#include <llvm/BinaryFormat/Dwarf.h>

using namespace llvm;
using namespace whistler;

namespace {

ir::Field scalar(const char *record, const char *member, uint64_t bits) {
  ir::Field field;
  field.steps = {{record, ir::RecordKind::Struct, 4096, member, bits}};
  field.bytes = 4;
  return field;
}

TEST(CoreTypes, OrdersMembersByOffset) {
  LLVMContext context;
  passes::CoreTypes types(context);
  ir::Field late = scalar("task_struct", "pid", 640);
  ir::Field early = scalar("task_struct", "flags", 64);
  types.add(late);
  types.add(early);
  EXPECT_EQ(types.accesses(early)[0].index, 0u);
  EXPECT_EQ(types.accesses(late)[0].index, 1u);
  EXPECT_EQ(types.accesses(early)[0].record, types.accesses(late)[0].record);
}

TEST(CoreTypes, NestsRecordsOfAPath) {
  LLVMContext context;
  passes::CoreTypes types(context);
  ir::Field outer = scalar("sock", "__sk_common", 0);
  outer.isAggregate = true;
  ir::Field path = ir::compose(outer, scalar("sock_common", "skc_family", 128));
  types.add(path);
  auto accesses = types.accesses(path);
  ASSERT_EQ(accesses.size(), 2u);
  auto *sock = cast<DICompositeType>(accesses[0].record);
  auto *member = cast<DIDerivedType>(sock->getElements()[0]);
  EXPECT_EQ(member->getBaseType(), accesses[1].record);
}

TEST(CoreTypes, GivesTheShapeThatLoadersCompare) {
  LLVMContext context;
  passes::CoreTypes types(context);
  ir::Field comm = scalar("task_struct", "comm", 640);
  comm.isAggregate = true;
  comm.dimensions = 1;
  comm.bytes = 16;
  types.add(comm);
  auto *record = cast<DICompositeType>(types.accesses(comm)[0].record);
  auto *type = cast<DIDerivedType>(record->getElements()[0])->getBaseType();
  EXPECT_EQ(type->getTag(), dwarf::DW_TAG_array_type);
  EXPECT_EQ(type->getSizeInBits(), 128u);
}

} // namespace
