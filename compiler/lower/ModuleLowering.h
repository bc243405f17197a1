#ifndef WHISTLER_LOWER_MODULELOWERING_H
#define WHISTLER_LOWER_MODULELOWERING_H

#include "../sema/TypedProgram.h"

#include <llvm/ADT/StringMap.h>
#include <llvm/IR/Module.h>

namespace whistler::compiler {

/// What the programs of one module share while they are lowered: its maps,
/// globals, string constants, and the way from spans to debug locations.
class ModuleLowering {
public:
  ModuleLowering(llvm::Module &module, const TypedProgram &program,
                 const SourceManager &sources, FileId main);

  /// Everything: maps, globals, programs, licence, debug info.
  void run();

  llvm::GlobalVariable *map(uint32_t index) const { return maps_[index]; }
  llvm::GlobalVariable *global(uint32_t index) const { return globals_[index]; }
  llvm::Function *subprogram(uint32_t index) const {
    return subprograms_[index];
  }
  /// A NUL-terminated constant in .rodata, one for each text.
  llvm::GlobalVariable *string(llvm::StringRef text, SourceSpan span);
  /// Constant bytes in .rodata, one for each name.
  llvm::GlobalVariable *table(llvm::StringRef name,
                              llvm::ArrayRef<uint8_t> bytes);
  /// No location for spans of other files (the prelude, included files): the
  /// code then keeps the place of the call around it.
  llvm::DebugLoc location(llvm::Function &function, SourceSpan span);

private:
  unsigned line(SourceSpan span) const;
  void addGlobal(const Global &global);
  llvm::Function *declare(const Subprogram &subprogram);

  llvm::Module &module_;
  const TypedProgram &program_;
  const SourceManager &sources_;
  FileId main_;
  ir::ModuleBuilder builder_;
  std::vector<llvm::GlobalVariable *> maps_, globals_;
  std::vector<llvm::Function *> subprograms_;
  llvm::StringMap<llvm::GlobalVariable *> strings_;
};

} // namespace whistler::compiler

#endif
