// The verifier's log has no format that kernels promise. Read here:
//
//   ; (task-struct-pid task) @ sum.lisp:3     source comment (the place only
//                                             from 6.9 on)
//   3: (85) call bpf_probe_read_kernel#113    one line per instruction
//   R1 type=scalar expected=fp                the reason
//   Suggestion: ...                           a paragraph of advice (7.x)
//   processed 4 insns ... total_states 0 peak_states 0 ...
//
// The reason is the last line that is none of the others. A field that the
// running kernel lacks shows as a call of the helper number 0xbad2310, which
// libbpf writes over the instruction; libbpf from 0.8 on rewrites that part
// of the log into "failed to resolve CO-RE relocation".

#include "VerifierLog.h"

#include <llvm/Support/Path.h>

using namespace llvm;

namespace whistler::backend {

namespace {

constexpr StringLiteral kPoison = "unknown#195896080";
constexpr StringLiteral kUnresolved = "failed to resolve CO-RE relocation ";

/// "12: (85) call …" gives 12.
std::optional<unsigned> tracedInstruction(StringRef line) {
  unsigned number = 0;
  if (line.consumeInteger(10, number) || !line.starts_with(": "))
    return std::nullopt;
  return number;
}

bool isRegisterState(StringRef line) {
  if (line.starts_with("fp-"))
    return true;
  if (!line.consume_front("R"))
    return false;
  unsigned number = 0;
  if (line.consumeInteger(10, number))
    return false;
  return line.starts_with("=") || line.starts_with("_");
}

bool isNoise(StringRef line) {
  static constexpr StringLiteral kPrefixes[] = {"verification time",
                                                "stack depth",
                                                "from ",
                                                "mark_precise",
                                                "caller",
                                                "callee",
                                                "func#",
                                                "Func#",
                                                "last_idx ",
                                                "regs=",
                                                "parent ",
                                                "propagating ",
                                                "returning from callee",
                                                "to caller"};
  for (StringRef prefix : kPrefixes)
    if (line.starts_with(prefix))
      return true;
  return line.ends_with("safe") || isRegisterState(line);
}

unsigned numberAfter(StringRef line, StringRef word) {
  size_t at = line.find(word);
  unsigned number = 0;
  if (at == StringRef::npos)
    return 0;
  line = line.substr(at + word.size()).ltrim();
  line.consumeInteger(10, number);
  return number;
}

void readStatistics(StringRef line, VerifierLog &result) {
  result.verifiedInstructions = numberAfter(line, "processed ");
  result.totalStates = numberAfter(line, "total_states ");
  result.peakStates = numberAfter(line, "peak_states ");
}

/// "stack depth 64+8": one number for each frame.
unsigned sumOfFrames(StringRef frames) {
  unsigned sum = 0, frame = 0;
  while (!frames.consumeInteger(10, frame)) {
    sum += frame;
    if (!frames.consume_front("+"))
      break;
  }
  return sum;
}

/// "text @ file:line", or only the text on older kernels.
std::optional<SourceLine> readComment(StringRef comment) {
  SourceLine result;
  size_t at = comment.rfind(" @ ");
  if (at == StringRef::npos)
    return std::nullopt;
  auto [file, line] = comment.substr(at + 3).rsplit(':');
  if (line.getAsInteger(10, result.line))
    return std::nullopt;
  result.file = file.str();
  result.text = comment.take_front(at).str();
  return result;
}

class LogReader {
public:
  VerifierLog read(StringRef log) {
    while (!log.empty()) {
      StringRef line;
      std::tie(line, log) = log.split('\n');
      readLine(line.rtrim());
    }
    if (unsigned allocated = numberAfter(result_.reason, "alloc_insn="))
      result_.instruction = allocated;
    return std::move(result_);
  }

private:
  void readLine(StringRef line) {
    if (line.empty()) {
      inAdvice_ = false;
    } else if (line.starts_with("processed ")) {
      readStatistics(line, result_);
    } else if (line.consume_front("verification time ")) {
      line.consumeInteger(10, result_.microseconds);
    } else if (line.consume_front("stack depth ")) {
      result_.stackBytes = sumOfFrames(line);
    } else if (line.consume_front("; ")) {
      if (auto comment = readComment(line))
        result_.comment = comment;
    } else if (auto number = tracedInstruction(line)) {
      // "3: R1=ctx() …" is the state before it.
      result_.instruction = number;
      inAdvice_ = false;
    } else if (line.starts_with("Suggestion")) {
      inAdvice_ = true;
    } else if (!inAdvice_ && !isNoise(line)) {
      result_.reason = line.trim().str();
    }
  }

  VerifierLog result_;
  bool inAdvice_ = false;
};

const Instruction *find(const ProgramInfo &program, unsigned offset) {
  for (const Instruction &instruction : program.listing)
    if (instruction.offset == offset)
      return &instruction;
  return nullptr;
}

/// Without what a loader ignores too: `___guard` and the like behind a type's
/// name, which only tells relocations apart.
std::string withoutFlavor(StringRef target) {
  auto [type, path] = target.split('.');
  std::string name = type.split("___").first.str();
  return path.empty() ? name : name + "." + path.str();
}

/// `relocation` as Inspect.h has it: "byte_off task_struct.nope".
std::string lacks(StringRef relocation) {
  auto [kind, target] = relocation.split(' ');
  StringRef what = kind.starts_with("enumval") ? "enumerator"
                   : kind.contains("type")     ? "type"
                                               : "field";
  return ("the running kernel has no " + what + " `" + withoutFlavor(target) +
          "`")
      .str();
}

/// libbpf: "<byte_off> [2] struct task_struct.nope (0:0 @ offset 0)".
std::string lacksFromLibbpf(StringRef text) {
  text.consume_front("<");
  auto [kind, target] = text.split("> ");
  if (target.starts_with("["))
    target = target.split("] ").second;
  for (StringRef keyword : {"struct ", "union ", "enum ", "typedef "})
    if (target.consume_front(keyword))
      break;
  return lacks((kind + " " + target.split(" (").first).str());
}

} // namespace

VerifierLog readVerifierLog(StringRef log) { return LogReader().read(log); }

std::string explainReason(const VerifierLog &log, const ProgramInfo *program) {
  StringRef reason = log.reason;
  if (reason.consume_front(kUnresolved))
    return lacksFromLibbpf(reason);
  if (reason.contains(kPoison) && program && log.instruction)
    if (const Instruction *at = find(*program, *log.instruction);
        at && !at->relocation.empty())
      return lacks(at->relocation);
  return log.reason;
}

std::optional<SourceLine> sourceOf(const VerifierLog &log,
                                   const ProgramInfo &program) {
  if (log.instruction && *log.instruction < program.instructions)
    if (const Instruction *at = find(program, *log.instruction);
        at && at->line >= 0)
      return program.lines[at->line];
  if (!log.comment)
    return std::nullopt;
  for (const SourceLine &line : program.lines)
    if (line.line == log.comment->line &&
        sys::path::filename(line.file) ==
            sys::path::filename(log.comment->file))
      return line;
  return log.comment;
}

} // namespace whistler::backend
