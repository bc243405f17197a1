// Logs as kernels of several versions write them.

#include "../../../backend/VerifierLog.h"

#include <gtest/gtest.h>

namespace whistler::backend::test {

namespace {

TEST(VerifierLog, ReadsReasonPlaceAndStatistics) {
  VerifierLog log = readVerifierLog(
      "0: R1=ctx() R10=fp0\n"
      "; (task-struct-pid task) @ sum.lisp:3\n"
      "0: (85) call bpf_get_current_pid_tgid#14      ; R0_w=scalar()\n"
      "1: (61) r0 = *(u32 *)(r0 +0)\n"
      "R0 invalid mem access 'scalar'\n"
      "verification time 55 usec\n"
      "stack depth 48+16\n"
      "processed 2 insns (limit 1000000) max_states_per_insn 0 total_states 3 "
      "peak_states 2 mark_read 0\n");
  EXPECT_EQ(log.reason, "R0 invalid mem access 'scalar'");
  EXPECT_EQ(log.instruction, 1u);
  EXPECT_EQ(log.verifiedInstructions, 2u);
  EXPECT_EQ(log.totalStates, 3u);
  EXPECT_EQ(log.peakStates, 2u);
  EXPECT_EQ(log.microseconds, 55u);
  EXPECT_EQ(log.stackBytes, 64u);
  ASSERT_TRUE(log.comment);
  EXPECT_EQ(log.comment->line, 3u);
  EXPECT_EQ(log.comment->file, "sum.lisp");
  EXPECT_EQ(log.comment->text, "(task-struct-pid task)");
}

TEST(VerifierLog, SkipsSuggestions) {
  VerifierLog log = readVerifierLog(
      "3: (85) call bpf_probe_read_kernel#113\n"
      "R1 type=scalar expected=fp\n"
      "\n"
      "Suggestion: pass a pointer to the stack\n"
      "or to a map value instead\n"
      "\n"
      "processed 4 insns (limit 1000000) max_states_per_insn 0 total_states 0 "
      "peak_states 0 mark_read 0\n");
  EXPECT_EQ(log.reason, "R1 type=scalar expected=fp");
  EXPECT_EQ(log.instruction, 3u);
}

TEST(VerifierLog, PlacesALeakAtTheAllocation) {
  VerifierLog log = readVerifierLog("2: (85) call bpf_ringbuf_reserve#131\n"
                                    "9: (95) exit\n"
                                    "Unreleased reference id=2 alloc_insn=2\n");
  EXPECT_EQ(log.instruction, 2u);
}

TEST(VerifierLog, UnderstandsAMissingField) {
  VerifierLog rewritten = readVerifierLog(
      "5: <invalid CO-RE relocation>\n"
      "failed to resolve CO-RE relocation <byte_off> [2] struct "
      "task_struct.nope (0:0 @ offset 1264)\n"
      "processed 6 insns (limit 1000000)\n");
  EXPECT_EQ(explainReason(rewritten, nullptr),
            "the running kernel has no field `task_struct.nope`");
  EXPECT_EQ(rewritten.instruction, 5u);

  VerifierLog raw = readVerifierLog("1: (85) call unknown#195896080\n"
                                    "invalid func unknown#195896080\n");
  ProgramInfo program;
  program.instructions = 2;
  Instruction poisoned;
  poisoned.offset = 1;
  poisoned.relocation = "target_type_id task_struct";
  program.listing = {poisoned};
  EXPECT_EQ(explainReason(raw, &program),
            "the running kernel has no type `task_struct`");
}

TEST(VerifierLog, UnderstandsAMissingFieldWithoutFlavor) {
  VerifierLog log = readVerifierLog(
      "5: <invalid CO-RE relocation>\n"
      "failed to resolve CO-RE relocation <byte_off> [2] struct "
      "task_struct___guard.nope (0:0 @ offset 1264)\n"
      "processed 6 insns (limit 1000000)\n");
  EXPECT_EQ(explainReason(log, nullptr),
            "the running kernel has no field `task_struct.nope`");
}

TEST(VerifierLog, EmptyLogHasNoReason) {
  VerifierLog log = readVerifierLog("");
  EXPECT_EQ(log.reason, "");
  EXPECT_FALSE(log.instruction);
}

} // namespace

} // namespace whistler::backend::test
