#ifndef WHISTLER_PASSES_WINDOWWRITER_H
#define WHISTLER_PASSES_WINDOWWRITER_H

#include "ReadWindows.h"

#include <llvm/IR/IRBuilder.h>

namespace whistler::passes {

/// Whether only a guard can tell that the running kernel's layout fits.
inline bool isGuarded(const ReadWindow &window) {
  return window.kind == WindowKind::Run || window.kind == WindowKind::Bounded;
}

/// What decides whether a guarded window is read, known once the program is
/// loaded.
struct WindowGuard {
  llvm::Value *holds = nullptr; ///< the running kernel's layout fits
  /// From the window's anchor, rounded as the window is, to its last field;
  /// null where the anchor is the last, and for a run.
  llvm::Value *distance = nullptr;
};

/// The guard's relocations are of records with `flavor` behind their names,
/// which keeps them apart from equal ones.
WindowGuard createGuard(llvm::IRBuilderBase &builder, const ReadWindow &window,
                        llvm::StringRef flavor);

/// Puts a guarded window and single reads at its place, behind a guard of its
/// own; what is read meets behind them. Every way must need every field.
void writeArms(const ReadWindow &window);

/// Puts the window's read at its place; its reads become loads where they
/// were. A guarded window's code is right only where its guard holds. `guard`
/// says what of it may be kept in a register until the read. True when the
/// read goes straight to where its values are stored.
bool writeWindow(const ReadWindow &window, const WindowGuard &guard = {});

} // namespace whistler::passes

#endif
