#ifndef WHISTLER_PASSES_READORIGIN_H
#define WHISTLER_PASSES_READORIGIN_H

#include "whistler/passes/ReadFate.h"

#include <llvm/Analysis/OptimizationRemarkEmitter.h>
#include <llvm/IR/Instructions.h>

#include <vector>

namespace whistler::passes {

/// Which read of the source an operation does, kept in its metadata while
/// somebody wants to know what becomes of it, and what was refused on the way.
struct ReadOrigin {
  unsigned number = 0; ///< of the read in its function
  unsigned line = 0, column = 0;
  std::string path;
  uint64_t bytes = 0;
  uint64_t instructions = 0; ///< around a helper call of its own, by the model
  std::vector<std::string> notes;
};

/// Nothing where nobody wants to know.
std::optional<ReadOrigin> originOf(const llvm::Instruction &read);
void setOrigin(llvm::Instruction &read, const ReadOrigin &origin);
void moveOrigin(llvm::Instruction &from, llvm::Instruction &to);
void dropOrigin(llvm::Instruction &read);
/// Something to say behind what becomes of the read.
void addNote(llvm::Instruction &read, llvm::StringRef note);

/// "1 byte", "8 bytes".
std::string inBytes(uint64_t bytes);

/// Instructions of a read alone by a helper; in place; and those more that
/// shift a bitfield.
constexpr uint64_t kAloneInstructions = 6, kInPlaceInstructions = 4,
                   kShiftInstructions = 2;

/// Tells what became of a read: of `origin` in `function`, or of an operation
/// with an origin. `pass` is the DEBUG_TYPE of who decided.
void tellFate(llvm::OptimizationRemarkEmitter &remarks, const char *pass,
              const llvm::Function &function, const ReadOrigin &origin,
              llvm::StringRef way, llvm::StringRef text,
              const ReadCost &cost = {});
void tellFate(llvm::OptimizationRemarkEmitter &remarks, const char *pass,
              const llvm::Instruction &read, llvm::StringRef way,
              llvm::StringRef text, const ReadCost &cost = {});

} // namespace whistler::passes

#endif
