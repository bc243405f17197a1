// Every example, in every mode: compiles, is accepted by this kernel, and does
// what it says. A test is skipped, with the reason, where this machine does
// not permit what the example needs; what remains is then what was loaded.

#include "../kernel/KernelTest.h"
#include "Scenario.h"

#include <bpf/libbpf.h>

#include <cerrno>
#include <filesystem>
#include <set>
#include <sys/utsname.h>

using namespace whistler;
using namespace whistler::test;

namespace {

namespace fs = std::filesystem;

std::vector<std::string> examples() {
  std::vector<std::string> names;
  for (const auto &entry :
       fs::directory_iterator(WHISTLER_SOURCE_DIR "/examples"))
    if (entry.path().extension() == ".lisp")
      names.push_back(entry.path().stem());
  std::sort(names.begin(), names.end());
  return names;
}

struct Close {
  void operator()(bpf_object *object) const { bpf_object__close(object); }
};
using ObjectPtr = std::unique_ptr<bpf_object, Close>;

int say(libbpf_print_level, const char *, va_list) { return 0; }

bool kernelIsAtLeast(int major, int minor) {
  utsname system;
  uname(&system);
  int release[2] = {};
  sscanf(system.release, "%d.%d", &release[0], &release[1]);
  return std::pair(release[0], release[1]) >= std::pair(major, minor);
}

/// The last lines of a verifier log.
std::string tail(const std::vector<char> &log) {
  std::string text(log.data());
  return text.size() > 2000 ? text.substr(text.size() - 2000) : text;
}

class Example : public ::testing::TestWithParam<std::string> {
protected:
  void SetUp() override {
    if (!loadingRefused().empty())
      GTEST_SKIP() << "this user may not load programs: " << loadingRefused();
    libbpf_set_print(say);
  }

  /// Loads the whole object; null, and a failure or a reason to skip.
  ObjectPtr load(const llvm::SmallVector<char, 0> &bytes) {
    std::vector<char> log(1 << 16);
    LIBBPF_OPTS(bpf_object_open_opts, options);
    options.object_name = "example";
    options.kernel_log_buf = log.data();
    options.kernel_log_size = log.size();
    ObjectPtr object(
        bpf_object__open_mem(bytes.data(), bytes.size(), &options));
    if (!object) {
      ADD_FAILURE() << "libbpf can't open the object: " << strerror(errno);
      return nullptr;
    }
    int error = bpf_object__load(object.get());
    if (error == -EPERM && log[0] == 0)
      skipped = "this machine does not permit programs of this type";
    else if (error)
      ADD_FAILURE() << "refused: " << strerror(-error) << "\n" << tail(log);
    return error ? nullptr : std::move(object);
  }

  void prove(bpf_object *object, const scenarios::ScenarioRow &row) {
    scenarios::Outcome outcome = scenarios::runScenario(row, object);
    for (const std::string &failure : outcome.failures)
      ADD_FAILURE() << failure;
    if (!outcome.notAttached.empty())
      skipped = "can't be attached here: " + outcome.notAttached;
    if (!outcome.skipped.empty())
      skipped = outcome.skipped;
  }

  /// Loads and proves an object, unless it is one that has been.
  void take(const llvm::SmallVector<char, 0> &bytes) {
    if (bytes.empty() ||
        !proved.insert(std::string(bytes.data(), bytes.size())).second)
      return;
    ObjectPtr object = load(bytes);
    const scenarios::ScenarioRow *row = scenarios::findScenario(GetParam());
    if (object && row)
      prove(object.get(), *row);
  }

  void TearDown() override {
    if (!skipped.empty() && !HasFailure())
      GTEST_SKIP() << skipped;
  }

  std::string path = "examples/" + GetParam() + ".lisp";
  std::set<std::string> proved; ///< the same bytes do the same
  std::string skipped;
};

TEST_P(Example, DoesWhatItSaysInEveryMode) {
  std::string source = readSource(path);
  for (const Mode &mode : allModes()) {
    SCOPED_TRACE(mode.name());
    take(compileObject(source, path, mode));
  }
}

TEST_P(Example, DoesWhatItSaysWithEveryInstructionSet) {
  using backend::Cpu;
  static whistler::btf::BtfCache cache;
  std::string source = readSource(path);
  for (Cpu cpu : {Cpu::V1, Cpu::V2, Cpu::V4}) {
    if (cpu == Cpu::V4 && !kernelIsAtLeast(6, 6))
      continue;
    SCOPED_TRACE("v" + std::to_string(int(cpu) - int(Cpu::V1) + 1));
    compiler::Options options;
    options.cpu = cpu;
    compiler::Compiler compiler(cache);
    auto compiled = compiler.compile(source, path, options);
    ASSERT_TRUE(bool(compiled)) << whistler::test::take(compiled.takeError());
    ASSERT_TRUE(compiled->ok()) << messages(*compiled);
    take(compiled->object);
  }
}

TEST(Examples, AllHaveAScenario) {
  for (const std::string &name : examples())
    EXPECT_TRUE(scenarios::findScenario(name))
        << name << " has no row in Scenarios.def";
}

std::string testName(const ::testing::TestParamInfo<std::string> &info) {
  std::string name = info.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(All, Example, ::testing::ValuesIn(examples()),
                         testName);

} // namespace
