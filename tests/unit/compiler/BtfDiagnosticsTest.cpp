// Mistakes that only another kernel's types provoke, or a source of another
// size, or this compiler itself: with BTF made here.

#include "../../../compiler/sema/Analyzer.h"
#include "../btf/TestBtf.h"

#include "whistler/compiler/Compiler.h"

#include <llvm/Support/FileSystem.h>
#include <llvm/Support/raw_ostream.h>

#include <sys/mman.h>

using namespace whistler;
using namespace whistler::compiler;

namespace {

/// BTF in a file that goes with it.
class BtfFile {
public:
  explicit BtfFile(const btf::test::Builder &builder) {
    int descriptor = -1;
    if (llvm::sys::fs::createTemporaryFile("whistler", "btf", descriptor,
                                           path_))
      return;
    llvm::raw_fd_ostream os(descriptor, /*shouldClose=*/true);
    btf::test::Bytes bytes = builder.bytes();
    os.write(reinterpret_cast<const char *>(bytes.data()), bytes.size());
  }
  ~BtfFile() { llvm::sys::fs::remove(path_); }
  std::string path() const { return std::string(path_); }

private:
  llvm::SmallString<128> path_;
};

/// "line:column Kind: text" of the first message.
std::string firstMessage(llvm::StringRef source, const Options &options) {
  Compiler compiler;
  auto result = compiler.compile(source, "p.lisp", options);
  if (!result)
    return "cannot compile: " + llvm::toString(result.takeError());
  if (result->diagnostics.empty())
    return "";
  const Diagnostic &first = result->diagnostics.front();
  std::string place;
  if (first.placed) {
    auto at = result->sources->position(first.span);
    place = std::to_string(at.line) + ":" + std::to_string(at.column) + " ";
  }
  return place + name(first.kind).str() + ": " + first.message;
}

void addStruct(const btf::test::Builder &builder, const char *name,
               const char *field, uint32_t bytes) {
  int integer = 1; // the builder's first type
  btf__add_struct(builder.raw, name, bytes);
  btf__add_field(builder.raw, field, integer, 0, 0);
}

TEST(BtfDiagnostics, TwoStructsOfOneNameAreListed) {
  btf::test::Builder builder;
  builder.integer();
  addStruct(builder, "thing", "a", 4);
  addStruct(builder, "thing", "b", 8);
  BtfFile file(builder);
  Options options;
  options.btfPath = file.path();
  EXPECT_EQ(firstMessage("(import-kernel-struct thing)", options),
            "1:23 " + name(DiagnosticKind::AmbiguousStruct).str() +
                ": the kernel has several types called `thing`: id 2 (4 "
                "bytes), id 3 (8 bytes)");
}

TEST(BtfDiagnostics, RegistersOfAnotherArchitecture) {
  btf::test::Builder builder;
  builder.integer();
  addStruct(builder, "pt_regs", "gprs", 4);
  BtfFile file(builder);
  Options options;
  options.btfPath = file.path();
  std::string message =
      firstMessage("(defprog p (:type :kprobe) (pt-regs-parm1))", options);
  EXPECT_EQ(message.substr(0, message.find(':', 5)),
            std::string("1:28 ") +
                name(DiagnosticKind::UnsupportedArchitecture).str());
}

TEST(BtfDiagnostics, SourceOverOneGibibyteIsRefused) {
  size_t size = (size_t(1) << 30) + 1;
  void *pages = mmap(nullptr, size, PROT_READ,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  ASSERT_NE(pages, MAP_FAILED);
  EXPECT_EQ(firstMessage({static_cast<const char *>(pages), size}, {}),
            name(DiagnosticKind::FileTooLarge).str() +
                ": `p.lisp` is larger than 1 GiB");
  munmap(pages, size);
}

struct EmptyAnalyzer {
  SourceManager sources;
  DiagnosticEngine diagnostics{sources};
  FormContext forms;
  SemaInputs inputs;
  Analyzer analyzer{forms, inputs, diagnostics};
  const Form *call = forms.nil();
};

/// A form of ours may need a helper that the headers of the build don't have.
TEST(BtfDiagnostics, HelperThatTheHeadersDontHave) {
  EmptyAnalyzer made;
  callHelper(made.analyzer, made.call, "no_such_helper", {});
  std::vector<Diagnostic> diagnostics = made.diagnostics.take();
  ASSERT_EQ(diagnostics.size(), 1u);
  EXPECT_EQ(diagnostics[0].kind, DiagnosticKind::UnknownHelper);
  EXPECT_EQ(diagnostics[0].message,
            "the kernel headers know no helper `no-such-helper`");
}

/// Nothing provokes this one: that is its meaning.
TEST(BtfDiagnostics, OwnMistakesAskForAReport) {
  SourceManager sources;
  DiagnosticEngine diagnostics(sources);
  EXPECT_EQ(diagnostics.report(DiagnosticKind::InternalError, {"x"}).message,
            "the compiler contradicts itself: x; please report this");
}

} // namespace
