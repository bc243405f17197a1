// Whole or not at all.

#include "Support.h"

#include <llvm/Support/FileSystem.h>
#include <llvm/Support/MemoryBuffer.h>
#include <llvm/Support/Path.h>

using namespace llvm;

namespace whistler::backend::test {

namespace {

Error write(const std::string &path, StringRef text) {
  return writeFile(path, ArrayRef<char>(text.data(), text.size()));
}

class WriteFile : public testing::Test {
protected:
  void SetUp() override {
    ASSERT_FALSE(sys::fs::createUniqueDirectory("whistler", directory));
  }
  void TearDown() override { sys::fs::remove_directories(directory); }
  std::string path(StringRef name) {
    SmallString<128> result = directory;
    sys::path::append(result, name);
    return result.str().str();
  }
  unsigned files() {
    std::error_code code;
    unsigned count = 0;
    for (sys::fs::directory_iterator it(directory, code), end;
         it != end && !code; it.increment(code))
      ++count;
    return count;
  }
  SmallString<128> directory;
};

TEST_F(WriteFile, WritesTheBytes) {
  std::string bytes = "some bytes";
  ASSERT_FALSE(bool(write(path("out"), bytes)));
  auto read = MemoryBuffer::getFile(path("out"));
  ASSERT_TRUE(bool(read));
  EXPECT_EQ((*read)->getBuffer(), bytes);
  EXPECT_EQ(files(), 1u);
}

TEST_F(WriteFile, ReplacesAnOlderFile) {
  ASSERT_FALSE(bool(write(path("out"), "a longer text")));
  ASSERT_FALSE(bool(write(path("out"), "short")));
  auto read = MemoryBuffer::getFile(path("out"));
  ASSERT_TRUE(bool(read));
  EXPECT_EQ((*read)->getBuffer(), "short");
}

TEST_F(WriteFile, LeavesNothingWhenTheDirectoryIsMissing) {
  Error error = write(path("missing/out"), "text");
  ASSERT_TRUE(bool(error));
  EXPECT_NE(toString(std::move(error)).find("No such file"), std::string::npos);
  EXPECT_EQ(files(), 0u);
}

TEST_F(WriteFile, LeavesNothingWhenTheTargetIsADirectory) {
  ASSERT_FALSE(sys::fs::create_directory(path("out")));
  Error error = write(path("out"), "text");
  EXPECT_TRUE(bool(error));
  consumeError(std::move(error));
  EXPECT_EQ(files(), 1u);
}

TEST_F(WriteFile, ReportsAFullDevice) {
  Error error = write("/dev/full", "text");
  ASSERT_TRUE(bool(error));
  EXPECT_NE(toString(std::move(error)).find("No space left"),
            std::string::npos);
}

} // namespace

} // namespace whistler::backend::test
