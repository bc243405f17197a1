// Each program of an object on its own, so that one rejection says nothing
// about the others: opened anew, the other programs switched off, loaded with
// its maps, asked for what the kernel made of it, and closed.
//
// The first load asks for statistics only (log level 4): the log of a large
// accepted program has megabytes. A rejected program is loaded again with the
// whole log, whose comments and instruction numbers say where.

#include "whistler/backend/Load.h"

#include "Instructions.h"
#include "KernelSymbols.h"
#include "Libbpf.h"
#include "VerifierLog.h"
#include "whistler/backend/Target.h"

#include <bpf/bpf.h>
#include <linux/bpf.h>

#include <cerrno>

using namespace llvm;

namespace whistler::backend {

namespace {

constexpr unsigned kStatistics = 4; // BPF_LOG_STATS
constexpr unsigned kTrace = 1;      // BPF_LOG_LEVEL1
constexpr size_t kSmallLog = 64 << 10;
/// The largest that kernels before 5.11 take; larger ones are tried after it.
constexpr size_t kLargeLog = UINT32_MAX >> 8;
constexpr size_t kHugeLog = UINT32_MAX >> 4;

struct Attempt {
  ObjectHandle object;
  bpf_program *program = nullptr;
  int errorNumber = 0; ///< 0 when loaded
  std::string log, message;
};

/// Which programs of the object are loaded.
enum class Extent { Alone, WithAll };

bpf_program *select(bpf_object *object, const ProgramInfo &info,
                    Extent extent) {
  bpf_program *selected = nullptr, *program = nullptr;
  bpf_object__for_each_program(program, object) {
    bool wanted = bpf_program__name(program) == info.name;
    bpf_program__set_autoload(program, wanted || extent == Extent::WithAll);
    if (wanted)
      selected = program;
  }
  return selected;
}

/// Errors are about the object: libbpf can't open it.
Expected<Attempt> attempt(ArrayRef<char> bytes, const ProgramInfo &info,
                          const LoadOptions &options, unsigned level,
                          size_t logSize, Extent extent = Extent::Alone) {
  LibbpfMessages messages;
  Attempt result;
  Expected<ObjectHandle> object =
      openForLoading(bytes, options.btfPath, messages);
  if (!object)
    return object.takeError();
  result.object = std::move(*object);
  result.program = select(result.object.get(), info, extent);
  if (!result.program)
    return make_error<BackendError>(info.name, 0,
                                    "libbpf finds no such program");
  // Left uninitialised: most of it is never touched.
  std::unique_ptr<char[]> log(new char[logSize]);
  log[0] = 0;
  bpf_program__set_log_buf(result.program, log.get(), logSize);
  bpf_program__set_log_level(result.program, level);
  result.errorNumber = -bpf_object__load(result.object.get());
  log[logSize - 1] = 0;
  result.log = log.get();
  bpf_program__set_log_buf(result.program, nullptr, 0);
  result.message = messages.reason();
  return result;
}

/// With the whole log, as far as the kernel gives it.
Expected<Attempt> attemptWithTrace(ArrayRef<char> bytes,
                                   const ProgramInfo &info,
                                   const LoadOptions &options) {
  Expected<Attempt> result =
      attempt(bytes, info, options, kStatistics | kTrace, kLargeLog);
  if (result && result->errorNumber == ENOSPC)
    return attempt(bytes, info, options, kStatistics | kTrace, kHugeLog);
  return result;
}

/// Whether the program of an attempt that failed was loaded before that.
bool isLoaded(const Attempt &attempt) {
  VerifierLog log = readVerifierLog(attempt.log);
  return log.verifiedInstructions && log.reason.empty();
}

std::map<uint32_t, unsigned> helpersOf(ArrayRef<bpf_insn> code) {
  std::vector<int32_t> distances;
  for (const bpf_insn &instruction : code)
    if (instruction.code == (BPF_JMP | BPF_CALL) && instruction.src_reg == 0)
      distances.push_back(instruction.imm);
  return countHelpers(distances);
}

void readKernelInfo(int descriptor, ProgramVerdict &verdict) {
  bpf_prog_info info = {};
  uint32_t size = sizeof info;
  if (bpf_obj_get_info_by_fd(descriptor, &info, &size))
    return;
  verdict.loadedInstructions = info.xlated_prog_len / 8;
  verdict.jitedBytes = info.jited_prog_len;
  if (info.verified_insns)
    verdict.verifiedInstructions = info.verified_insns;
  std::vector<bpf_insn> code(verdict.loadedInstructions);
  info = {};
  info.xlated_prog_insns = reinterpret_cast<uintptr_t>(code.data());
  info.xlated_prog_len = uint32_t(code.size() * sizeof(bpf_insn));
  size = sizeof info;
  if (!code.empty() && !bpf_obj_get_info_by_fd(descriptor, &info, &size))
    verdict.helperCalls = helpersOf(code);
}

std::string reasonOf(const Attempt &attempt, const VerifierLog &log,
                     const ProgramInfo &info) {
  std::string reason = explainReason(log, &info);
  if (!reason.empty())
    return reason;
  if (attempt.errorNumber == EPERM)
    return "the kernel does not let this user load this type of program (" +
           errorText(EPERM) + ")";
  return attempt.message.empty() ? errorText(attempt.errorNumber)
                                 : attempt.message;
}

Expected<ProgramVerdict> loadOne(ArrayRef<char> bytes, const ProgramInfo &info,
                                 const LoadOptions &options) {
  ProgramVerdict verdict;
  verdict.name = info.name;
  verdict.section = info.section;
  verdict.objectInstructions = info.instructions;
  Expected<Attempt> first =
      options.keepLog ? attemptWithTrace(bytes, info, options)
                      : attempt(bytes, info, options, kStatistics, kSmallLog);
  if (!first)
    return first.takeError();
  // A program array that begins with other programs wants them loaded too:
  // libbpf says EBADF for those that are not, once the program itself is
  // loaded. When another one of the object is refused, the log is all that
  // there is of this one.
  if (first->errorNumber == EBADF && isLoaded(*first)) {
    Expected<Attempt> withAll =
        attempt(bytes, info, options, kStatistics, kSmallLog, Extent::WithAll);
    if (!withAll)
      return withAll.takeError();
    if (withAll->errorNumber == 0)
      first->object = std::move(withAll->object);
    first->program = withAll->errorNumber ? nullptr : withAll->program;
    first->errorNumber = 0;
  }
  if (first->errorNumber && !options.keepLog) {
    std::string shortLog = std::move(first->log);
    first = attemptWithTrace(bytes, info, options);
    if (!first)
      return first.takeError();
    if (first->errorNumber == ENOSPC)
      first->log = std::move(shortLog);
  }
  VerifierLog log = readVerifierLog(first->log);
  verdict.verifiedInstructions = log.verifiedInstructions;
  verdict.peakStates = log.peakStates;
  verdict.totalStates = log.totalStates;
  verdict.verifierMicroseconds = log.microseconds;
  verdict.stackBytes = log.stackBytes;
  verdict.errorNumber = first->errorNumber;
  verdict.accepted = !first->errorNumber;
  if (verdict.accepted) {
    if (first->program)
      readKernelInfo(bpf_program__fd(first->program), verdict);
  } else {
    verdict.reason = reasonOf(*first, log, info);
    verdict.at = sourceOf(log, info);
  }
  if (!verdict.accepted || options.keepLog)
    verdict.log = std::move(first->log);
  return verdict;
}

} // namespace

Expected<std::vector<ProgramVerdict>> loadPrograms(ArrayRef<char> object,
                                                   const LoadOptions &options) {
  Expected<ObjectInfo> info = inspect(object);
  if (!info)
    return info.takeError();
  if (Error error = checkPermission())
    return error;
  std::vector<ProgramVerdict> verdicts;
  for (const ProgramInfo &program : info->programs) {
    if (program.subprogram ||
        (!options.program.empty() && options.program != program.name))
      continue;
    Expected<ProgramVerdict> verdict = loadOne(object, program, options);
    if (!verdict)
      return verdict.takeError();
    verdicts.push_back(std::move(*verdict));
  }
  if (verdicts.empty())
    return make_error<BackendError>("", 0,
                                    options.program.empty()
                                        ? "the object has no program"
                                        : "the object has no program `" +
                                              options.program + "`");
  return verdicts;
}

} // namespace whistler::backend
