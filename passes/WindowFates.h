#ifndef WHISTLER_PASSES_WINDOWFATES_H
#define WHISTLER_PASSES_WINDOWFATES_H

#include "ReadOrigin.h"
#include "ReadWindows.h"

namespace whistler::passes {

/// What is told of a window's reads, taken from them before they are gone.
/// Nothing where nobody wants to know.
class WindowFates {
public:
  explicit WindowFates(const ReadWindow &window);
  /// `inPlace`: the window was read straight to where its values are stored.
  void tell(llvm::OptimizationRemarkEmitter &remarks, const char *pass,
            bool inPlace) const;

private:
  void tellHoisted(llvm::OptimizationRemarkEmitter &remarks,
                   const char *pass) const;
  std::string together(bool inPlace) const;

  const llvm::Function &function_;
  WindowKind kind_;
  std::vector<ReadOrigin> reads_; ///< the window's leader first
  bool isMoved_ = false;          ///< out of a loop
  ReadCost cost_;
};

} // namespace whistler::passes

#endif
