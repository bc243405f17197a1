// Where the value of a read goes, for reads that can fill that place
// themselves: a record, a map value, a variable, a key or value on the stack.
// The helper zeroes what it can't fill, so an unreadable address gives 0
// either way. Never the context or packets: those the helper may not write.

#include "ReadDestination.h"

#include "whistler/ir/HelperCall.h"

#include <llvm/Analysis/ValueTracking.h>

using namespace llvm;

namespace whistler::passes {

namespace {

bool mayHelperWrite(const Value *address) {
  const Value *object = getUnderlyingObject(address);
  if (auto *call = dyn_cast<CallInst>(object))
    return ir::helperId(*call) != 0;
  if (auto *variable = dyn_cast<GlobalVariable>(object))
    return !variable->isConstant();
  if (auto *slot = dyn_cast<AllocaInst>(object))
    return slot->isStaticAlloca() &&
           any_of(slot->users(), [](const User *user) {
             auto *call = dyn_cast<CallInst>(user);
             return call && ir::helperId(*call);
           });
  return false;
}

bool writesKernelMemory(const Instruction &inst) {
  if (auto *call = dyn_cast<CallBase>(&inst))
    return isModSet(
        call->getMemoryEffects().getModRef(IRMemLocation::InaccessibleMem));
  return false;
}

/// A field of a window with the place that its value goes to.
struct Placed {
  const WindowField *read;
  StoreInst *store;
  Value *base;
  int64_t offset;
};

std::optional<Placed> place(const WindowField &read) {
  StoreInst *store =
      read.calls.size() == 1 ? destinationOf(*read.calls.front()) : nullptr;
  if (!store)
    return std::nullopt;
  int64_t offset = 0;
  Value *base = GetPointerBaseWithConstantOffset(
      store->getPointerOperand(), offset, store->getDataLayout());
  return Placed{&read, store, base, offset};
}

/// In offset order, each right behind the one before, in the kernel and at the
/// destination alike; else empty.
std::vector<Placed> contiguous(const ReadWindow &window) {
  std::vector<Placed> places;
  for (const WindowField &read : window.fields) {
    auto placed = place(read);
    if (!placed)
      return {};
    places.push_back(*placed);
  }
  llvm::sort(places, [](const Placed &a, const Placed &b) {
    return a.read->offset < b.read->offset;
  });
  for (size_t i = 1; i != places.size(); ++i) {
    const Placed &before = places[i - 1], &here = places[i];
    int64_t bytes = static_cast<int64_t>(before.read->bytes);
    if (here.base != before.base || here.offset != before.offset + bytes ||
        here.read->offset != before.read->offset + before.read->bytes ||
        here.store->getParent() != before.store->getParent())
      return {};
  }
  return places;
}

/// Whether `store` may touch the bytes that `places` fill.
bool mayOverlap(const StoreInst &store, ArrayRef<Placed> places) {
  int64_t offset = 0;
  const DataLayout &layout = store.getDataLayout();
  const Value *base = GetPointerBaseWithConstantOffset(
      store.getPointerOperand(), offset, layout);
  int64_t end = offset + static_cast<int64_t>(layout.getTypeStoreSize(
                             store.getValueOperand()->getType()));
  int64_t from = places.front().offset;
  int64_t to =
      places.back().offset + static_cast<int64_t>(places.back().read->bytes);
  return base != places.front().base || (offset < to && end > from);
}

/// Whether all may wait for the last store: meanwhile nothing looks at memory
/// of the program, writes the same bytes, or changes memory of the kernel.
bool mayWait(const Instruction &first, const Instruction &last,
             ArrayRef<Placed> places) {
  for (const Instruction *inst = &first; inst != &last;
       inst = inst->getNextNode()) {
    if (inst->getParent() != last.getParent() || writesKernelMemory(*inst))
      return false;
    auto *call = dyn_cast<CallBase>(inst);
    bool isKernelRead = call && call->onlyAccessesInaccessibleMemory();
    if (inst->mayReadFromMemory() && !isKernelRead)
      return false;
    auto *store = dyn_cast<StoreInst>(inst);
    bool isOurs = any_of(
        places, [&](const Placed &placed) { return placed.store == store; });
    if (store && !isOurs && mayOverlap(*store, places))
      return false;
    if (inst->mayWriteToMemory() && !store)
      return false;
  }
  return true;
}

} // namespace

StoreInst *destinationOf(CallInst &read) {
  if (!read.hasOneUse())
    return nullptr;
  auto *store = dyn_cast<StoreInst>(*read.user_begin());
  if (!store || !store->isSimple() || store->getValueOperand() != &read ||
      store->getParent() != read.getParent() ||
      !mayHelperWrite(store->getPointerOperand()))
    return nullptr;
  for (auto it = read.getIterator(); &*it != store; ++it)
    if (writesKernelMemory(*it))
      return nullptr;
  return store;
}

bool readRunInPlace(const ReadWindow &window) {
  std::vector<Placed> places = contiguous(window);
  if (places.empty())
    return false;
  StoreInst *last = places.front().store;
  CallInst *first = window.fields.front().calls.front();
  for (const Placed &placed : places) {
    CallInst *call = placed.read->calls.front();
    if (call->getParent() != first->getParent())
      return false;
    if (call->comesBefore(first))
      first = call;
    if (last->comesBefore(placed.store))
      last = placed.store;
  }
  if (!mayWait(*first, *last, places))
    return false;
  IRBuilder<> builder(last);
  builder.SetCurrentDebugLocation(first->getDebugLoc());
  const std::optional<ir::Field> &field = window.fields.front().field;
  Value *source =
      window.kind == WindowKind::Run
          ? ir::createKernelAddress(builder, *field, window.base)
          : builder.CreatePtrAdd(window.base, builder.getInt64(window.start));
  Value *destination = builder.CreatePtrAdd(
      places.front().base, builder.getInt64(places.front().offset));
  ir::createKernelCopy(builder, destination, window.bytes, source);
  for (const Placed &placed : places) {
    placed.store->eraseFromParent();
    placed.read->calls.front()->eraseFromParent();
  }
  return true;
}

} // namespace whistler::passes
