// Relocated numbers that fit one instruction.

#include "Support.h"

#include "whistler/backend/Inspect.h"

using namespace llvm;

namespace whistler::backend::test {

namespace {

TEST(NarrowNumbers, ATypeIdIsOneMove) {
  std::string text = kSumProgram;
  const std::string end = "  ret i32 %sum";
  text.replace(text.find(end), end.size(),
               "  %id = call i64 @llvm.bpf.btf.type.id(i32 0, i64 1), !dbg "
               "!23, !llvm.preserve.access.index !5\n"
               "  %low = trunc i64 %id to i32\n"
               "  %all = add i32 %sum, %low, !dbg !23\n"
               "  ret i32 %all");
  auto object = compile(text);
  ASSERT_TRUE(bool(object)) << toString(object.takeError());
  auto info = inspect(*object);
  ASSERT_TRUE(bool(info)) << toString(info.takeError());
  const std::vector<Instruction> &listing = info->programs.at(0).listing;
  auto move = find_if(listing, [](const Instruction &instruction) {
    return StringRef(instruction.relocation).starts_with("target_type_id");
  });
  ASSERT_NE(move, listing.end());
  EXPECT_EQ(move->encoding & 0xff, 0xb7u) << move->text;
  ASSERT_NE(std::next(move), listing.end());
  EXPECT_EQ(std::next(move)->encoding, 0x05u) << std::next(move)->text;
}

} // namespace

} // namespace whistler::backend::test
