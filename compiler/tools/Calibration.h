#ifndef WHISTLER_TOOLS_CALIBRATION_H
#define WHISTLER_TOOLS_CALIBRATION_H

#include "whistler/passes/CostModel.h"

#include <optional>
#include <string>
#include <vector>

namespace whistler::tools {

/// What one size of read costs, in nanoseconds for each call.
struct ReadCost {
  unsigned bytes = 0;
  double nanoseconds = 0;
};

/// What a machine was measured to do.
struct Calibration {
  std::vector<ReadCost> reads; ///< by size
  double instruction = 0;      ///< nanoseconds
  std::optional<double> load;  ///< of a direct load; nothing: not permitted
  passes::CostModel model;     ///< the built-in one with what was measured
};

struct CalibrationOptions {
  unsigned rounds = 9;      ///< of all programs in turn
  uint32_t repeat = 100000; ///< runs of a program in a round
};

/// Runs small programs in the kernel, in rounds, each after all others, so
/// that what slows the machine down for a while slows all of them; the fastest
/// round of each counts. An error when programs can't be loaded or run here.
llvm::Expected<Calibration> calibrate(const CalibrationOptions &options);

} // namespace whistler::tools

#endif
