// Types behind typedefs, qualifiers and tags; sizes, signs, cycles.

#include "TestBtf.h"

using namespace whistler::btf;
using namespace whistler::btf::test;

TEST(Resolve, StripsModifiersAndKeepsTheOutermostTypedefOfTheAnonymous) {
  Builder builder;
  const TypeId body = btf__add_struct(builder.raw, nullptr, 4);
  const TypeId inner = btf__add_typedef(builder.raw, "inner_t", body);
  const TypeId tag = btf__add_type_tag(builder.raw, "rcu", inner);
  const TypeId outer = btf__add_typedef(
      builder.raw, "outer_t",
      btf__add_const(builder.raw, btf__add_volatile(builder.raw, tag)));
  Type type = llvm::cantFail(builder.open()->type(outer));
  EXPECT_EQ(type.kind, TypeKind::Struct);
  EXPECT_EQ(type.id, body);
  EXPECT_EQ(type.name, "outer_t");
  EXPECT_TRUE(type.isTypedefName);
}

TEST(Resolve, KnowsEveryKind) {
  Builder builder;
  auto *raw = builder.raw;
  const TypeId integer = builder.integer();
  const TypeId boolean = builder.integer("_Bool", BTF_INT_BOOL);
  const TypeId floating = btf__add_float(raw, "double", 8);
  const TypeId pointer = btf__add_ptr(raw, integer);
  const TypeId array = btf__add_array(raw, integer, integer, 3);
  const TypeId nested = btf__add_array(raw, integer, array, 2);
  const TypeId flexible = btf__add_array(raw, integer, integer, 0);
  const TypeId forward = btf__add_fwd(raw, "later", BTF_FWD_STRUCT);
  const TypeId prototype = btf__add_func_proto(raw, 0);
  const TypeId wide = btf__add_enum64(raw, "wide", 8, false);
  const TypeId variable = btf__add_var(raw, "v", BTF_VAR_STATIC, integer);
  auto btf = builder.open();
  auto kind = [&](TypeId id) { return llvm::cantFail(btf->type(id)).kind; };
  EXPECT_TRUE(llvm::cantFail(btf->type(integer)).isSigned);
  EXPECT_EQ(kind(0), TypeKind::Void);
  EXPECT_EQ(kind(boolean), TypeKind::Bool);
  EXPECT_EQ(kind(floating), TypeKind::Float);
  EXPECT_EQ(llvm::cantFail(btf->type(pointer)).target, integer);
  EXPECT_EQ(llvm::cantFail(btf->type(pointer)).bytes, 8u);
  EXPECT_EQ(llvm::cantFail(btf->type(nested)).bytes, 24u);
  EXPECT_EQ(llvm::cantFail(btf->type(nested)).count, 2u);
  EXPECT_EQ(llvm::cantFail(btf->type(flexible)).bytes, 0u);
  EXPECT_EQ(kind(forward), TypeKind::Forward);
  EXPECT_EQ(kind(prototype), TypeKind::Function);
  EXPECT_EQ(llvm::cantFail(btf->type(wide)).bytes, 8u);
  EXPECT_NE(failure<CorruptBtfError>(btf->type(variable)), "");
  EXPECT_NE(failure<UnknownTypeError>(btf->type(10000)), "");
}

TEST(Resolve, RefusesCycles) {
  Builder builder;
  const TypeId integer = builder.integer();
  const TypeId first = btf__type_cnt(builder.raw);
  btf__add_typedef(builder.raw, "a", first + 1);
  btf__add_typedef(builder.raw, "b", first);
  const TypeId array = btf__type_cnt(builder.raw);
  btf__add_array(builder.raw, integer, array, 1);
  auto btf = builder.open();
  EXPECT_NE(failure<CorruptBtfError>(btf->type(first)), "");
  EXPECT_NE(failure<CorruptBtfError>(btf->type(array)), "");
  EXPECT_NE(failure<CorruptBtfError>(btf->findAggregate("a")), "");
}

TEST(Resolve, RefusesArraysBeyondTheAddressSpace) {
  Builder builder;
  const TypeId integer = builder.integer();
  TypeId type = integer;
  for (int i = 0; i < 3; ++i)
    type = btf__add_array(builder.raw, integer, type, 0xffffffff);
  EXPECT_NE(failure<CorruptBtfError>(builder.open()->type(type)), "");
}

TEST(Resolve, TakesSignsFromValuesWhereNoEnumHasASignFlag) {
  Builder old;
  const TypeId state = btf__add_enum(old.raw, "state", 4);
  btf__add_enum_value(old.raw, "BROKEN", -1);
  auto *type = const_cast<btf_type *>(btf__type_by_id(old.raw, state));
  type->info &= ~(1u << 31);
  auto btf = old.open();
  EXPECT_TRUE(llvm::cantFail(btf->type(state)).isSigned);
  EXPECT_EQ(btf->findEnumerator("BROKEN")->value, -1);
}
