#ifndef WHISTLER_TESTS_KERNELTEST_H
#define WHISTLER_TESTS_KERNELTEST_H

#include "whistler/backend/Load.h"
#include "whistler/compiler/Compiler.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

namespace whistler::test {

/// One way to compile a program; all must give the same values.
struct Mode {
  passes::ReadStrategy reads = passes::ReadStrategy::Portable;
  bool optimize = true;
  bool relocatable = true;
  backend::Cpu cpu = backend::Cpu::V3;

  compiler::Options options() const;
  /// "fused -O2 core".
  std::string name() const;
};

/// Every strategy × -O0, -O2 × CO-RE, --no-core; naive -O0 first.
const std::vector<Mode> &allModes();
/// Those of them that relocate.
const std::vector<Mode> &relocatableModes();
/// -O0 and -O2 of the default strategy, for programs without kernel reads.
const std::vector<Mode> &optimizationModes();

/// Why programs can't be loaded here; "" when they can.
const std::string &loadingRefused();

/// The repository's file, by its path from the root.
std::string readSource(const std::string &path);

/// Everything a compilation said, as the command line prints it.
std::string messages(const compiler::Compilation &compilation);

/// Object bytes, or a failed test (and an empty result).
llvm::SmallVector<char, 0> compileObject(const std::string &source,
                                         const std::string &fileName,
                                         const Mode &mode);

/// The verifier's words on an object that the kernel refused.
std::string refusals(llvm::ArrayRef<char> object);

/// A compiled program loaded into the kernel, or null and a failed test.
std::unique_ptr<backend::LoadedObject> loadSource(const std::string &source,
                                                  const std::string &fileName,
                                                  const Mode &mode);

/// Runs once; the program's result. Fails the test when it can't run.
uint32_t run(backend::LoadedObject &object, const std::string &program);

/// The u64 at `key` of an array map with u32 keys; fails when absent.
uint64_t arrayValue(backend::LoadedObject &object, const std::string &map,
                    uint32_t key);
void setArrayValue(backend::LoadedObject &object, const std::string &map,
                   uint32_t key, uint64_t value);
/// All records of a ring buffer.
std::vector<std::vector<uint8_t>> drain(backend::LoadedObject &object,
                                        const std::string &map);

/// The T at `offset` of a record; 0 beyond its end.
template <typename T>
T field(const std::vector<uint8_t> &record, size_t offset) {
  T value{};
  if (offset + sizeof(T) <= record.size())
    std::memcpy(&value, record.data() + offset, sizeof(T));
  return value;
}

/// The error's text, for messages.
std::string take(llvm::Error error);

/// Compiles and loads the source in each mode; `check` gets the object. A mode
/// in which that fails is a failed test.
template <typename Check>
void inModes(const std::vector<Mode> &modes, const std::string &source,
             const std::string &fileName, Check check) {
  for (const Mode &mode : modes) {
    SCOPED_TRACE(mode.name());
    if (auto object = loadSource(source, fileName, mode))
      check(*object);
  }
}

/// A fixture that skips where loading is not permitted.
template <typename Base> class LoadingTest : public Base {
protected:
  void SetUp() override {
    if (!loadingRefused().empty())
      GTEST_SKIP() << "this user may not load programs: " << loadingRefused();
  }
};

using KernelTest = LoadingTest<::testing::Test>;
/// For each row of a table.
template <typename Row>
using KernelTestOf = LoadingTest<::testing::TestWithParam<Row>>;

/// What a table calls its row, as a part of a test's name: a path without
/// folders and suffix, with underscores for hyphens.
std::string testName(const std::string &text);

} // namespace whistler::test

#endif
