#ifndef WHISTLER_PASSES_COSTMODEL_H
#define WHISTLER_PASSES_COSTMODEL_H

#include <llvm/ADT/StringRef.h>
#include <llvm/Support/Error.h>

#include <cstdint>
#include <string>

namespace whistler::passes {

/// The table of CostModel.def with its built-in values. A plain value: change
/// members to model another machine.
struct CostModel {
#define WHISTLER_COST(MEMBER, VALUE, UNIT, KEY, SUMMARY)                       \
  uint32_t MEMBER = VALUE; ///< SUMMARY
#include "whistler/passes/CostModel.def"

  /// Picoseconds of one helper read of `bytes`, without the instructions
  /// around it.
  uint64_t readPs(uint64_t bytes) const;
  uint64_t instructionsPs(uint64_t count) const {
    return count * instructionPs;
  }
  bool operator==(const CostModel &) const = default;
};

/// One row of the table, for those who print it.
struct CostRow {
  llvm::StringRef key, unit, summary;
  uint32_t CostModel::*member;
};
llvm::ArrayRef<CostRow> costRows();

/// "key value" lines, as `whistler calibrate` writes them; `#` starts a
/// comment. What is not named keeps its built-in value. An unknown key or a
/// value that is no number is an error that names the line.
llvm::Expected<CostModel> parseCostModel(llvm::StringRef text);
std::string toText(const CostModel &model);

} // namespace whistler::passes

#endif
