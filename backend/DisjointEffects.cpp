// Memory that a module can't name ("inaccessible") is apart from all that it
// can, so a call that only reads the one is not disturbed by a call that only
// writes the other. LLVM 19 asks that of a call and a place in memory, and not
// of two calls: to it, a helper that may write any memory of the program is
// between two operations that read the kernel's.
//
//   %a = call i32 @read(ptr %p)           ; memory(inaccessiblemem: read)
//   call i64 @update(ptr %key, ptr %v)    ; memory(readwrite, inaccessiblemem:
//   %b = call i32 @read(ptr %p)           ;   none): %b is %a

#include "DisjointEffects.h"

using namespace llvm;

namespace whistler::backend {

AnalysisKey DisjointEffectsAnalysis::Key;

ModRefInfo DisjointEffects::getModRefInfo(const CallBase *call,
                                          const CallBase *other,
                                          AAQueryInfo &) {
  MemoryEffects effects = call->getMemoryEffects();
  MemoryEffects seen = other->getMemoryEffects();
  ModRefInfo result = ModRefInfo::NoModRef;
  if (!isNoModRef(seen.getModRef(IRMemLocation::InaccessibleMem)))
    result |= effects.getModRef(IRMemLocation::InaccessibleMem);
  // Pointers that are passed may lead to any of the program's memory.
  constexpr IRMemLocation kNamed[] = {IRMemLocation::ArgMem,
                                      IRMemLocation::Other};
  if (any_of(kNamed, [&](IRMemLocation location) {
        return !isNoModRef(seen.getModRef(location));
      }))
    for (IRMemLocation location : kNamed)
      result |= effects.getModRef(location);
  return result;
}

} // namespace whistler::backend
