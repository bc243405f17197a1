// `whistler verify`: the running kernel's verdict on each program of an
// object. A rejection shows the verifier's reason at the source line that it
// is about; an acceptance shows what the program costs once loaded, which is
// less than what the object holds because the verifier removes the arms that
// CO-RE constants make dead.
#include "Verify.h"

#include "CommandLine.h"
#include "InputOutput.h"
#include "VerdictText.h"

#include "whistler/backend/Load.h"

#include <llvm/Support/JSON.h>
#include <llvm/Support/raw_ostream.h>

namespace whistler::tools {

namespace {

using backend::ProgramVerdict;

constexpr const char *kCommand = "whistler verify";

llvm::json::Object toJson(const backend::SourceLine &line) {
  return llvm::json::Object{{"file", line.file},
                            {"line", line.line},
                            {"column", line.column},
                            {"text", line.text}};
}

llvm::json::Object toJson(const ProgramVerdict &verdict) {
  llvm::json::Object calls;
  for (auto [id, count] : verdict.helperCalls)
    calls[std::to_string(id)] = count;
  llvm::json::Object object{
      {"name", verdict.name},
      {"section", verdict.section},
      {"accepted", verdict.accepted},
      {"object_instructions", verdict.objectInstructions},
      {"loaded_instructions", verdict.loadedInstructions},
      {"jited_bytes", verdict.jitedBytes},
      {"verified_instructions", verdict.verifiedInstructions},
      {"peak_states", verdict.peakStates},
      {"total_states", verdict.totalStates},
      {"verifier_microseconds", verdict.verifierMicroseconds},
      {"stack_bytes", verdict.stackBytes},
      {"helper_calls", std::move(calls)},
  };
  if (!verdict.accepted) {
    object["errno"] = verdict.errorNumber;
    object["reason"] = verdict.reason;
    if (verdict.at)
      object["at"] = toJson(*verdict.at);
  }
  if (!verdict.log.empty()) // kept with --log
    object["log"] = llvm::json::fixUTF8(verdict.log);
  return object;
}

void printLogs(llvm::ArrayRef<ProgramVerdict> verdicts) {
  for (const ProgramVerdict &verdict : verdicts)
    if (!verdict.log.empty())
      llvm::outs() << "\n-- verifier log of " << verdict.name << " --\n"
                   << verdict.log;
}

struct Loaded {
  int status = kDone;
  std::vector<ProgramVerdict> verdicts;
};

Loaded load(const std::string &file, const VerifyOptions &options) {
  auto object = readInput(file);
  if (!object)
    return {fail(kCommand, llvm::toString(object.takeError()), kBadInput), {}};
  llvm::StringRef bytes = (*object)->getBuffer();
  backend::LoadOptions loading;
  loading.keepLog = options.log;
  loading.btfPath = options.btfPath;
  auto verdicts = backend::loadPrograms({bytes.data(), bytes.size()}, loading);
  if (!verdicts) {
    llvm::Error error = verdicts.takeError();
    int status =
        error.isA<backend::PermissionError>() ? kMachineLacks : kBadInput;
    return {
        fail(kCommand, file + ": " + llvm::toString(std::move(error)), status),
        {}};
  }
  Loaded result{kDone, std::move(*verdicts)};
  for (const ProgramVerdict &verdict : result.verdicts)
    if (!verdict.accepted)
      result.status = kBadInput;
  return result;
}

} // namespace

int runVerify(llvm::ArrayRef<std::string> files, const VerifyOptions &options) {
  int status = kDone;
  llvm::json::Array all;
  for (const std::string &file : files) {
    Loaded loaded = load(file, options);
    status = worse(status, loaded.status);
    if (!options.json) {
      printVerdicts(loaded.verdicts, file, llvm::outs(), llvm::errs());
      if (options.log)
        printLogs(loaded.verdicts);
      continue;
    }
    llvm::json::Array programs;
    for (const ProgramVerdict &verdict : loaded.verdicts)
      programs.push_back(toJson(verdict));
    all.push_back(
        llvm::json::Object{{"file", file}, {"programs", std::move(programs)}});
  }
  if (options.json)
    llvm::outs() << llvm::json::Value(std::move(all)) << '\n';
  return status;
}

} // namespace whistler::tools
