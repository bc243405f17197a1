// What every kernel test does: compile in memory, load, run with
// BPF_PROG_TEST_RUN, look into maps. The current task of such a run is the
// test process itself, so what the kernel says about it can be compared with
// what the process knows.

#include "KernelTest.h"

#include <llvm/Support/MemoryBuffer.h>
#include <llvm/Support/raw_ostream.h>

#include <algorithm>

using namespace llvm;

namespace whistler::test {

compiler::Options Mode::options() const {
  compiler::Options result;
  result.reads = reads;
  result.optimize = optimize;
  result.relocatable = relocatable;
  result.cpu = cpu;
  return result;
}

std::string Mode::name() const {
  return passes::name(reads).str() + (optimize ? " -O2" : " -O0") +
         (relocatable ? " core" : " no-core") +
         (cpu == backend::Cpu::V3 ? "" : " v" + std::to_string(1 + int(cpu)));
}

/// The yardstick first.
static std::vector<passes::ReadStrategy> strategiesNaiveFirst() {
  std::vector<passes::ReadStrategy> strategies = passes::readStrategies();
  std::stable_partition(strategies.begin(), strategies.end(), [](auto reads) {
    return reads == passes::ReadStrategy::Naive;
  });
  return strategies;
}

const std::vector<Mode> &allModes() {
  static const std::vector<Mode> modes = [] {
    std::vector<Mode> result;
    for (passes::ReadStrategy reads : strategiesNaiveFirst())
      for (bool optimize : {false, true})
        for (bool relocatable : {true, false})
          result.push_back({reads, optimize, relocatable});
    return result;
  }();
  return modes;
}

const std::vector<Mode> &relocatableModes() {
  static const std::vector<Mode> modes = [] {
    std::vector<Mode> result;
    for (const Mode &mode : allModes())
      if (mode.relocatable)
        result.push_back(mode);
    return result;
  }();
  return modes;
}

const std::vector<Mode> &optimizationModes() {
  static const std::vector<Mode> modes = {
      {passes::ReadStrategy::Portable, false, true},
      {passes::ReadStrategy::Portable, true, true}};
  return modes;
}

std::string take(Error error) { return toString(std::move(error)); }

const std::string &loadingRefused() {
  static const std::string reason = []() -> std::string {
    compiler::Compiler compiler;
    auto compiled =
        compiler.compile("(defprog probe (:type :tc) 0)", "probe.lisp", {});
    if (!compiled || !compiled->ok()) {
      consumeError(compiled.takeError());
      return ""; // the tests themselves will say what is wrong
    }
    auto loaded = backend::LoadedObject::load(compiled->object);
    if (loaded)
      return "";
    Error rest =
        handleErrors(loaded.takeError(),
                     [](std::unique_ptr<backend::PermissionError> e) -> Error {
                       return Error(std::move(e));
                     });
    if (rest.isA<backend::PermissionError>())
      return toString(std::move(rest));
    consumeError(std::move(rest));
    return "";
  }();
  return reason;
}

std::string testName(const std::string &text) {
  std::string name = text.substr(text.rfind('/') + 1);
  name = name.substr(0, name.find('.'));
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

std::string readSource(const std::string &path) {
  auto buffer = MemoryBuffer::getFile(WHISTLER_SOURCE_DIR "/" + path);
  if (!buffer) {
    ADD_FAILURE() << path << ": " << buffer.getError().message();
    return "";
  }
  return (*buffer)->getBuffer().str();
}

std::string messages(const compiler::Compilation &compilation) {
  std::string text;
  raw_string_ostream os(text);
  for (const compiler::Diagnostic &diagnostic : compilation.diagnostics)
    compiler::print(diagnostic, *compilation.sources, os);
  return text;
}

SmallVector<char, 0> compileObject(const std::string &source,
                                   const std::string &fileName,
                                   const Mode &mode) {
  static btf::BtfCache cache;
  compiler::Compiler compiler(cache);
  auto compiled = compiler.compile(source, fileName, mode.options());
  if (!compiled) {
    ADD_FAILURE() << mode.name() << ": " << take(compiled.takeError());
    return {};
  }
  if (!compiled->ok()) {
    ADD_FAILURE() << mode.name() << ":\n" << messages(*compiled);
    return {};
  }
  return std::move(compiled->object);
}

std::string refusals(ArrayRef<char> object) {
  auto verdicts = backend::loadPrograms(object);
  if (!verdicts)
    return take(verdicts.takeError());
  std::string text;
  for (const backend::ProgramVerdict &verdict : *verdicts)
    if (!verdict.accepted)
      text += verdict.name + ": " + verdict.reason + "\n" +
              verdict.log.substr(
                  verdict.log.size() > 2000 ? verdict.log.size() - 2000 : 0);
  return text;
}

std::unique_ptr<backend::LoadedObject> loadSource(const std::string &source,
                                                  const std::string &fileName,
                                                  const Mode &mode) {
  SmallVector<char, 0> object = compileObject(source, fileName, mode);
  if (object.empty())
    return nullptr;
  auto loaded = backend::LoadedObject::load(object);
  if (!loaded) {
    ADD_FAILURE() << mode.name() << ": " << take(loaded.takeError()) << "\n"
                  << refusals(object);
    return nullptr;
  }
  return std::move(*loaded);
}

uint32_t run(backend::LoadedObject &object, const std::string &program) {
  auto result = object.run(program, {});
  if (!result) {
    ADD_FAILURE() << "run " << program << ": " << take(result.takeError());
    return 0;
  }
  return result->value;
}

static std::vector<uint8_t> bytesOf(const void *value, size_t size) {
  auto *bytes = static_cast<const uint8_t *>(value);
  return {bytes, bytes + size};
}

uint64_t arrayValue(backend::LoadedObject &object, const std::string &map,
                    uint32_t key) {
  auto value = object.lookup(map, bytesOf(&key, sizeof key));
  if (!value) {
    ADD_FAILURE() << map << ": " << take(value.takeError());
    return 0;
  }
  if (!*value) {
    ADD_FAILURE() << map << " has no entry " << key;
    return 0;
  }
  return field<uint64_t>(**value, 0);
}

void setArrayValue(backend::LoadedObject &object, const std::string &map,
                   uint32_t key, uint64_t value) {
  Error error = object.update(map, bytesOf(&key, sizeof key),
                              bytesOf(&value, sizeof value));
  if (error)
    ADD_FAILURE() << map << ": " << take(std::move(error));
}

std::vector<std::vector<uint8_t>> drain(backend::LoadedObject &object,
                                        const std::string &map) {
  auto records = object.drain(map);
  if (!records) {
    ADD_FAILURE() << map << ": " << take(records.takeError());
    return {};
  }
  return std::move(*records);
}

} // namespace whistler::test
