// When two types of one name count as one.

#include "TestBtf.h"

using namespace whistler::btf;
using namespace whistler::btf::test;

namespace {

/// Adds `struct node { struct node *next; int value; }`, its last member so
/// named, and another aggregate's pointer in between.
void addNode(Builder &builder, TypeId integer, TypeId pointee,
             const char *last) {
  const TypeId id = btf__type_cnt(builder.raw);
  btf__add_struct(builder.raw, "node", 24);
  btf__add_field(builder.raw, "next", id + 1, 0, 0);
  btf__add_field(builder.raw, "other", id + 2, 64, 0);
  btf__add_field(builder.raw, last, integer, 128, 0);
  btf__add_ptr(builder.raw, id);
  btf__add_ptr(builder.raw, pointee);
}

} // namespace

TEST(SameType, IdenticalCopiesAreOneType) {
  Builder builder;
  const TypeId integer = builder.integer();
  const TypeId forward = btf__add_fwd(builder.raw, "peer", BTF_FWD_STRUCT);
  const TypeId complete = btf__add_struct(builder.raw, "peer", 4);
  addNode(builder, integer, forward, "value");
  addNode(builder, integer, complete, "value");
  auto node = builder.open()->findAggregate("node");
  EXPECT_TRUE(bool(node)) << llvm::toString(node.takeError());
}

TEST(SameType, DifferentMembersAreAmbiguous) {
  Builder builder;
  const TypeId integer = builder.integer();
  addNode(builder, integer, integer, "value");
  addNode(builder, integer, integer, "colour");
  std::string text =
      failure<AmbiguousTypeError>(builder.open()->findAggregate("node"));
  EXPECT_EQ(text, "`node` names 2 different types: ids 2, 5");
}
