// Fields: both encodings of bitfields, flattening, and what is refused.

#include "TestBtf.h"

using namespace whistler::btf;
using namespace whistler::btf::test;

TEST(Layout, FlattensAnonymousMembersAtTheirPlaces) {
  Builder builder;
  const TypeId integer = builder.integer();
  const TypeId inner = btf__add_struct(builder.raw, nullptr, 8);
  btf__add_field(builder.raw, "a", integer, 0, 0);
  btf__add_field(builder.raw, "b", integer, 32, 0);
  const TypeId either = btf__add_union(builder.raw, nullptr, 8);
  btf__add_field(builder.raw, nullptr, inner, 0, 0);
  btf__add_field(builder.raw, "c", integer, 0, 0);
  btf__add_struct(builder.raw, "outer", 20);
  btf__add_field(builder.raw, "first", integer, 0, 0);
  btf__add_field(builder.raw, nullptr, either, 32, 0);
  btf__add_field(builder.raw, "named", inner, 96, 0);

  Aggregate outer = llvm::cantFail(builder.open()->findAggregate("outer"));
  ASSERT_EQ(outer.fields.size(), 5u);
  EXPECT_EQ(outer.bytes, 20u);
  EXPECT_EQ(fieldOf(outer, "a")->bitOffset, 32u);
  EXPECT_EQ(fieldOf(outer, "b")->bitOffset, 64u);
  EXPECT_EQ(fieldOf(outer, "c")->bitOffset, 32u);
  EXPECT_EQ(fieldOf(outer, "named")->type, inner);
  EXPECT_EQ(outer.fields.back().name, "named");
}

TEST(Layout, ReadsBitfieldsOfTheKindFlag) {
  Builder builder;
  const TypeId integer = builder.integer();
  btf__add_struct(builder.raw, "flags", 4);
  btf__add_field(builder.raw, "low", integer, 0, 3);
  btf__add_field(builder.raw, nullptr, integer, 3, 2);
  btf__add_field(builder.raw, "high", integer, 5, 7);
  Aggregate flags = llvm::cantFail(builder.open()->findAggregate("flags"));
  ASSERT_EQ(flags.fields.size(), 2u); // padding has no name
  EXPECT_EQ(fieldOf(flags, "high")->bitOffset, 5u);
  EXPECT_EQ(fieldOf(flags, "high")->bitSize, 7u);
}

TEST(Layout, ReadsBitfieldsOfTheOldEncoding) {
  Builder builder;
  const TypeId narrow = builder.integer();
  auto *type = const_cast<btf_type *>(btf__type_by_id(builder.raw, narrow));
  *reinterpret_cast<uint32_t *>(type + 1) = BTF_INT_SIGNED << 24 | 2 << 16 | 5;
  btf__add_struct(builder.raw, "old", 4);
  btf__add_field(builder.raw, "bits", narrow, 8, 0);
  Aggregate old = llvm::cantFail(builder.open()->findAggregate("old"));
  EXPECT_EQ(old.fields[0].bitOffset, 10u);
  EXPECT_EQ(old.fields[0].bitSize, 5u);
}

TEST(Layout, RefusesWhatCannotBe) {
  Builder builder;
  const TypeId integer = builder.integer();
  btf__add_struct(builder.raw, "outside", 4);
  btf__add_field(builder.raw, "far", integer, 32, 0);
  const TypeId self = btf__type_cnt(builder.raw);
  btf__add_struct(builder.raw, "self", 4);
  btf__add_field(builder.raw, nullptr, self, 0, 0);
  auto btf = builder.open();
  EXPECT_NE(failure<CorruptBtfError>(btf->findAggregate("outside")), "");
  EXPECT_NE(failure<CorruptBtfError>(btf->findAggregate("self")), "");
}

TEST(Layout, BoundsExponentialNesting) {
  Builder builder;
  TypeId next = builder.integer();
  for (int i = 0; i < 30; ++i) {
    TypeId pair = btf__add_union(builder.raw, i == 29 ? "bomb" : nullptr, 4);
    btf__add_field(builder.raw, nullptr, next, 0, 0);
    btf__add_field(builder.raw, nullptr, next, 0, 0);
    next = pair;
  }
  EXPECT_NE(failure<CorruptBtfError>(builder.open()->findAggregate("bomb")),
            "");
}

TEST(Layout, LaysOutEveryTypeOfTheRunningKernel) {
  auto btf = Btf::open(Btf::kKernelPath);
  if (!btf) {
    llvm::consumeError(btf.takeError());
    GTEST_SKIP() << "no readable " << Btf::kKernelPath;
  }
  unsigned aggregates = 0;
  for (TypeId id = 1; id < (*btf)->typeCount(); ++id) {
    auto laidOut = (*btf)->aggregate(id);
    if (laidOut)
      ++aggregates;
    else
      ASSERT_EQ(failure<CorruptBtfError>(std::move(laidOut)), "");
  }
  EXPECT_GT(aggregates, 1000u);
}
