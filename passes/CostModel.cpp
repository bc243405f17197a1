// The cost table as text and as numbers.

#include "whistler/passes/CostModel.h"

#include <llvm/ADT/STLExtras.h>
#include <llvm/ADT/StringExtras.h>
#include <llvm/Support/FormatVariadic.h>

using namespace llvm;

namespace whistler::passes {

namespace {

constexpr CostRow kRows[] = {
#define WHISTLER_COST(MEMBER, VALUE, UNIT, KEY, SUMMARY)                       \
  {KEY, UNIT, SUMMARY, &CostModel::MEMBER},
#include "whistler/passes/CostModel.def"
};

} // namespace

uint64_t CostModel::readPs(uint64_t bytes) const {
  uint64_t beyond = bytes > freeBytes ? bytes - freeBytes : 0;
  return callPs + beyond * bytePs;
}

ArrayRef<CostRow> costRows() { return kRows; }

Expected<CostModel> parseCostModel(StringRef text) {
  CostModel model;
  SmallVector<StringRef, 16> lines;
  text.split(lines, '\n');
  for (auto [number, line] : enumerate(lines)) {
    auto [key, rest] = line.split('#').first.trim().split(' ');
    if (key.empty())
      continue;
    const CostRow *row =
        find_if(kRows, [&](const CostRow &row) { return row.key == key; });
    if (row == std::end(kRows))
      return createStringError(
          formatv("line {0}: unknown cost `{1}`", number + 1, key));
    if (rest.trim().getAsInteger(10, model.*row->member))
      return createStringError(
          formatv("line {0}: `{1}` is not a number", number + 1, rest.trim()));
  }
  return model;
}

std::string toText(const CostModel &model) {
  std::string text;
  for (const CostRow &row : kRows)
    text += formatv("{0} {1}  # {2}: {3}\n", row.key, model.*row.member,
                    row.unit, row.summary);
  return text;
}

} // namespace whistler::passes
