// Which instructions stay of a program once it is loaded. A relocatable program
// holds code for other kernels and layouts behind tests of constants that the
// loader writes in; the verifier follows them and removes what it never
// reaches (opt_remove_dead_code and its kin in kernel/bpf/verifier.c). This is
// the same on paper: constants are propagated along the paths that they leave
// open, until nothing changes.
//
// Only numbers that are known whole are followed, in registers. That covers
// what this compiler writes; where the verifier knows more, more is removed
// than is said here.

#include "whistler/backend/LiveCode.h"

#include "Instructions.h"

#include <llvm/ADT/STLExtras.h>
#include <llvm/ADT/SmallVector.h>
#include <llvm/Support/Endian.h>

using namespace llvm;

namespace whistler::backend {

namespace {

constexpr unsigned kRegisters = 16, kCallerSaved = 6; // as encodings have
/// Classes of instructions, and where an operand comes from.
enum : uint8_t {
  kLoad,
  kLoadMemory,
  kStore,
  kStoreRegister,
  kAlu32 = 4,
  kJump = 5,
  kJump32 = 6,
  kAlu64 = 7,
  kFromRegister = 0x08,
};
constexpr uint8_t kCall = 0x85, kExit = 0x95, kGoto = 0x05, kGotoLong = 0x06,
                  kAtomic = 0xc0;

using Number = std::optional<uint64_t>;
using Registers = std::array<Number, kRegisters>;

struct AluRow {
  uint8_t code;
  uint64_t (*compute)(uint64_t, uint64_t, unsigned bits);
};
constexpr AluRow kAlu[] = {
    {0x00, [](uint64_t a, uint64_t b, unsigned) { return a + b; }},
    {0x10, [](uint64_t a, uint64_t b, unsigned) { return a - b; }},
    {0x20, [](uint64_t a, uint64_t b, unsigned) { return a * b; }},
    {0x40, [](uint64_t a, uint64_t b, unsigned) { return a | b; }},
    {0x50, [](uint64_t a, uint64_t b, unsigned) { return a & b; }},
    {0x60,
     [](uint64_t a, uint64_t b, unsigned bits) { return a << (b % bits); }},
    {0x70,
     [](uint64_t a, uint64_t b, unsigned bits) { return a >> (b % bits); }},
    {0xa0, [](uint64_t a, uint64_t b, unsigned) { return a ^ b; }},
    {0xb0, [](uint64_t, uint64_t b, unsigned) { return b; }},
};

struct JumpRow {
  uint8_t code;
  bool (*isTaken)(uint64_t, uint64_t);
};
bool less(uint64_t a, uint64_t b) {
  return static_cast<int64_t>(a) < static_cast<int64_t>(b);
}
constexpr JumpRow kJumps[] = {
    {0x10, [](uint64_t a, uint64_t b) { return a == b; }},
    {0x20, [](uint64_t a, uint64_t b) { return a > b; }},
    {0x30, [](uint64_t a, uint64_t b) { return a >= b; }},
    {0x40, [](uint64_t a, uint64_t b) { return (a & b) != 0; }},
    {0x50, [](uint64_t a, uint64_t b) { return a != b; }},
    {0x60, [](uint64_t a, uint64_t b) { return less(b, a); }},
    {0x70, [](uint64_t a, uint64_t b) { return !less(a, b); }},
    {0xa0, [](uint64_t a, uint64_t b) { return a < b; }},
    {0xb0, [](uint64_t a, uint64_t b) { return a <= b; }},
    {0xc0, [](uint64_t a, uint64_t b) { return less(a, b); }},
    {0xd0, [](uint64_t a, uint64_t b) { return !less(b, a); }},
};

class Walk {
public:
  Walk(const ProgramInfo &program,
       function_ref<std::optional<uint64_t>(StringRef)> valueOf)
      : program_(program), valueOf_(valueOf) {
    for (const Instruction &inst : program.listing) {
      uint8_t bytes[8];
      support::endian::write64le(bytes, inst.encoding);
      code_.push_back(RawInstruction::read(bytes));
      index_[inst.offset] = unsigned(code_.size() - 1);
    }
    before_.resize(code_.size());
    jumps_.resize(code_.size());
  }

  LiveCode run() {
    if (!code_.empty())
      enter(0, Registers());
    while (!open_.empty())
      step(open_.pop_back_val());
    return result();
  }

private:
  /// A conditional jump, by the ways that were found open.
  struct Ways {
    bool taken = false, passed = false;
  };

  unsigned slotsOf(unsigned at) const { return code_[at].isWideLoad() ? 2 : 1; }

  void enter(unsigned at, const Registers &registers) {
    std::optional<Registers> &known = before_[at];
    if (!known) {
      known = registers;
      open_.push_back(at);
      return;
    }
    bool changed = false;
    for (unsigned i = 0; i != kRegisters; ++i)
      if ((*known)[i] && (*known)[i] != registers[i]) {
        (*known)[i].reset();
        changed = true;
      }
    if (changed)
      open_.push_back(at);
  }

  void enterAt(int64_t offset, const Registers &registers) {
    if (auto it = index_.find(uint64_t(offset)); it != index_.end())
      enter(it->second, registers);
  }

  int64_t target(unsigned at) const {
    const RawInstruction &raw = code_[at];
    int64_t jump = raw.code == kGotoLong ? raw.immediate : raw.offset;
    return int64_t(program_.listing[at].offset) + 1 + jump;
  }

