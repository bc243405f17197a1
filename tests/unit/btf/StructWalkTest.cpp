// Direct loads: which members the kernel's walk finds at their offsets.

#include "TestBtf.h"

using namespace whistler::btf;
using namespace whistler::btf::test;

namespace {

struct StructWalk : testing::Test {
  Builder builder;
  TypeId integer = builder.integer();
  TypeId wide = btf__add_int(builder.raw, "long", 8, 0);
  TypeId target = btf__add_struct(builder.raw, "target", 4);
  int field = btf__add_field(builder.raw, "x", integer, 0, 0);
  TypeId pointer = btf__add_ptr(builder.raw, target);

  DirectLoad load(const char *record, const char *member) {
    auto btf = builder.open();
    Aggregate aggregate = llvm::cantFail(btf->findAggregate(record));
    return llvm::cantFail(
        btf->directLoad(aggregate.id, *fieldOf(aggregate, member)));
  }
};

TEST_F(StructWalk, FindsScalarsPointersAndWhatIsEmbedded) {
  TypeId inner = btf__add_struct(builder.raw, "inner", 8);
  btf__add_field(builder.raw, "a", integer, 0, 0);
  TypeId untyped = btf__add_ptr(builder.raw, 0);
  TypeId numbers = btf__add_array(builder.raw, integer, integer, 4);
  btf__add_struct(builder.raw, "outer", 48);
  btf__add_field(builder.raw, "number", integer, 0, 0);
  btf__add_field(builder.raw, "next", pointer, 64, 0);
  btf__add_field(builder.raw, "in", inner, 128, 0);
  btf__add_field(builder.raw, "untyped", untyped, 192, 0);
  btf__add_field(builder.raw, "numbers", numbers, 256, 0);
  EXPECT_EQ(load("outer", "number"), DirectLoad::Scalar);
  EXPECT_EQ(load("outer", "next"), DirectLoad::TypedPointer);
  EXPECT_EQ(load("outer", "in"), DirectLoad::Scalar);
  EXPECT_EQ(load("outer", "untyped"), DirectLoad::Scalar);
  EXPECT_EQ(load("outer", "numbers"), DirectLoad::Scalar);
}

TEST_F(StructWalk, TakesTheFirstMemberOfAUnion) {
  TypeId either = btf__add_union(builder.raw, "either", 8);
  btf__add_field(builder.raw, "low", integer, 0, 0);
  btf__add_field(builder.raw, "half", integer, 0, 0);
  btf__add_field(builder.raw, "all", wide, 0, 0);
  btf__add_field(builder.raw, "next", pointer, 0, 0);
  btf__add_struct(builder.raw, "holder", 8);
  btf__add_field(builder.raw, "in", either, 0, 0);
  EXPECT_EQ(load("either", "low"), DirectLoad::Scalar);
  EXPECT_EQ(load("either", "half"), DirectLoad::Scalar);
  EXPECT_EQ(load("either", "all"), DirectLoad::Refused);
  EXPECT_EQ(load("either", "next"), DirectLoad::Refused);
  EXPECT_EQ(load("holder", "in"), DirectLoad::Scalar);
}

TEST_F(StructWalk, WantsPointersAsPointers) {
  btf__add_union(builder.raw, "either", 8);
  btf__add_field(builder.raw, "next", pointer, 0, 0);
  btf__add_field(builder.raw, "bits", wide, 0, 0);
  EXPECT_EQ(load("either", "next"), DirectLoad::TypedPointer);
  EXPECT_EQ(load("either", "bits"), DirectLoad::Refused);
}

TEST_F(StructWalk, FollowsNoTaggedPointer) {
  TypeId tagged =
      btf__add_ptr(builder.raw, btf__add_type_tag(builder.raw, "user", target));
  btf__add_struct(builder.raw, "outer", 8);
  btf__add_field(builder.raw, "next", tagged, 0, 0);
  EXPECT_EQ(load("outer", "next"), DirectLoad::Scalar);
}

TEST_F(StructWalk, RefusesFlexibleArrays) {
  TypeId flexible = btf__add_array(builder.raw, integer, integer, 0);
  btf__add_struct(builder.raw, "outer", 8);
  btf__add_field(builder.raw, "rest", flexible, 64, 0);
  EXPECT_EQ(load("outer", "rest"), DirectLoad::Refused);
}

TEST_F(StructWalk, LoadsTheBytesThatABitfieldIsIn) {
  TypeId byte = btf__add_int(builder.raw, "char", 1, 0);
  btf__add_struct(builder.raw, "outer", 12);
  btf__add_field(builder.raw, "number", byte, 0, 0);
  btf__add_field(builder.raw, "low", integer, 8, 3);
  btf__add_field(builder.raw, "high", integer, 11, 5);
  btf__add_field(builder.raw, "two_bytes", integer, 16, 10);
  btf__add_field(builder.raw, "split", integer, 26, 10);
  btf__add_field(builder.raw, "three_bytes", integer, 40, 20);
  btf__add_field(builder.raw, "unaligned", integer, 72, 16);
  EXPECT_EQ(load("outer", "low"), DirectLoad::Scalar);
  EXPECT_EQ(load("outer", "high"), DirectLoad::Scalar);
  EXPECT_EQ(load("outer", "two_bytes"), DirectLoad::Scalar);
  EXPECT_EQ(load("outer", "split"), DirectLoad::Refused) << "bytes 3 and 4";
  EXPECT_EQ(load("outer", "three_bytes"), DirectLoad::Refused);
  EXPECT_EQ(load("outer", "unaligned"), DirectLoad::Refused);
}

TEST_F(StructWalk, RefusesABitfieldBehindAnotherMemberOfAUnion) {
  TypeId flags = btf__add_struct(builder.raw, "flags", 4);
  btf__add_field(builder.raw, "bit", integer, 1, 1);
  btf__add_union(builder.raw, "either", 8);
  btf__add_field(builder.raw, "next", pointer, 0, 0);
  btf__add_field(builder.raw, "in", flags, 0, 0);
  EXPECT_EQ(load("flags", "bit"), DirectLoad::Scalar);
  auto btf = builder.open();
  Aggregate either = llvm::cantFail(btf->findAggregate("either"));
  Field bit{"bit", 1, 1, integer};
  EXPECT_EQ(llvm::cantFail(btf->directLoad(either.id, bit)),
            DirectLoad::Refused);
}

} // namespace
