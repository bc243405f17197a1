#ifndef WHISTLER_BACKEND_INSPECT_H
#define WHISTLER_BACKEND_INSPECT_H

#include <llvm/ADT/ArrayRef.h>
#include <llvm/Support/Error.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace whistler::backend {

/// A source place from .BTF.ext line_info. Line and column count from 1.
struct SourceLine {
  std::string file, text;
  unsigned line = 0, column = 0;
};

struct Instruction {
  uint64_t offset = 0;   ///< in 8-byte slots from the program's start
  uint64_t encoding = 0; ///< of the first slot
  std::string text;      ///< disassembly
  /// "byte_off task_struct.pid", or the name of a map, variable or function;
  /// "" when none.
  std::string relocation;
  int line = -1; ///< index into ProgramInfo::lines, -1 when unknown
};

struct ProgramInfo {
  std::string name, section;
  bool subprogram = false;   ///< of .text: called by programs, never attached
  unsigned instructions = 0; ///< 8-byte slots, as the kernel counts
  std::map<uint32_t, unsigned> helperCalls; ///< id to number of call sites
  unsigned coreRelocations = 0;
  unsigned stackBytes = 0; ///< deepest frame-pointer offset seen
  std::vector<Instruction> listing;
  std::vector<SourceLine> lines;
};

struct ObjectInfo {
  std::vector<ProgramInfo> programs; ///< subprograms come last
  std::vector<std::string> maps;
  std::vector<std::pair<std::string, uint64_t>> sections; ///< name, bytes
  std::string license;
};

/// Reads an object of any compiler. Errors: BackendError.
llvm::Expected<ObjectInfo> inspect(llvm::ArrayRef<char> object);

} // namespace whistler::backend

#endif
