// Look-ups by name, on built BTF, on cut ones of real kernels, on modules.

#include "TestBtf.h"

using namespace whistler::btf;
using namespace whistler::btf::test;

class KernelFixture : public testing::TestWithParam<const char *> {};

TEST_P(KernelFixture, AnswersQuestionsOnARealKernel) {
  auto btf = llvm::cantFail(Btf::open(fixturePath(GetParam())));
  Aggregate task = llvm::cantFail(btf->findAggregate("task_struct"));
  const Field *pid = fieldOf(task, "pid"), *tgid = fieldOf(task, "tgid");
  ASSERT_TRUE(pid && tgid);
  EXPECT_EQ(tgid->bitOffset - pid->bitOffset, 32u);
  EXPECT_TRUE(llvm::cantFail(btf->type(pid->type)).isSigned);
  Type comm = llvm::cantFail(btf->type(fieldOf(task, "comm")->type));
  EXPECT_EQ(comm.kind, TypeKind::Array);
  EXPECT_EQ(comm.bytes, 16u);
  EXPECT_EQ(fieldOf(task, "frozen")->bitSize, 1u);

  Type mm = llvm::cantFail(btf->type(fieldOf(task, "mm")->type));
  Aggregate pointee = llvm::cantFail(btf->aggregate(mm.target));
  EXPECT_EQ(pointee.name, "mm_struct");
  EXPECT_TRUE(fieldOf(pointee, "exe_file")); // in an anonymous struct

  Aggregate sock = llvm::cantFail(btf->findAggregate("sock_common"));
  EXPECT_EQ(fieldOf(sock, "skc_num")->bitOffset, 8 * 14u);
  auto helper = btf->findEnumerator("BPF_FUNC_probe_read_kernel");
  ASSERT_TRUE(helper);
  EXPECT_EQ(helper->value, 113);
  EXPECT_EQ(helper->enumName, "bpf_func_id");
}

INSTANTIATE_TEST_SUITE_P(Btf, KernelFixture,
                         testing::Values("5.10", "6.1", "6.12", "7.3"));

TEST(Btf, FindsStructsUnionsAndTypedefsOnly) {
  Builder builder;
  const TypeId integer = builder.integer();
  btf__add_typedef(builder.raw, "number_t", integer);
  btf__add_union(builder.raw, "either", 4);
  const TypeId body = btf__add_struct(builder.raw, nullptr, 4);
  btf__add_typedef(builder.raw, "body_t", body);
  const TypeId named = btf__add_struct(builder.raw, "named", 8);
  btf__add_typedef(builder.raw, "named", named);
  btf__add_fwd(builder.raw, "later", BTF_FWD_STRUCT);
  auto btf = builder.open();
  EXPECT_EQ(llvm::cantFail(btf->findAggregate("either")).kind,
            AggregateKind::Union);
  EXPECT_TRUE(llvm::cantFail(btf->findAggregate("body_t")).isTypedefName);
  EXPECT_EQ(llvm::cantFail(btf->findAggregate("named")).id, named);
  for (const char *name : {"number_t", "later", "absent", "int", ""})
    EXPECT_EQ(failure<UnknownTypeError>(btf->findAggregate(name)),
              "unknown type `" + std::string(name) + "`");
  unsigned names = 0;
  btf->forEachAggregateName([&](llvm::StringRef) { ++names; });
  EXPECT_EQ(names, 5u);
}

TEST(Btf, FindsEnumeratorsThatHaveOneValue) {
  Builder builder;
  btf__add_enum(builder.raw, "colour", 4);
  btf__add_enum_value(builder.raw, "RED", 1);
  btf__add_enum_value(builder.raw, "BOTH", 2);
  btf__add_enum(builder.raw, nullptr, 4);
  btf__add_enum_value(builder.raw, "BOTH", 3);
  btf__add_enum64(builder.raw, "wide", 8, false);
  btf__add_enum64_value(builder.raw, "TOP", 0xffffffff00000001ull);
  auto btf = builder.open();
  EXPECT_EQ(btf->findEnumerator("RED")->value, 1);
  EXPECT_EQ(btf->findEnumerator("TOP")->value, int64_t(0xffffffff00000001ull));
  EXPECT_FALSE(btf->findEnumerator("BOTH"));
  EXPECT_FALSE(btf->findEnumerator("GREEN"));
}

TEST(Btf, FindsFunctionsAndKfuncs) {
  Builder builder;
  const TypeId integer = builder.integer();
  const TypeId prototype = btf__add_func_proto(builder.raw, integer);
  btf__add_func_param(builder.raw, "count", integer);
  btf__add_func_param(builder.raw, nullptr, 0);
  btf__add_func(builder.raw, "plain", BTF_FUNC_STATIC, prototype);
  const TypeId kfunc =
      btf__add_func(builder.raw, "bpf_work", BTF_FUNC_STATIC, prototype);
  btf__add_decl_tag(builder.raw, "bpf_kfunc", kfunc, -1);
  auto btf = builder.open();
  Function plain = llvm::cantFail(btf->findFunction("plain"));
  EXPECT_FALSE(plain.isKfunc);
  EXPECT_TRUE(plain.isVariadic);
  ASSERT_EQ(plain.parameters.size(), 1u);
  EXPECT_EQ(plain.parameters[0].name, "count");
  EXPECT_EQ(plain.result, integer);
  EXPECT_TRUE(llvm::cantFail(btf->findFunction("bpf_work")).isKfunc);
  EXPECT_NE(failure<UnknownTypeError>(btf->findFunction("absent")), "");
}

TEST(Btf, AModuleContinuesItsBaseAndItsOwnTypesComeFirst) {
  Builder kernel;
  const TypeId integer = kernel.integer();
  btf__add_struct(kernel.raw, "shared", 4);
  btf__add_struct(kernel.raw, "both", 4);
  Builder module(kernel.raw);
  btf__add_struct(module.raw, "own", 4);
  btf__add_field(module.raw, "value", integer, 0, 0);
  btf__add_struct(module.raw, "both", 8);
  auto base = kernel.open();
  auto btf = llvm::cantFail(Btf::fromMemory(module.bytes(), base));
  EXPECT_EQ(llvm::cantFail(btf->findAggregate("own")).fields[0].type, integer);
  EXPECT_EQ(llvm::cantFail(btf->findAggregate("shared")).bytes, 4u);
  EXPECT_EQ(llvm::cantFail(btf->findAggregate("both")).bytes, 8u);
  EXPECT_EQ(btf->typeCount(), base->typeCount() + 2);
  EXPECT_NE(failure<CorruptBtfError>(Btf::fromMemory(module.bytes())), "");
  EXPECT_NE(failure<CorruptBtfError>(Btf::fromMemory(module.bytes(), btf)), "");
}
