// Truncated and damaged BTF: every outcome is a value or a typed error.

#include "TestBtf.h"

#include <random>

using namespace whistler::btf;
using namespace whistler::btf::test;

namespace {

/// Asks everything that can be asked; only its survival matters.
void exercise(llvm::Expected<std::shared_ptr<const Btf>> opened) {
  if (!opened) {
    llvm::Error error = opened.takeError();
    EXPECT_TRUE(error.isA<CorruptBtfError>());
    return llvm::consumeError(std::move(error));
  }
  const Btf &btf = **opened;
  std::vector<std::string> names;
  btf.forEachAggregateName(
      [&](llvm::StringRef name) { names.push_back(name.str()); });
  for (const std::string &name : names)
    llvm::consumeError(btf.findAggregate(name).takeError());
  for (TypeId id = 0; id < btf.typeCount(); ++id) {
    llvm::consumeError(btf.type(id).takeError());
    llvm::consumeError(btf.aggregate(id).takeError());
  }
  (void)btf.findEnumerator("BPF_FUNC_probe_read_kernel");
  llvm::consumeError(btf.findFunction("f").takeError());
}

std::string refusal(const Bytes &bytes) {
  return failure<CorruptBtfError>(Btf::fromMemory(bytes));
}

} // namespace

class Damage : public testing::TestWithParam<const char *> {};

TEST_P(Damage, RefusesEveryTruncation) {
  const Bytes whole = readBytes(fixturePath(GetParam()));
  ASSERT_FALSE(whole.empty());
  for (size_t length = 0; length < whole.size(); ++length)
    EXPECT_NE(refusal(Bytes(whole.begin(), whole.begin() + length)), "")
        << length;
}

TEST_P(Damage, SurvivesFlippedBytes) {
  const Bytes whole = readBytes(fixturePath(GetParam()));
  std::mt19937 random(1);
  for (int round = 0; round < 3000; ++round) {
    Bytes damaged = whole;
    for (int flips = 1 + random() % 4; flips > 0; --flips)
      damaged[random() % damaged.size()] ^= 1 << random() % 8;
    for (int i = random() % 3; i > 0; --i) // small numbers hit other ids
      damaged[24 + random() % (damaged.size() - 24)] = random() % 64;
    exercise(Btf::fromMemory(damaged));
  }
}

INSTANTIATE_TEST_SUITE_P(Validate, Damage,
                         testing::Values("5.10", "6.1", "6.12", "7.3"));

TEST(Validate, SaysWhatIsWrong) {
  EXPECT_EQ(refusal({}), "corrupt BTF in `memory`: shorter than a header");
  EXPECT_NE(refusal(Bytes(100, 'x')).find("magic"), std::string::npos);
  Builder builder;
  btf__add_ptr(builder.raw, 77);
  EXPECT_EQ(refusal(builder.bytes()), "corrupt BTF in `memory`: type 1 refers "
                                      "to a type that does not exist");
}

TEST(Validate, DoesNotPrint) {
  testing::internal::CaptureStderr();
  Bytes bytes = readBytes(fixturePath("6.1"));
  bytes[24 + 7] = 0x1f; // the first type's kind
  EXPECT_NE(refusal(bytes).find("unknown kind"), std::string::npos);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(Validate, ReadsFromAnyAddress) {
  Bytes bytes = readBytes(fixturePath("6.1"));
  bytes.insert(bytes.begin(), 0);
  exercise(Btf::fromMemory(llvm::ArrayRef(bytes).drop_front()));
}
