// Who reads a window and who is in it. Its cost is told of the read that comes
// first, where the helper is called; the others are loads from the buffer.

#include "WindowFates.h"

#include <llvm/ADT/STLExtras.h>
#include <llvm/Analysis/LoopInfo.h>
#include <llvm/IR/Dominators.h>

using namespace llvm;

namespace whistler::passes {

namespace {

/// Whether a read is in a loop that the window is read before.
bool leavesLoop(const ReadWindow &window) {
  DominatorTree tree(*window.at->getFunction());
  LoopInfo loops(tree);
  const Loop *around = loops.getLoopFor(window.at->getParent());
  for (const WindowField &field : window.fields)
    for (const CallInst *call : field.calls)
      if (loops.getLoopFor(call->getParent()) != around)
        return true;
  return false;
}

} // namespace

WindowFates::WindowFates(const ReadWindow &window)
    : function_(*window.at->getFunction()), kind_(window.kind) {
  CallInst *leader = window.leader();
  auto first = originOf(*leader);
  if (!first)
    return;
  reads_.push_back(*first);
  for (const WindowField &field : window.fields)
    for (CallInst *call : field.calls)
      if (auto origin = call == leader ? std::nullopt : originOf(*call))
        reads_.push_back(std::move(*origin));
  llvm::stable_sort(drop_begin(reads_), [](const auto &a, const auto &b) {
    return a.number < b.number;
  });
  isMoved_ = leavesLoop(window);
  if (kind_ == WindowKind::Hoisted)
    addNote(*leader,
            isMoved_ ? "moved before the loop" : "moved before the branch");
  cost_.calls = 1;
  cost_.bytes = window.bytes;
  cost_.instructions = window.instructions;
  cost_.stackBytes = window.buffer;
}

/// "window of 72 bytes with task->stime"
std::string WindowFates::together(bool inPlace) const {
  std::string text = "window of " + inBytes(cost_.bytes);
  text += inPlace ? ", in place," : "";
  text += isMoved_ ? " before the loop" : "";
  text += " with ";
  for (const ReadOrigin &read : drop_begin(reads_))
    text += (&read == &reads_[1] ? "" : ", ") + read.path;
  return text;
}

/// The first becomes another read, of which more will be told.
void WindowFates::tellHoisted(OptimizationRemarkEmitter &remarks,
                              const char *pass) const {
  std::string place = std::to_string(reads_.front().line);
  for (const ReadOrigin &read : drop_begin(reads_))
    tellFate(remarks, pass, function_, read, "merged",
             "equal to the read at line " + place);
}

void WindowFates::tell(OptimizationRemarkEmitter &remarks, const char *pass,
                       bool inPlace) const {
  if (reads_.empty())
    return;
  if (kind_ == WindowKind::Hoisted)
    return tellHoisted(remarks, pass);
  ReadCost cost = cost_;
  if (inPlace)
    cost.stackBytes = 0;
  tellFate(remarks, pass, function_, reads_.front(), "window",
           together(inPlace), cost);
  std::string place = std::to_string(reads_.front().line);
  for (const ReadOrigin &read : drop_begin(reads_))
    tellFate(remarks, pass, function_, read, "window",
             "in the window of line " + place);
}

} // namespace whistler::passes
