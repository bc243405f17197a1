// Loads the programs of an object through libbpf and says what the kernel made
// of them. The log level is "statistics only": messages of a refusal are still
// written, the states in between are not, so the log stays small on a guest
// that emulates every instruction.

#include "ProgramLoad.h"

#include <bpf/bpf.h>
#include <linux/bpf.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <sstream>
#include <string_view>

namespace whistler::matrix {

namespace {

// The kernel's BPF_LOG_STATS and BPF_LOG_LEVEL1.
constexpr unsigned kStatisticsOnly = 4;
constexpr unsigned kStates = 1;
constexpr size_t kLogBytes = 1 << 20;
constexpr size_t kStatisticsBytes = 1 << 12;

struct ReadHelper {
  int id;
  const char *name;
};
constexpr ReadHelper kReadHelpers[] = {
    {BPF_FUNC_probe_read, "probe_read"},
    {BPF_FUNC_probe_read_kernel, "probe_read_kernel"},
    {BPF_FUNC_probe_read_str, "probe_read_str"},
    {BPF_FUNC_probe_read_kernel_str, "probe_read_kernel_str"},
    {BPF_FUNC_probe_read_user, "probe_read_user"},
};

std::string lastWarning;

__attribute__((format(printf, 2, 0))) int
keepWarning(libbpf_print_level level, const char *format, va_list arguments) {
  if (level != LIBBPF_WARN)
    return 0;
  char line[512];
  vsnprintf(line, sizeof(line), format, arguments);
  std::string_view text(line);
  // What follows the cause: the log itself, and the object as a whole.
  bool echo = text.find("PROG LOAD LOG") != text.npos ||
              text.find("failed to load") != text.npos ||
              text.find("BPF program load failed") != text.npos;
  if (!echo)
    lastWarning = text.substr(0, text.find_last_not_of("\n ") + 1);
  return 0;
}

std::vector<bpf_insn> translated(int fd, bpf_prog_info &info) {
  uint32_t size = sizeof(info);
  info = {};
  if (bpf_obj_get_info_by_fd(fd, &info, &size))
    return {};
  std::vector<bpf_insn> code(info.xlated_prog_len / sizeof(bpf_insn));
  bpf_prog_info second = {};
  second.xlated_prog_len = info.xlated_prog_len;
  second.xlated_prog_insns = reinterpret_cast<uintptr_t>(code.data());
  size = sizeof(second);
  if (bpf_obj_get_info_by_fd(fd, &second, &size) || !second.xlated_prog_insns)
    code.clear();
  return code;
}

bool isCall(const bpf_insn &insn) {
  return insn.code == (BPF_JMP | BPF_CALL) && insn.src_reg == 0;
}

/// After load a call holds the distance of the helper's code from a base that
/// only the kernel knows, so each helper is looked up in a probe of our own.
std::map<int32_t, const char *> helperDistances() {
  std::map<int32_t, const char *> names;
  for (const ReadHelper &helper : kReadHelpers) {
    const bpf_insn code[] = {
        {BPF_ALU64 | BPF_MOV | BPF_X, 1, 10, 0, 0},
        {BPF_ALU64 | BPF_ADD | BPF_K, 1, 0, 0, -8},
        {BPF_ALU64 | BPF_MOV | BPF_K, 2, 0, 0, 8},
        {BPF_ALU64 | BPF_MOV | BPF_K, 3, 0, 0, 0},
        {BPF_JMP | BPF_CALL, 0, 0, 0, helper.id},
        {BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 0},
        {BPF_JMP | BPF_EXIT, 0, 0, 0, 0},
    };
    int fd = bpf_prog_load(BPF_PROG_TYPE_KPROBE, "distance", "GPL", code,
                           std::size(code), nullptr);
    if (fd < 0)
      continue;
    bpf_prog_info info;
    for (const bpf_insn &insn : translated(fd, info))
      if (isCall(insn) && insn.imm != 0)
        names[insn.imm] = helper.name;
    close(fd);
  }
  return names;
}

void countReads(const std::vector<bpf_insn> &code, Verdict &verdict) {
  static const std::map<int32_t, const char *> names = helperDistances();
  verdict.readsKnown = !names.empty() && !code.empty();
  for (const bpf_insn &insn : code)
    if (isCall(insn))
      if (auto found = names.find(insn.imm); found != names.end())
        ++verdict.reads[found->second];
}

uint32_t processedInstructions(const std::string &log) {
  size_t at = log.rfind("processed ");
  return at == log.npos ? 0 : strtoul(log.c_str() + at + 10, nullptr, 10);
}

void describe(int fd, const std::string &log, Verdict &verdict) {
  bpf_prog_info info;
  std::vector<bpf_insn> code = translated(fd, info);
  verdict.accepted = true;
  verdict.instructions = info.xlated_prog_len / sizeof(bpf_insn);
  verdict.jitedBytes = info.jited_prog_len;
  // The field came with 5.16; the log had the figure before.
  verdict.verified =
      info.verified_insns ? info.verified_insns : processedInstructions(log);
  countReads(code, verdict);
}

ObjectPtr openObject(const std::string &path) {
  bpf_object *object = bpf_object__open_file(path.c_str(), nullptr);
  return object ? ObjectPtr(object, bpf_object__close) : ObjectPtr();
}

bpf_program *findProgram(bpf_object *object, const ProgramName &name) {
  bpf_program *program;
  bpf_object__for_each_program(program, object) {
    if (name.program == bpf_program__name(program) &&
        name.section == bpf_program__section_name(program))
      return program;
  }
  return nullptr;
}

bpf_program *selectProgram(bpf_object *object, const ProgramName &name) {
  bpf_program *selected = findProgram(object, name);
  bpf_program *program;
  bpf_object__for_each_program(program, object)
      bpf_program__set_autoload(program, program == selected);
  return selected;
}

/// The program text that a log of states shows last: "; text" up to 6.7,
/// "; text @ file:line" after.
std::string lastSourceLine(const std::string &log) {
  std::istringstream lines(log);
  std::string line, source;
  while (std::getline(lines, line))
    if (line.rfind("; ", 0) == 0)
      source = line.substr(2);
  return source;
}

/// Lines that report sizes and times rather than a fault. 7.3 writes a line
/// of statistics for each subprogram.
bool isNoise(const std::string &line) {
  constexpr const char *kPrefixes[] = {
      "processed ",      "verification time",   "stack depth",
      "insns processed", "max_states_per_insn", "subprog "};
  if (line.find_first_not_of(" \t\r") == line.npos)
    return true;
  return std::any_of(
      std::begin(kPrefixes), std::end(kPrefixes),
      [&](const char *prefix) { return line.rfind(prefix, 0) == 0; });
}

} // namespace

std::string verifierReason(const std::string &log) {
  std::istringstream lines(log);
  std::string line, reason;
  while (std::getline(lines, line)) {
    if (line.rfind("Suggestion:", 0) == 0)
      break;
    if (!isNoise(line))
      reason = line;
  }
  return reason;
}

std::vector<ProgramName> listPrograms(const std::string &path,
                                      std::string &error) {
  libbpf_set_print(keepWarning);
  lastWarning.clear();
  std::vector<ProgramName> names;
  ObjectPtr object = openObject(path);
  if (!object) {
    error = lastWarning.empty() ? strerror(errno) : lastWarning;
    return names;
  }
  bpf_program *program;
  bpf_object__for_each_program(program, object.get()) names.push_back(
      {bpf_program__name(program), bpf_program__section_name(program)});
  if (names.empty())
    error = "no programs in the object";
  return names;
}

/// Loads at a log level; returns libbpf's result and leaves the log.
static int loadOnce(const std::string &path, const ProgramName &name,
                    unsigned level, LoadedProgram &loaded, std::string &log) {
  lastWarning.clear();
  loaded.object = openObject(path);
  loaded.program = nullptr;
  if (loaded.object)
    loaded.program = selectProgram(loaded.object.get(), name);
  if (!loaded.program) {
    lastWarning = "no such program in the object";
    return -ENOENT;
  }
  log.assign(kLogBytes, '\0');
  bpf_program__set_log_buf(loaded.program, log.data(), log.size());
  bpf_program__set_log_level(loaded.program, level);
  int result = bpf_object__load(loaded.object.get());
  bpf_program__set_log_buf(loaded.program, nullptr, 0);
  log.resize(strlen(log.c_str()));
  return result;
}

static LoadedProgram loadAlone(const std::string &path,
                               const ProgramName &name) {
  LoadedProgram loaded;
  std::string log;
  int result = loadOnce(path, name, kStatisticsOnly, loaded, log);
  if (result == 0) {
    describe(bpf_program__fd(loaded.program), log, loaded.verdict);
    return loaded;
  }
  loaded.verdict.error = -result;
  loaded.verdict.reason = verifierReason(log);
  if (!loaded.verdict.reason.empty()) {
    loadOnce(path, name, kStates, loaded, log);
    loaded.verdict.source = lastSourceLine(log);
  } else if (!lastWarning.empty()) {
    loaded.verdict.reason = lastWarning;
  } else {
    loaded.verdict.reason = strerror(-result);
  }
  return loaded;
}

/// All programs of the object at once; empty when the kernel refuses one.
static std::vector<LoadedProgram>
loadTogether(const std::string &path, const std::vector<ProgramName> &names) {
  ObjectPtr object = openObject(path);
  if (!object)
    return {};
  std::vector<LoadedProgram> all;
  std::vector<std::string> logs(names.size(),
                                std::string(kStatisticsBytes, '\0'));
  for (size_t i = 0; i < names.size(); ++i) {
    bpf_program *program = findProgram(object.get(), names[i]);
    if (!program)
      return {};
    bpf_program__set_log_buf(program, logs[i].data(), logs[i].size());
    bpf_program__set_log_level(program, kStatisticsOnly);
    all.push_back({object, program, {}});
  }
  if (bpf_object__load(object.get()))
    return {};
  for (size_t i = 0; i < names.size(); ++i) {
    bpf_program__set_log_buf(all[i].program, nullptr, 0);
    describe(bpf_program__fd(all[i].program), logs[i].c_str(), all[i].verdict);
  }
  return all;
}

std::vector<LoadedProgram> loadObject(const std::string &path,
                                      const std::vector<ProgramName> &names) {
  std::vector<LoadedProgram> all = loadTogether(path, names);
  if (all.empty())
    for (const ProgramName &name : names)
      all.push_back(loadAlone(path, name));
  return all;
}

} // namespace whistler::matrix
