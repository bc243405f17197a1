// The cache: one image per path, changes noticed, shared by threads.

#include "TestBtf.h"

#include <unistd.h>

#include <set>
#include <thread>

using namespace whistler::btf;
using namespace whistler::btf::test;

TEST(BtfCache, OpensAFileOnceUntilReset) {
  BtfCache cache;
  auto first = llvm::cantFail(cache.open(fixturePath("6.1")));
  EXPECT_EQ(first, llvm::cantFail(cache.open(fixturePath("6.1"))));
  cache.reset();
  EXPECT_NE(first, llvm::cantFail(cache.open(fixturePath("6.1"))));
}

TEST(BtfCache, ReadsAChangedFileAgain) {
  const std::string path =
      testing::TempDir() + "whistler-cache-" + std::to_string(::getpid());
  auto copy = [&](const char *version) {
    const Bytes bytes = readBytes(fixturePath(version));
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char *>(bytes.data()), bytes.size());
  };
  BtfCache cache;
  copy("5.10");
  auto first = llvm::cantFail(cache.open(path));
  copy("6.1");
  auto second = llvm::cantFail(cache.open(path));
  EXPECT_NE(first, second);
  EXPECT_NE(llvm::cantFail(first->findAggregate("task_struct")).bytes,
            llvm::cantFail(second->findAggregate("task_struct")).bytes);
  ::unlink(path.c_str());
}

TEST(BtfCache, KeepsTheRunningKernels) {
  if (::access(Btf::kKernelPath, R_OK) != 0)
    GTEST_SKIP() << "no readable " << Btf::kKernelPath;
  BtfCache cache;
  auto kernel = llvm::cantFail(cache.open(Btf::kKernelPath));
  EXPECT_EQ(kernel, llvm::cantFail(cache.open(Btf::kKernelPath)));
  EXPECT_EQ(kernel, llvm::cantFail(cache.openModule("vmlinux")));
}

TEST(BtfCache, RefusesModuleNamesThatArePaths) {
  BtfCache cache;
  for (const char *name : {"", "..", "../vmlinux", "a/b"})
    EXPECT_NE(failure<llvm::FileError>(cache.openModule(name)), "") << name;
}

TEST(BtfCache, IsSharedByThreads) {
  BtfCache cache;
  std::vector<std::shared_ptr<const Btf>> opened(8);
  {
    std::vector<std::jthread> threads;
    for (auto &slot : opened)
      threads.emplace_back([&cache, &slot] {
        slot = llvm::cantFail(cache.open(fixturePath("6.12")));
        llvm::cantFail(slot->findAggregate("task_struct"));
      });
  }
  EXPECT_EQ(std::set(opened.begin(), opened.end()).size(), 1u);
}
