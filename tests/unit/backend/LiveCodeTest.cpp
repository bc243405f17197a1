// What the verifier leaves of a program, told from its instructions.

#include "whistler/backend/LiveCode.h"

#include <gtest/gtest.h>

using namespace llvm;

namespace whistler::backend {

namespace {

/// One instruction: code, destination, source, jump, immediate.
struct Step {
  uint8_t code;
  unsigned destination = 0, source = 0;
  int16_t jump = 0;
  int32_t immediate = 0;
  const char *relocation = "";
};

constexpr uint8_t kMove = 0xb7, kMoveRegister = 0xbf, kAdd = 0x07,
                  kStore = 0x7a, kIfEqual = 0x15, kIfAbove = 0x2d, kGoto = 0x05,
                  kCall = 0x85, kExit = 0x95, kWide = 0x18;

ProgramInfo program(ArrayRef<Step> steps) {
  ProgramInfo info;
  uint64_t offset = 0;
  for (const Step &step : steps) {
    Instruction inst;
    inst.offset = offset;
    inst.encoding = step.code | uint64_t(step.destination) << 8 |
                    uint64_t(step.source) << 12 |
                    uint64_t(uint16_t(step.jump)) << 16 |
                    uint64_t(uint32_t(step.immediate)) << 32;
    inst.relocation = step.relocation;
    info.listing.push_back(inst);
    offset += step.code == kWide ? 2 : 1;
  }
  return info;
}

LiveCode live(ArrayRef<Step> steps,
              std::optional<uint64_t> exists = std::nullopt) {
  return liveCode(program(steps), [&](StringRef name) {
    return name == "exists" ? exists : std::nullopt;
  });
}

TEST(LiveCode, KeepsWhatNothingDecides) {
  LiveCode all = live({{kCall, 0, 0, 0, 5},
                       {kIfEqual, 0, 0, 1, 0},
                       {kMove, 0, 0, 0, 1},
                       {kExit}});
  EXPECT_EQ(all.slots, (std::vector<unsigned>{1, 1, 1, 1}));
  EXPECT_EQ(all.instructions, 4u);
}

/// The choice of a version: a test of what the loader says, and two arms.
constexpr Step kChoice[] = {{kMove, 1, 0, 0, 1, "exists"},
                            {kIfEqual, 1, 0, 2, 0},
                            {kMove, 0, 0, 0, 1},
                            {kGoto, 0, 0, 2},
                            {kStore, 10, 0, -16, 0},
                            {kMove, 0, 0, 0, 2},
                            {kExit}};

TEST(LiveCode, FollowsTheLoadersChoice) {
  LiveCode there = live(kChoice, 1);
  EXPECT_EQ(there.slots, (std::vector<unsigned>{1, 0, 1, 0, 0, 0, 1}));
  EXPECT_EQ(there.stackBytes, 0u);
  LiveCode missing = live(kChoice, 0);
  EXPECT_EQ(missing.slots, (std::vector<unsigned>{1, 0, 0, 0, 1, 1, 1}));
  EXPECT_EQ(missing.stackBytes, 16u);
}

TEST(LiveCode, TakesTheObjectsOwnValueOtherwise) {
  EXPECT_EQ(live(kChoice).slots, live(kChoice, 1).slots);
}

TEST(LiveCode, ComputesDistancesOfFields) {
  LiveCode code = live({{kMove, 1, 0, 0, 1268},
                        {kMoveRegister, 2, 1},
                        {kAdd, 2, 0, 0, -1264},
                        {kMove, 3, 0, 0, 8},
                        {kIfAbove, 2, 3, 1}, // 4 > 8: never
                        {kMove, 0, 0, 0, 1},
                        {kExit}});
  EXPECT_EQ(code.slots, (std::vector<unsigned>{1, 1, 1, 1, 0, 1, 1}));
}

TEST(LiveCode, ForgetsWhatPathsDisagreeOn) {
  LiveCode code = live({{kCall, 0, 0, 0, 5},
                        {kMove, 6, 0, 0, 0},
                        {kIfEqual, 0, 0, 1, 0},
                        {kMove, 6, 0, 0, 1},
                        {kIfEqual, 6, 0, 1, 0}, // 0 or 1
                        {kMove, 0, 0, 0, 1},
                        {kExit}});
  EXPECT_EQ(code.instructions, 7u);
}

TEST(LiveCode, ForgetsWhatACallMayChange) {
  LiveCode code = live({{kMove, 1, 0, 0, 0},
                        {kCall, 0, 0, 0, 5},
                        {kIfEqual, 1, 0, 1, 0},
                        {kMove, 0, 0, 0, 1},
                        {kExit}});
  EXPECT_EQ(code.instructions, 5u);
}

TEST(LiveCode, CountsWideLoadsTwice) {
  LiveCode code = live({{kWide, 1, 1, 0, 0, "map"}, {kExit}});
  EXPECT_EQ(code.slots, (std::vector<unsigned>{2, 1}));
}

TEST(LiveCode, EndsInALoop) {
  LiveCode code = live({{kMove, 6, 0, 0, 3},
                        {kAdd, 6, 0, 0, -1},
                        {kIfEqual, 6, 0, 1, 0},
                        {kGoto, 0, 0, -3},
                        {kExit}});
  EXPECT_EQ(code.instructions, 5u);
}

} // namespace

} // namespace whistler::backend
