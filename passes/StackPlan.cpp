// 512 bytes of stack for everything that a program keeps. Windows that are read
// and used up one after the other in their blocks share a slot; others have one
// each. First every window gets what it needs here and a little, the
// most useful first; what is then left makes slack, which costs no time and
// lets windows fit kernels on which fields lie further apart.

#include "StackPlan.h"

#include <llvm/ADT/STLExtras.h>

using namespace llvm;

namespace whistler::passes {

namespace {

/// MAX_BPF_STACK of the kernel.
constexpr uint64_t kStackBytes = 512;
/// Slack that a bounded window has at least.
constexpr uint64_t kLeastSlack = 16;

/// The last read of a window that is used up in the block where it is read;
/// null when it is not.
const Instruction *lastInBlock(const ReadWindow &window) {
  const Instruction *last = window.at;
  for (const WindowField &field : window.fields)
    for (const CallInst *call : field.calls) {
      if (call->getParent() != window.at->getParent())
        return nullptr;
      if (last->comesBefore(call))
        last = call;
    }
  return last;
}

/// Whether no other window is alive while this one is, but those that have
/// slots of their own.
bool isAlone(const ReadWindow &window, ArrayRef<ReadWindow *> windows) {
  const Instruction *last = lastInBlock(window);
  return last && none_of(windows, [&](const ReadWindow *other) {
           const Instruction *otherLast = lastInBlock(*other);
           return other != &window && otherLast &&
                  otherLast->getParent() == last->getParent() &&
                  !last->comesBefore(other->at) &&
                  !otherLast->comesBefore(window.at);
         });
}

uint64_t leastBytes(const ReadWindow &window) {
  return window.kind == WindowKind::Bounded
             ? alignTo(window.bytes + kLeastSlack, 8)
             : window.buffer;
}

class Plan {
public:
  Plan(uint64_t taken, ArrayRef<ReadWindow *> windows)
      : windows_(windows),
        free_(taken < kStackBytes ? kStackBytes - taken : 0) {}

  /// Gives a window its least; false without room.
  bool place(ReadWindow &window) {
    uint64_t wants = leastBytes(window);
    uint64_t more = shares(window) ? growth(wants) : wants;
    if (more > free_)
      return false;
    take(window, wants, more);
    return true;
  }

  /// Makes a placed window as large as it would like, or the stack permits.
  void widen(ReadWindow &window, uint64_t likes) {
    uint64_t grows = shares(window) ? growth(likes) : likes - window.buffer;
    if (grows > free_) {
      likes -= alignTo(grows - free_, 8);
      grows = free_ / 8 * 8;
    }
    if (likes > window.buffer)
      take(window, likes, grows);
  }

private:
  /// By how much the slot that local windows share would grow.
  uint64_t growth(uint64_t bytes) const {
    return bytes > shared_ ? bytes - shared_ : 0;
  }

  void take(ReadWindow &window, uint64_t bytes, uint64_t more) {
    if (shares(window))
      shared_ = std::max(shared_, bytes);
    window.buffer = bytes;
    free_ -= more;
  }

  bool shares(const ReadWindow &window) const {
    return isAlone(window, windows_);
  }

  ArrayRef<ReadWindow *> windows_;
  uint64_t free_, shared_ = 0;
};

} // namespace

void planStack(std::vector<ReadWindow> &windows, uint64_t taken) {
  std::vector<std::pair<ReadWindow *, uint64_t>> placed;
  std::vector<ReadWindow *> order;
  for (ReadWindow &window : windows)
    if (window.kind != WindowKind::Hoisted)
      order.push_back(&window);
  llvm::stable_sort(order, [](const ReadWindow *a, const ReadWindow *b) {
    return a->apartPs - a->sharedPs > b->apartPs - b->sharedPs;
  });
  Plan plan(taken, order);
  for (ReadWindow *window : order) {
    uint64_t likes = window->buffer;
    if (plan.place(*window))
      placed.push_back({window, likes});
    else
      window->buffer = 0;
  }
  for (auto [window, likes] : placed)
    plan.widen(*window, likes);
}

} // namespace whistler::passes
