// Texts and error codes of the typed errors.

#include "TestBtf.h"

using namespace whistler::btf;

TEST(Errors, SayWhatAndWhere) {
  EXPECT_EQ(llvm::toString(llvm::make_error<CorruptBtfError>("f", "is odd")),
            "corrupt BTF in `f`: is odd");
  EXPECT_EQ(llvm::toString(llvm::make_error<UnknownTypeError>("x")),
            "unknown type `x`");
}

TEST(Errors, HaveErrorCodes) {
  EXPECT_EQ(llvm::errorToErrorCode(llvm::make_error<UnknownTypeError>("x")),
            std::errc::no_such_file_or_directory);
  EXPECT_EQ(llvm::errorToErrorCode(llvm::make_error<CorruptBtfError>("f", "")),
            std::errc::bad_message);
}
