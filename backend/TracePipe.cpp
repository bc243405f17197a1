// What programs print with bpf_trace_printk.
//
// Every program of the machine prints into one trace, and reading a trace_pipe
// takes lines away from other readers. So we read an instance of our own
// (kernel 5.9 on: trace_printk is an event there, which instances see), and
// keep the lines whose text one of the object's formats may have made.

#include "TracePipe.h"

#include <bpf/bpf.h>
#include <linux/bpf.h>

#include <llvm/ADT/StringExtras.h>
#include <llvm/Support/Regex.h>

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace llvm;

namespace whistler::backend {

namespace {

constexpr const char *kMounts[] = {"/sys/kernel/tracing",
                                   "/sys/kernel/debug/tracing"};

bool writeFlag(const std::string &path, const char *text) {
  int file = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (file < 0)
    return false;
  bool done = ::write(file, text, 1) == 1;
  ::close(file);
  return done;
}

bool callsTracePrintk(bpf_object *object) {
  bpf_program *program = nullptr;
  bpf_object__for_each_program(program, object) {
    const bpf_insn *code = bpf_program__insns(program);
    for (size_t i = 0; i < bpf_program__insn_cnt(program); ++i)
      if (code[i].code == (BPF_JMP | BPF_CALL) && code[i].src_reg == 0 &&
          (code[i].imm == BPF_FUNC_trace_printk ||
           code[i].imm == BPF_FUNC_trace_vprintk))
        return true;
  }
  return false;
}

/// The texts that NULs end; a variable before them may end in any byte.
void addStrings(StringRef bytes, std::vector<std::string> &strings) {
  SmallVector<StringRef> parts;
  bytes.split(parts, '\0', -1, /*KeepEmpty=*/false);
  for (StringRef part : parts)
    if (all_of(part, [](char c) { return isPrint(c) || isSpace(c) || c < 0; }))
      strings.push_back(part.rtrim("\n").str());
}

/// One conversion of a format, from the `%`, as a regular expression.
std::string conversion(StringRef &format) {
  size_t end = format.find_first_not_of("0123456789.-+ #lhz", 1);
  if (end == StringRef::npos) {
    format = "";
    return ".*";
  }
  char kind = format[end];
  format = format.drop_front(end + 1);
  if (kind == '%')
    return "%";
  if (kind == 'p') // %pI4, %pks and the like
    format = format.drop_while([](char c) { return isAlnum(c); });
  return kind == 'd' || kind == 'i'   ? " *-?[0-9]+ *"
         : kind == 'u'                ? " *[0-9]+ *"
         : kind == 'x' || kind == 'X' ? " *(0x)?[0-9a-fA-F]+ *"
                                      : ".*";
}

} // namespace

std::string tracefsPath() {
  for (const char *path : kMounts)
    if (::access((std::string(path) + "/events").c_str(), F_OK) == 0)
      return path;
  return "";
}

std::vector<std::string> traceFormats(bpf_object *object,
                                      ArrayRef<RunningMap> maps) {
  std::vector<std::string> formats;
  if (!callsTracePrintk(object))
    return formats;
  for (const RunningMap &map : maps) {
    size_t size = 0;
    const void *data = bpf_map__initial_value(
        bpf_object__find_map_by_name(object, map.name.c_str()), &size);
    if (!data || !StringRef(map.name).contains(".rodata"))
      continue;
    StringRef bytes(static_cast<const char *>(data), size);
    for (const SectionVariable &variable : map.variables)
      addStrings(bytes.substr(variable.offset, variable.bytes), formats);
    if (map.variables.empty()) // string literals of C have no variables
      addStrings(bytes, formats);
  }
  return formats;
}

bool matchesFormat(StringRef text, StringRef format) {
  std::string pattern = "^";
  while (!format.empty()) {
    if (format.front() == '%') {
      pattern += conversion(format);
      continue;
    }
    size_t end = std::min(format.find('%'), format.size());
    pattern += Regex::escape(format.take_front(end));
    format = format.drop_front(end);
  }
  return Regex(pattern + "$").match(text);
}

std::optional<TraceLine> parseTraceLine(StringRef line) {
  SmallVector<StringRef, 6> parts;
  static constexpr const char *kLine =
      "^ *(.+)-([0-9]+) +\\[([0-9]+)\\] .* ([0-9.]+): "
      "(bpf_trace_printk|0x[0-9a-f]+): (.*)$";
  if (!Regex(kLine).match(line, &parts))
    return std::nullopt;
  TraceLine result;
  result.task = parts[1].str();
  to_integer(parts[2], result.pid, 10);
  to_integer(parts[3], result.cpu, 10);
  result.time = parts[4].str();
  result.text = parts[6].str();
  return result;
}

std::unique_ptr<TracePipe> TracePipe::open(std::vector<std::string> formats,
                                           std::string &problem) {
  std::string root = tracefsPath();
  if (root.empty()) {
    problem = "tracefs is not mounted, so trace-printk output is not shown; "
              "try: mount -t tracefs tracefs /sys/kernel/tracing";
    return nullptr;
  }
  std::unique_ptr<TracePipe> pipe(new TracePipe);
  pipe->formats_ = std::move(formats);
  std::string own = root + "/instances/whistler-" + std::to_string(::getpid());
  if (::mkdir(own.c_str(), 0700) == 0) {
    pipe->instance_ = own;
    if (writeFlag(own + "/events/bpf_trace/bpf_trace_printk/enable", "1"))
      root = own;
  }
  pipe->descriptor_ =
      ::open((root + "/trace_pipe").c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (pipe->descriptor_ >= 0)
    return pipe;
  problem = root +
            "/trace_pipe can't be read, so trace-printk output is not "
            "shown: " +
            errorText(errno);
  return nullptr;
}

TracePipe::~TracePipe() {
  if (descriptor_ >= 0)
    ::close(descriptor_);
  if (!instance_.empty())
    ::rmdir(instance_.c_str());
}

void TracePipe::read(const std::function<bool(const TraceLine &)> &onTrace) {
  char buffer[4096];
  for (ssize_t count; (count = ::read(descriptor_, buffer, sizeof buffer)) > 0;)
    pending_.append(buffer, size_t(count));
  for (size_t end; (end = pending_.find('\n')) != std::string::npos;) {
    std::optional<TraceLine> line =
        parseTraceLine(StringRef(pending_).take_front(end));
    pending_.erase(0, end + 1);
    bool isOurs = line && any_of(formats_, [&](const std::string &format) {
                    return matchesFormat(line->text, format);
                  });
    if (isOurs && !onTrace(*line))
      return;
  }
}

} // namespace whistler::backend
