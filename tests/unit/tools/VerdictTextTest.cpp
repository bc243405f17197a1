// The table and the diagnostics of `whistler verify`.

#include "VerdictText.h"

#include <gtest/gtest.h>

namespace whistler::tools::test {

namespace {

using backend::ProgramVerdict;

ProgramVerdict accepted() {
  ProgramVerdict verdict;
  verdict.name = "on-exec";
  verdict.section = "kprobe/do_execve";
  verdict.accepted = true;
  verdict.objectInstructions = 69;
  verdict.loadedInstructions = 34;
  verdict.jitedBytes = 212;
  verdict.verifiedInstructions = 41;
  verdict.totalStates = 3;
  return verdict;
}

ProgramVerdict rejected() {
  ProgramVerdict verdict;
  verdict.name = "sum";
  verdict.section = "tc";
  verdict.objectInstructions = 5;
  verdict.reason = "R0 invalid mem access 'scalar'";
  verdict.at = {"sum.lisp", "\t(+ (task-struct-pid task)", 3, 5};
  return verdict;
}

struct Texts {
  std::string out, err;
};

Texts print(llvm::ArrayRef<ProgramVerdict> verdicts) {
  Texts texts;
  llvm::raw_string_ostream out(texts.out), err(texts.err);
  printVerdicts(verdicts, "a.bpf.o", out, err);
  return texts;
}

TEST(VerdictText, AlignsTheColumns) {
  EXPECT_EQ(print({accepted(), rejected()}).out,
            "a.bpf.o\n"
            "  program  section           verdict   in object  after verifier  "
            "JITed bytes  verified  states\n"
            "  on-exec  kprobe/do_execve  accepted         69              34  "
            "        212        41       3\n"
            "  sum      tc                REJECTED          5               -  "
            "          -         -       -\n");
}

TEST(VerdictText, PointsAtTheSourceOfARejection) {
  EXPECT_EQ(print({accepted(), rejected()}).err,
            "sum.lisp:3:5: error: the kernel rejects program `sum`: R0 invalid "
            "mem access 'scalar'\n"
            "\t(+ (task-struct-pid task)\n"
            "\t   ^\n");
}

TEST(VerdictText, NamesTheFileWhenThereIsNoLine) {
  ProgramVerdict verdict = rejected();
  verdict.at.reset();
  EXPECT_EQ(print({verdict}).err,
            "a.bpf.o: error: the kernel rejects program `sum`: R0 invalid mem "
            "access 'scalar'\n");
}

TEST(VerdictText, SaysNothingOfNoPrograms) {
  EXPECT_EQ(print({}).out, "");
  EXPECT_EQ(print({}).err, "");
}

} // namespace

} // namespace whistler::tools::test
