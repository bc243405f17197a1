// `whistler run`: a probe or an object at work, until Ctrl-C, a duration, or
// the reader of standard output has gone. Messages go to stderr, what programs
// send to stdout, so that a pipe gets records only.
#include "CommandLine.h"
#include "Commands.h"
#include "Diagnose.h"
#include "InputOutput.h"
#include "TextTable.h"
#include "VerdictText.h"
#include "run/RunPrinter.h"
#include "run/StopSignals.h"

#include "whistler/backend/Run.h"
#include "whistler/compiler/Compiler.h"

#include <llvm/ADT/StringExtras.h>
#include <llvm/Support/raw_ostream.h>

#include <chrono>
#include <cmath>
#include <poll.h>
#include <unistd.h>

namespace whistler::tools {

namespace {

constexpr const char *kCommand = "whistler run";

constexpr Option kOptions[] = {
    {"duration", 'd', "SECONDS", "stop after that long; default at Ctrl-C"},
    {"json", 0, "", "one JSON object a line instead of tables"},
    {"interface", 'i', "NAME", "where XDP, tc and socket programs go"},
    {"cgroup", 0, "PATH", "of cgroup programs; default /sys/fs/cgroup"},
    {"pid", 'p', "PID", "uprobes and samples of this process only"},
    {"frequency", 0, "HZ", "samples a second of perf_event programs; 49"},
    {"partial", 0, "", "go on when some programs can't be attached"},
    {"top", 0, "N", "entries shown of each map at the end; default 50"},
    {"btf", 0, "FILE", "kernel types; default the running kernel's"},
    {"tracefs", 0, "DIR", "format files of tracepoints from DIR/events"},
};

} // namespace

const Grammar kRunGrammar = {
    "whistler run",
    "FILE",
    "Loads a probe (.lisp, compiled in memory) or an object, attaches each\n"
    "program where its section says, prints what ring and perf buffers carry\n"
    "and what trace-printk prints, and the maps at the end.",
    kOptions,
    1,
    1};

namespace {

using Fault = backend::Attachment::Fault;

/// The object's bytes, compiled when FILE is a probe; empty when `status` says
/// why not.
std::vector<char> objectOf(const Arguments &arguments, int &status) {
  const std::string &input = arguments.operands.front();
  auto buffer = readInput(input);
  if (!buffer) {
    status = fail(kCommand, llvm::toString(buffer.takeError()), kBadInput);
    return {};
  }
  llvm::StringRef bytes = (*buffer)->getBuffer();
  if (bytes.starts_with("\x7f"
                        "ELF"))
    return {bytes.begin(), bytes.end()};
  compiler::Options options;
  options.btfPath = arguments.get("btf", options.btfPath);
  options.tracefsPath = arguments.get("tracefs");
  compiler::Compiler compiler;
  auto result = compiler.compile(bytes, sourceName(input), options);
  if (!result) {
    status = fail(kCommand, llvm::toString(result.takeError()), kMachineLacks);
    return {};
  }
  printDiagnostics(*result);
  if (!result->ok())
    status = kBadInput;
  return {result->object.begin(), result->object.end()};
}

/// Loading whole failed: which program, and what the verifier says of it.
int explainLoad(const Arguments &arguments, llvm::ArrayRef<char> object,
                llvm::Error error) {
  const std::string &file = arguments.operands.front();
  if (error.isA<backend::PermissionError>())
    return fail(kCommand, llvm::toString(std::move(error)), kMachineLacks);
  std::string text = llvm::toString(std::move(error));
  backend::LoadOptions loading;
  loading.btfPath = arguments.get("btf");
  auto verdicts = backend::loadPrograms(object, loading);
  if (!verdicts) {
    llvm::consumeError(verdicts.takeError());
    return fail(kCommand, file + ": " + text, kBadInput);
  }
  std::vector<backend::ProgramVerdict> rejected;
  bool isMachine = true;
  for (backend::ProgramVerdict &verdict : *verdicts)
    if (!verdict.accepted) {
      isMachine &= verdict.errorNumber == EPERM;
      rejected.push_back(std::move(verdict));
    }
  if (rejected.empty())
    return fail(kCommand, file + ": " + text, kBadInput);
  printVerdicts(rejected, file, llvm::nulls(), llvm::errs());
  return isMachine ? kMachineLacks : kBadInput;
}

/// Says what is not attached; kDone when the run may go on.
int reportAttachments(llvm::ArrayRef<backend::Attachment> results,
                      bool partial) {
  constexpr int kStatus[] = {kDone, kBadUsage, kBadInput, kMachineLacks};
  int status = kDone;
  size_t attached = 0;
  for (const backend::Attachment &result : results) {
    if (result.attached) {
      ++attached;
      llvm::errs() << "attached " << result.program << ": " << result.where
                   << '\n';
      continue;
    }
    llvm::errs() << kCommand << ": error: program `" << result.program << "` ("
                 << result.section << ") is not attached: " << result.problem
                 << '\n';
    if (!result.advice.empty())
      llvm::errs() << "  try: " << result.advice << '\n';
    status = worse(status, kStatus[int(result.fault)]);
  }
  return partial && attached ? kDone : status;
}

struct Run {
  const Arguments &arguments;
  backend::RunningObject &object;
  RunPrinter &printer;
  StopSignals &signals;

