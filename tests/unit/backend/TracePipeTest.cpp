// Lines of the kernel's trace, the formats they may come from, and the
// sections of uprobes.

#include "../../../backend/TracePipe.h"
#include "../../../backend/UprobeSection.h"

#include <gtest/gtest.h>

using namespace whistler::backend;

namespace {

TEST(TracePipe, TakesALineApart) {
  auto line = parseTraceLine(
      "           <...>-4321  [003] d..31  4058.660952: bpf_trace_printk: a b");
  ASSERT_TRUE(line);
  EXPECT_EQ(line->task, "<...>");
  EXPECT_EQ(line->pid, 4321);
  EXPECT_EQ(line->cpu, 3u);
  EXPECT_EQ(line->time, "4058.660952");
  EXPECT_EQ(line->text, "a b");
}

TEST(TracePipe, TakesTaskNamesWithHyphens) {
  auto line =
      parseTraceLine(" kworker/0:1-ev-17 [000] ...11 1.5: bpf_trace_printk: x");
  ASSERT_TRUE(line);
  EXPECT_EQ(line->task, "kworker/0:1-ev");
  EXPECT_EQ(line->pid, 17);
}

TEST(TracePipe, LeavesOtherEventsAlone) {
  EXPECT_FALSE(parseTraceLine("CPU:0 [LOST 12 EVENTS]"));
  EXPECT_FALSE(parseTraceLine(" sh-1 [000] .... 1.5: sys_enter: NR 1"));
}

TEST(TracePipe, MatchesConversions) {
  EXPECT_TRUE(matchesFormat("pid 12 of sh", "pid %d of %s"));
  EXPECT_TRUE(matchesFormat("pid -12 of sh", "pid %d of %s"));
  EXPECT_TRUE(matchesFormat("at ffff8881", "at %llx"));
  EXPECT_TRUE(matchesFormat("ip 10.0.0.1 in", "ip %pI4 in"));
  EXPECT_TRUE(matchesFormat("100% of 7", "100%% of %u"));
  EXPECT_FALSE(matchesFormat("pid x of sh", "pid %d of %s"));
  EXPECT_FALSE(matchesFormat("pid 12 of sh", "uid %d of %s"));
  EXPECT_FALSE(matchesFormat("(a+)", "a"));
  EXPECT_TRUE(matchesFormat("ends with %", "ends with %"));
}

TEST(UprobeSection, TakesBothSpellings) {
  auto target = parseUprobeSection("uprobe//bin/sh:main+0x10");
  ASSERT_TRUE(target);
  EXPECT_FALSE(target->isReturn);
  EXPECT_EQ(target->path, "/bin/sh");
  EXPECT_EQ(target->symbol, "main");
  EXPECT_EQ(target->offset, 16u);
  EXPECT_EQ(parseUprobeSection("uretprobe/bin/sh:main")->path, "bin/sh");
  EXPECT_TRUE(parseUprobeSection("uretprobe.s/libc.so.6:malloc")->isReturn);
}

TEST(UprobeSection, RefusesWhatNamesNothing) {
  EXPECT_FALSE(parseUprobeSection("uprobe"));
  EXPECT_FALSE(parseUprobeSection("uprobe/bin/sh"));
  EXPECT_FALSE(parseUprobeSection("uprobe/bin/sh:"));
  EXPECT_FALSE(parseUprobeSection("uprobe/bin/sh:main+x"));
  EXPECT_FALSE(parseUprobeSection("kprobe/vfs_open"));
}

} // namespace
