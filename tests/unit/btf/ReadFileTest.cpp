// Files: raw, ELF with and without `.BTF`, and what cannot be read.

#include "TestBtf.h"

#include <elf.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

using namespace whistler::btf;
using namespace whistler::btf::test;

namespace {

/// An ELF file whose second section, so named, has the given contents.
Bytes elfAround(const Bytes &contents, const char *name) {
  const std::string names = std::string("\0", 1) + name + '\0';
  Elf64_Ehdr header = {};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_ident[EI_DATA] = ELFDATA2LSB;
  header.e_shoff = sizeof header;
  header.e_shentsize = sizeof(Elf64_Shdr);
  header.e_shnum = 3;
  header.e_shstrndx = 2;
  Elf64_Shdr sections[3] = {};
  const uint64_t data = sizeof header + sizeof sections;
  sections[1].sh_name = 1;
  sections[1].sh_type = SHT_PROGBITS;
  sections[1].sh_offset = data;
  sections[1].sh_size = contents.size();
  sections[2].sh_type = SHT_STRTAB;
  sections[2].sh_offset = data + contents.size();
  sections[2].sh_size = names.size();
  Bytes file(data + contents.size() + names.size());
  std::memcpy(file.data(), &header, sizeof header);
  std::memcpy(file.data() + sizeof header, sections, sizeof sections);
  std::copy(contents.begin(), contents.end(), file.begin() + data);
  std::copy(names.begin(), names.end(), file.begin() + data + contents.size());
  return file;
}

class ReadFile : public testing::Test {
protected:
  void SetUp() override {
    path_ =
        testing::TempDir() + "whistler-read-file-" + std::to_string(::getpid());
  }
  void TearDown() override { ::unlink(path_.c_str()); }
  void write(const Bytes &bytes) const {
    std::ofstream(path_, std::ios::binary)
        .write(reinterpret_cast<const char *>(bytes.data()), bytes.size());
  }
  std::string path_;
};

} // namespace

TEST_F(ReadFile, FindsTheSectionOfAnElfFile) {
  write(elfAround(readBytes(fixturePath("6.1")), ".BTF"));
  auto btf = llvm::cantFail(Btf::open(path_));
  EXPECT_TRUE(bool(btf->findAggregate("task_struct")));
}

TEST_F(ReadFile, RefusesAnElfFileWithoutTheSection) {
  write(elfAround({1, 2, 3}, ".text"));
  EXPECT_NE(failure<CorruptBtfError>(Btf::open(path_)).find("`.BTF`"),
            std::string::npos);
}

TEST_F(ReadFile, RefusesEveryTruncatedElfFile) {
  Builder builder;
  builder.integer();
  const Bytes whole = elfAround(builder.bytes(), ".BTF");
  for (size_t length = 0; length < whole.size(); ++length) {
    write(Bytes(whole.begin(), whole.begin() + length));
    EXPECT_NE(failure<CorruptBtfError>(Btf::open(path_)), "") << length;
  }
}

TEST_F(ReadFile, NamesTheFileItCannotRead) {
  EXPECT_NE(failure<llvm::FileError>(Btf::open(path_)).find(path_),
            std::string::npos);
  EXPECT_NE(failure<llvm::FileError>(Btf::open(testing::TempDir())), "");
}