  void step(unsigned at) {
    Registers registers = *before_[at];
    const RawInstruction &raw = code_[at];
    int64_t next = int64_t(program_.listing[at].offset) + slotsOf(at);
    if (raw.code == kExit)
      return;
    if (raw.code == kGoto || raw.code == kGotoLong)
      return enterAt(target(at), registers);
    bool isJump = (raw.code & 7) == kJump || (raw.code & 7) == kJump32;
    if (isJump && raw.code != kCall) {
      std::optional<bool> taken = isTaken(raw, registers);
      jumps_[at].taken |= taken.value_or(true);
      jumps_[at].passed |= !taken.value_or(false);
      if (taken.value_or(true))
        enterAt(target(at), registers);
      if (taken.value_or(false))
        return;
    } else {
      compute(at, registers);
    }
    enterAt(next, registers);
  }

  static Number operand(const RawInstruction &raw, const Registers &registers) {
    if (raw.code & kFromRegister)
      return registers[raw.source];
    return uint64_t(int64_t(raw.immediate));
  }

  static std::optional<bool> isTaken(const RawInstruction &raw,
                                     const Registers &registers) {
    Number a = registers[raw.destination], b = operand(raw, registers);
    const JumpRow *row = find_if(kJumps, [&](const JumpRow &row) {
      return row.code == (raw.code & 0xf0);
    });
    if (!a || !b || row == std::end(kJumps))
      return std::nullopt;
    if ((raw.code & 7) == kJump32) // signs are of the lower half
      return row->isTaken(uint64_t(int64_t(int32_t(*a))),
                          uint64_t(int64_t(int32_t(*b))));
    return row->isTaken(*a, *b);
  }

  void compute(unsigned at, Registers &registers) const {
    const RawInstruction &raw = code_[at];
    switch (raw.code & 7) {
    case kAlu32:
    case kAlu64:
      registers[raw.destination] = arithmetic(at, registers);
      break;
    case kLoadMemory:
      registers[raw.destination].reset();
      break;
    case kStore:
      break;
    case kStoreRegister:
      if ((raw.code & 0xe0) == kAtomic) {
        registers[raw.source].reset();
        registers[0].reset();
      }
      break;
    case kLoad:
      if (raw.isWideLoad()) {
        registers[raw.destination] = relocated(at);
        break;
      }
      [[fallthrough]];
    default: // a call, or a load from a packet that is one
      std::fill_n(registers.begin(), kCallerSaved, Number());
    }
  }

  Number relocated(unsigned at) const {
    const std::string &name = program_.listing[at].relocation;
    return name.empty() ? Number() : valueOf_(name);
  }

  Number arithmetic(unsigned at, const Registers &registers) const {
    const RawInstruction &raw = code_[at];
    bool isWide = (raw.code & 7) == kAlu64;
    const AluRow *row = find_if(
        kAlu, [&](const AluRow &row) { return row.code == (raw.code & 0xf0); });
    Number a = registers[raw.destination], b = operand(raw, registers);
    if (Number value = relocated(at))
      b = value;
    bool isMove = (raw.code & 0xf0) == 0xb0;
    if (row == std::end(kAlu) || raw.offset != 0 || !b || (!isMove && !a))
      return std::nullopt;
    if (isWide)
      return row->compute(a.value_or(0), *b, 64);
    return uint32_t(row->compute(uint32_t(a.value_or(0)), uint32_t(*b), 32));
  }

  /// Whether nothing between an instruction and its target stays.
  bool leadsToNext(unsigned at, const LiveCode &live) const {
    auto it = index_.find(uint64_t(target(at)));
    if (it == index_.end() || it->second <= at)
      return false;
    for (unsigned i = at + 1; i != it->second; ++i)
      if (live.slots[i])
        return false;
    return true;
  }

  LiveCode result() const {
    LiveCode live;
    for (unsigned i = 0; i != code_.size(); ++i)
      live.slots.push_back(before_[i] ? slotsOf(i) : 0);
    // A jump that is decided stays as a goto where it skips something. What is
    // behind is settled first.
    for (unsigned i = unsigned(code_.size()); i-- != 0;) {
      bool isGoto = code_[i].code == kGoto || code_[i].code == kGotoLong;
      Ways ways = jumps_[i];
      bool isDecided = isGoto || ways.taken != ways.passed;
      if (live.slots[i] && isDecided && (ways.passed || leadsToNext(i, live)))
        live.slots[i] = 0;
    }
    StackDepth depth;
    for (unsigned i = 0; i != code_.size(); ++i) {
      live.instructions += live.slots[i];
      if (live.slots[i])
        depth.see(code_[i]);
    }
    live.stackBytes = depth.bytes();
    return live;
  }

  const ProgramInfo &program_;
  function_ref<std::optional<uint64_t>(StringRef)> valueOf_;
  std::vector<RawInstruction> code_;
  std::map<uint64_t, unsigned> index_; ///< by offset
  std::vector<std::optional<Registers>> before_;
  std::vector<Ways> jumps_;
  SmallVector<unsigned, 32> open_;
};

} // namespace

LiveCode liveCode(const ProgramInfo &program,
                  function_ref<std::optional<uint64_t>(StringRef)> valueOf) {
  return Walk(program, valueOf).run();
}

} // namespace whistler::backend
