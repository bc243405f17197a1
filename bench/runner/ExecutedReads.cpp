// No kernel counts helper calls, so the program does it itself. The loaded
// program's instructions, relocated by libbpf, are copied; each
// `call HELPER` becomes a call of a subprogram appended behind them that calls
// the helper and adds one to a map. Nothing in the body moves, so no jump needs
// to be adjusted; the copy is loaded without BTF, which it doesn't need.
#include "ExecutedReads.h"

#include <bpf/bpf.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <map>
#include <unistd.h>

using namespace llvm;

namespace whistler::bench {

namespace {

constexpr uint32_t kReads[] = {BPF_FUNC_probe_read, BPF_FUNC_probe_read_str,
                               BPF_FUNC_probe_read_kernel,
                               BPF_FUNC_probe_read_kernel_str};
constexpr uint8_t kCall = BPF_JMP | BPF_CALL;

/// Owns a file descriptor.
struct Descriptor {
  int number;
  explicit Descriptor(int number) : number(number) {}
  ~Descriptor() {
    if (number >= 0)
      close(number);
  }
  Descriptor(const Descriptor &) = delete;
  Descriptor &operator=(const Descriptor &) = delete;
};

bpf_insn instruction(int code, uint8_t to, uint8_t from, int16_t offset,
                     int32_t number) {
  bpf_insn result = {};
  result.code = uint8_t(code);
  result.dst_reg = to;
  result.src_reg = from;
  result.off = offset;
  result.imm = number;
  return result;
}

/// Calls the helper with the caller's arguments and adds one to entry 0.
std::array<bpf_insn, 13> counter(uint32_t helper, int map) {
  return {
      instruction(kCall, 0, 0, 0, int32_t(helper)),
      instruction(BPF_ALU64 | BPF_MOV | BPF_X, 6, 0, 0, 0),
      instruction(BPF_ST | BPF_MEM | BPF_W, 10, 0, -8, 0),
      instruction(BPF_ALU64 | BPF_MOV | BPF_X, 2, 10, 0, 0),
      instruction(BPF_ALU64 | BPF_ADD | BPF_K, 2, 0, 0, -8),
      instruction(BPF_LD | BPF_DW | BPF_IMM, 1, BPF_PSEUDO_MAP_FD, 0, map),
      instruction(0, 0, 0, 0, 0),
      instruction(kCall, 0, 0, 0, BPF_FUNC_map_lookup_elem),
      instruction(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 2, 0),
      instruction(BPF_ALU64 | BPF_MOV | BPF_K, 1, 0, 0, 1),
      instruction(BPF_STX | BPF_ATOMIC | BPF_DW, 0, 1, 0, BPF_ADD),
      instruction(BPF_ALU64 | BPF_MOV | BPF_X, 0, 6, 0, 0),
      instruction(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
  };
}

/// The program with its reads counted in `map`.
std::vector<bpf_insn> instrument(const bpf_program *program, int map) {
  const bpf_insn *first = bpf_program__insns(program);
  std::vector<bpf_insn> code(first, first + bpf_program__insn_cnt(program));
  std::map<int32_t, size_t> counters;
  for (size_t at = 0, body = code.size(); at < body; ++at) {
    bpf_insn call = code[at];
    if (call.code != kCall || call.src_reg || !isKernelRead(uint32_t(call.imm)))
      continue;
    auto [found, added] = counters.try_emplace(call.imm, code.size());
    if (added)
      for (const bpf_insn &part : counter(uint32_t(call.imm), map))
        code.push_back(part);
    code[at].src_reg = BPF_PSEUDO_CALL;
    code[at].imm = int32_t(found->second - at - 1);
  }
  return code;
}

Error failed(const char *what) {
  return createStringError(std::error_code(errno, std::generic_category()),
                           "%s: %s", what, strerror(errno));
}

} // namespace

bool isKernelRead(uint32_t helper) { return is_contained(kReads, helper); }

Expected<uint64_t> countExecutedReads(const ProbeObject &probe) {
  Descriptor map(
      bpf_map_create(BPF_MAP_TYPE_ARRAY, "executed_reads", 4, 8, 1, nullptr));
  if (map.number < 0)
    return failed("the counting map can't be made");
  std::vector<bpf_insn> code = instrument(probe.program(), map.number);
  Descriptor program(bpf_prog_load(bpf_program__type(probe.program()),
                                   "counted", "GPL", code.data(), code.size(),
                                   nullptr));
  if (program.number < 0)
    return failed("the counting copy of the program is not accepted");
  uint8_t packet[64] = {};
  LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = packet,
              .data_size_in = sizeof packet, .repeat = 1);
  if (bpf_prog_test_run_opts(program.number, &options))
    return failed("the counting copy of the program can't be run");
  uint32_t key = 0;
  uint64_t executed = 0;
  if (bpf_map_lookup_elem(map.number, &key, &executed))
    return failed("the counting map can't be read");
  return executed;
}

} // namespace whistler::bench