  /// Told without writing, too: a probe may send nothing for long.
  bool isOutputGone() const {
    llvm::outs().flush();
    pollfd output = {STDOUT_FILENO, 0, 0};
    bool hasNoReader =
        ::poll(&output, 1, 0) == 1 && (output.revents & POLLERR) != 0;
    return hasNoReader || llvm::outs().has_error();
  }

  backend::RunEvents events() {
    backend::RunEvents events;
    events.onRecord = [this](const backend::RunningMap &map,
                             llvm::ArrayRef<uint8_t> bytes) {
      printer.record(map, bytes);
      return !llvm::outs().has_error();
    };
    events.onLost = [this](const backend::RunningMap &map, uint64_t count) {
      printer.lost(map, count);
    };
    events.onTrace = [this](const backend::TraceLine &line) {
      printer.trace(line);
      return !llvm::outs().has_error();
    };
    events.onOutput = [](llvm::StringRef, llvm::StringRef text) {
      llvm::outs() << text;
    };
    return events;
  }

  /// Reads until something says stop.
  llvm::Error loop(double seconds) {
    using Clock = std::chrono::steady_clock;
    auto end = Clock::now() + std::chrono::duration<double>(seconds);
    while (!signals.stopped() && !isOutputGone()) {
      double left =
          std::chrono::duration<double>(end - Clock::now()).count() * 1000;
      if (left <= 0)
        break;
      int wait = int(std::min(std::ceil(left), 1000.0));
      if (llvm::Error error = object.poll(wait, signals.descriptor()))
        return error;
    }
    return llvm::Error::success();
  }

  void report() {
    for (const backend::RunningMap &map : object.maps()) {
      bool isSection = !map.variables.empty();
      bool isHidden = llvm::StringRef(map.name).contains(".rodata") ||
                      llvm::StringRef(map.name).contains(".kconfig");
      if (isHidden)
        continue;
      auto entries = object.entries(map, size_t(1) << 20);
      if (!entries) {
        llvm::consumeError(entries.takeError());
        continue; // buffers and maps of descriptors
      }
      if (!isSection)
        printer.contents(map, *entries);
      else if (!entries->empty())
        printer.variables(map, entries->front().values.front());
    }
    llvm::outs().flush();
  }
};

/// A number option, or a usage error.
template <typename Number>
bool numberOption(const Arguments &arguments, const char *name, Number &value,
                  int &status) {
  if (!arguments.has(name))
    return true;
  std::string text = arguments.get(name);
  double number = 0;
  if (llvm::to_float(text, number) && number >= 0 && number < 1e9) {
    value = Number(number);
    return true;
  }
  status = usageError(kCommand, "`" + text + "` is no number for --" + name);
  return false;
}

struct Settings {
  backend::AttachOptions attach;
  RunPrinter::Options print;
  double seconds = 1e9; // thirty years
};

std::optional<Settings> settingsOf(const Arguments &arguments, int &status) {
  Settings result;
  result.attach.interface = arguments.get("interface");
  result.attach.cgroup = arguments.get("cgroup", result.attach.cgroup);
  result.print.json = arguments.has("json");
  result.print.width = terminalWidth(STDOUT_FILENO);
  if (numberOption(arguments, "duration", result.seconds, status) &&
      numberOption(arguments, "pid", result.attach.pid, status) &&
      numberOption(arguments, "frequency", result.attach.frequency, status) &&
      numberOption(arguments, "top", result.print.top, status))
    return result;
  return std::nullopt;
}

int runLoaded(const Arguments &arguments, const Settings &settings,
              backend::RunningObject &object) {
  std::shared_ptr<const btf::Btf> types;
  if (auto parsed = btf::Btf::fromMemory(object.btf()))
    types = *parsed;
  else
    llvm::consumeError(parsed.takeError());
  RunPrinter printer(types, settings.print, llvm::outs());
  int status = kDone;
  {
    StopSignals signals;
    Run run{arguments, object, printer, signals};
    auto warning = object.open(run.events());
    if (!warning)
      return fail(kCommand, llvm::toString(warning.takeError()), kBadInput);
    if (!warning->empty())
      llvm::errs() << kCommand << ": warning: " << *warning << '\n';
    status = reportAttachments(object.attach(settings.attach),
                               arguments.has("partial"));
    if (status == kDone) {
      if (llvm::Error error = run.loop(settings.seconds))
        status = fail(kCommand, llvm::toString(std::move(error)), kBadInput);
      object.detach();
      llvm::consumeError(object.poll(0)); // what came before that
      if (!run.isOutputGone())
        run.report();
    }
    llvm::outs().clear_error(); // a reader that went away is no failure
  }
  return status;
}

} // namespace

int runRunCommand(CommandArguments given) {
  int status = kDone;
  auto arguments = parse(kRunGrammar, given, status);
  if (!arguments)
    return status;
  std::optional<Settings> settings = settingsOf(*arguments, status);
  if (!settings)
    return status;
  std::vector<char> bytes = objectOf(*arguments, status);
  if (status != kDone)
    return status;
  backend::LoadOptions loading;
  loading.btfPath = arguments->get("btf");
  auto object = backend::RunningObject::load(bytes, loading);
  if (!object)
    return explainLoad(*arguments, bytes, object.takeError());
  return runLoaded(*arguments, *settings, **object);
}

} // namespace whistler::tools
