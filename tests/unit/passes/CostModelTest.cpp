// The cost table: what reads cost by it, and its text form.

#include "whistler/passes/CostModel.h"

#include <gtest/gtest.h>

using namespace llvm;
using namespace whistler::passes;

namespace {

TEST(CostModel, BytesCostBeyondTheFreeOnes) {
  CostModel costs;
  EXPECT_EQ(costs.readPs(1), costs.callPs);
  EXPECT_EQ(costs.readPs(costs.freeBytes), costs.callPs);
  EXPECT_EQ(costs.readPs(costs.freeBytes + 10),
            costs.callPs + 10u * costs.bytePs);
}

TEST(CostModel, ReadsBackItsText) {
  CostModel costs;
  costs.callPs = 12345;
  costs.stackBytePs = 0;
  auto read = parseCostModel(toText(costs));
  ASSERT_TRUE(bool(read)) << toString(read.takeError());
  EXPECT_EQ(*read, costs);
}

TEST(CostModel, KeepsWhatIsNotNamed) {
  auto read = parseCostModel("# a machine\n\nread-call 30000 # ps\n");
  ASSERT_TRUE(bool(read)) << toString(read.takeError());
  EXPECT_EQ(read->callPs, 30000u);
  EXPECT_EQ(read->bytePs, CostModel().bytePs);
}

TEST(CostModel, NamesTheLineThatIsWrong) {
  EXPECT_EQ(toString(parseCostModel("read-call 1\nreads 2\n").takeError()),
            "line 2: unknown cost `reads`");
  EXPECT_EQ(toString(parseCostModel("read-call much\n").takeError()),
            "line 1: `much` is not a number");
}

} // namespace
