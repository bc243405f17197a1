// `whistler disasm`: an object's instructions under the source lines they come
// from, with the relocations the loader will apply. Reads objects of any
// compiler.
#include "Disasm.h"

#include "CommandLine.h"
#include "InputOutput.h"

#include "whistler/backend/Inspect.h"

#include <llvm/Support/Format.h>
#include <llvm/Support/FormatVariadic.h>
#include <llvm/Support/raw_ostream.h>

namespace whistler::tools {

namespace {

constexpr const char *kCommand = "whistler disasm";

void printSourceLine(const backend::SourceLine &line) {
  llvm::outs() << "; " << line.file << ':' << line.line << ':' << line.column
               << "  " << llvm::StringRef(line.text).trim() << '\n';
}

void printProgram(const backend::ProgramInfo &program) {
  llvm::outs() << llvm::formatv(
      "{0} ({1}): {2} instructions, {3} bytes of "
      "stack, {4} CO-RE relocations\n",
      program.name, program.subprogram ? "subprogram" : program.section,
      program.instructions, program.stackBytes, program.coreRelocations);
  int line = -1;
  for (const backend::Instruction &inst : program.listing) {
    if (inst.line >= 0 && inst.line != line)
      printSourceLine(program.lines[inst.line]);
    line = inst.line;
    llvm::outs() << llvm::format("%5llu: ", (unsigned long long)inst.offset)
                 << llvm::StringRef(inst.text).trim();
    if (!inst.relocation.empty())
      llvm::outs() << "  <" << inst.relocation << '>';
    llvm::outs() << '\n';
  }
}

} // namespace

int runDisasm(const std::string &file) {
  auto object = readInput(file);
  if (!object)
    return fail(kCommand, llvm::toString(object.takeError()), kBadInput);
  llvm::StringRef bytes = (*object)->getBuffer();
  auto info = backend::inspect({bytes.data(), bytes.size()});
  if (!info)
    return fail(kCommand, file + ": " + llvm::toString(info.takeError()),
                kBadInput);
  bool first = true;
  for (const backend::ProgramInfo &program : info->programs) {
    if (!first)
      llvm::outs() << '\n';
    first = false;
    printProgram(program);
  }
  return kDone;
}

} // namespace whistler::tools
