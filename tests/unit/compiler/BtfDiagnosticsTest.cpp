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
  explicit BtfFile(const whistler::btf::test::Builder &builder) {
    int descriptor = -1;
    if (llvm::sys::fs::createTemporaryFile("whistler", "btf", descriptor,
                                           path_))
      return;
    llvm::raw_fd_ostream os(descriptor, /*shouldClose=*/true);
    whistler::btf::test::Bytes bytes = builder.bytes();
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

void addStruct(const whistler::btf::test::Builder &builder, const char *name,
               const char *field, uint32_t bytes) {
  int integer = 1; // the builder's first type
  btf__add_struct(builder.raw, name, bytes);
  btf__add_field(builder.raw, field, integer, 0, 0);
}

TEST(BtfDiagnostics, TwoStructsOfOneNameAreListed) {
  whistler::btf::test::Builder builder;
  builder.integer();
  addStruct(builder, "thing", "a", 4);
  addStruct(builder, "thing", "b", 8);
  BtfFile file(builder);
  Options options;
  options.btfPath = file.path();
  EXPECT_EQ(firstMessage("(import-kernel-struct thing)", options),
            "1:23 " + name(DiagnosticKind::AmbiguousStruct).str() +
                ": the kernel has several types called `thing`: id 2 (4 "
                "bytes), id 3 (8 bytes); with --no-core, `:btf-id` and one of "
                "the ids chooses");
}

/// The module before any pass, as text; "" and a failed test when there is
/// none.
std::string lowered(llvm::StringRef source, const Options &options) {
  Compiler compiler;
  auto result = compiler.compile(source, "p.lisp", options, Emit::LoweredIr);
  if (!result) {
    ADD_FAILURE() << llvm::toString(result.takeError());
    return "";
  }
  for (const Diagnostic &diagnostic : result->diagnostics)
    ADD_FAILURE() << diagnostic.message;
  return {result->object.begin(), result->object.end()};
}

TEST(BtfDiagnostics, AnIdChoosesWithoutRelocations) {
  whistler::btf::test::Builder builder;
  builder.integer();
  addStruct(builder, "thing", "a", 4);
  addStruct(builder, "thing", "b", 8);
  addStruct(builder, "other", "c", 4);
  BtfFile file(builder);
  Options options;
  options.btfPath = file.path();
  EXPECT_EQ(firstMessage("(import-kernel-struct thing :btf-id 3)", options),
            "1:37 " + name(DiagnosticKind::BtfIdRelocated).str() +
                ": `:btf-id` needs --no-core: a running kernel cannot tell "
                "types of one name apart");
  options.relocatable = false;
  std::string text = lowered("(import-kernel-struct thing b :btf-id 3)"
                             "(defprog p (:type :kprobe)"
                             " (+ (thing-b (ctx u64 8)) +thing-size+))",
                             options);
  EXPECT_NE(text.find("whistler.kernel.load.thing.b"), std::string::npos);
  EXPECT_NE(text.find("add i64 %3, 8"), std::string::npos) << text;
  EXPECT_EQ(firstMessage("(import-kernel-struct thing :btf-id 3)"
                         "(import-kernel-struct thing :btf-id 2)",
                         options),
            "1:61 " + name(DiagnosticKind::ImportedOtherwise).str() +
                ": another type of the name `thing` is imported already: a "
                "program knows one");
  EXPECT_EQ(firstMessage("(import-kernel-struct thing :btf-id 4)", options),
            "1:37 " + name(DiagnosticKind::WrongBtfId).str() +
                ": type 4 is `other`, not a struct or union called `thing`");
  EXPECT_EQ(firstMessage("(import-kernel-struct thing :btf-id 99)", options),
            "1:37 " + name(DiagnosticKind::WrongBtfId).str() +
                ": type 99 is not there, not a struct or union called "
                "`thing`");
  EXPECT_EQ(firstMessage("(import-kernel-struct thing :btf-ids 3)", options),
            "1:29 " + name(DiagnosticKind::UnknownOption).str() +
                ": unknown option `:btf-ids` of `import-kernel-struct`; did "
                "you mean `:btf-id`?");
}

/// A kernel and a module of it, in files beside each other.
class ModuleImport : public ::testing::Test {
protected:
  void SetUp() override {
    ASSERT_FALSE(llvm::sys::fs::createUniqueDirectory("whistler-btf", folder_));
    whistler::btf::test::Builder kernel;
    int integer = kernel.integer();
    addStruct(kernel, "task", "pid", 4);
    write("vmlinux", kernel);
    whistler::btf::test::Builder module(kernel.raw);
    int task = btf__add_ptr(module.raw, 2);
    int widget = btf__add_struct(module.raw, "widget", 24);
    btf__add_field(module.raw, "owner", task, 0, 0);
    btf__add_field(module.raw, "next", widget + 1, 64, 0);
    btf__add_field(module.raw, "count", integer, 128, 0);
    btf__add_ptr(module.raw, widget);
    addStruct(module, "gadget", "size", 4);
    write("toys", module);
    options_.btfPath = path("vmlinux");
  }
  void TearDown() override { llvm::sys::fs::remove_directories(folder_); }

  std::string path(llvm::StringRef file) const {
    return (folder_ + "/" + file).str();
  }
  void write(llvm::StringRef file,
             const whistler::btf::test::Builder &builder) {
    std::error_code error;
    llvm::raw_fd_ostream os(path(file), error);
    whistler::btf::test::Bytes bytes = builder.bytes();
    os.write(reinterpret_cast<const char *>(bytes.data()), bytes.size());
  }

  llvm::SmallString<128> folder_;
  Options options_;
};

constexpr const char *kToysProgram =
    "(import-kernel-struct toys:widget)"
    "(defprog p (:type :kprobe)"
    " (let ((w (as-widget (ctx u64 8))))"
    "  (+ (widget-count (widget-next w)) (kernel-path w owner pid))))";

TEST_F(ModuleImport, FindsAModulesStructsAndItsKernels) {
  std::string text = lowered(kToysProgram, options_);
  for (const char *operation :
       {"whistler.kernel.load.widget.next", "whistler.kernel.load.widget.count",
        "whistler.kernel.load.widget.owner", "whistler.kernel.load.task.pid"})
    EXPECT_NE(text.find(operation), std::string::npos) << operation;
}

/// A program cannot name a module's type to the verifier.
/// The id of a module's type is no id of the kernel's: bpf_rdonly_cast takes
/// those only, so the members are bytes to it.
TEST_F(ModuleImport, LoadsDirectlyAsBytes) {
  Compiler compiler;
  options_.reads = passes::ReadStrategy::Direct;
  auto result = compiler.compile(kToysProgram, "p.lisp", options_);
  ASSERT_TRUE(bool(result)) << llvm::toString(result.takeError());
  EXPECT_TRUE(llvm::any_of(result->remarks, [](const Remark &remark) {
    return !remark.missed &&
           remark.message.find("widget.count is a direct load through "
                               "bpf_rdonly_cast") != std::string::npos;
  }));
  llvm::StringRef object(result->object.data(), result->object.size());
  EXPECT_TRUE(object.contains("new_utsname"));
}

TEST_F(ModuleImport, NeedsNoPrefixWhenTheModuleIsAskedForByFile) {
  options_.btfPath = path("toys");
  EXPECT_NE(lowered("(import-kernel-struct widget count)"
                    "(import-kernel-struct task)"
                    "(defprog p (:type :kprobe)"
                    " (+ (widget-count (ctx u64 8)) (task-pid (ctx u64 16))))",
                    options_)
                .find("whistler.kernel.load.widget.count"),
            std::string::npos);
}

TEST_F(ModuleImport, SaysWhatIsMissing) {
  EXPECT_EQ(firstMessage("(import-kernel-struct widget)", options_),
            "1:23 " + name(DiagnosticKind::UnknownStruct).str() +
                ": unknown struct `widget`");
  EXPECT_EQ(firstMessage("(import-kernel-struct toys:widgat)", options_),
            "1:23 " + name(DiagnosticKind::UnknownStruct).str() +
                ": unknown struct `widgat`; did you mean `widget`?");
  std::string missing =
      firstMessage("(import-kernel-struct tools:widget)", options_);
  EXPECT_NE(missing.find(path("tools")), std::string::npos) << missing;
}

TEST(BtfDiagnostics, RegistersOfAnotherArchitecture) {
  whistler::btf::test::Builder builder;
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
