// LLVM 19 writes every relocated type id and enumerator as `r = N ll`
// (BTFDebug::InstLower), which takes two instructions, whatever N is:
//
//   18 01 00 00  N  00 00 00 00  0     r1 = N ll
// =>
//   b7 01 00 00  N                     r1 = N
//   05 00 00 00  0                     goto +0
//
// Loaders relocate the immediate of a move as they do that of a 64-bit constant
// (libbpf's bpf_core_patch_insn). Which versions of a body run is decided by
// such numbers, so it saves an instruction for each choice and each cast.

#include "NarrowNumbers.h"

#include "Elf.h"

#include <llvm/DebugInfo/BTF/BTF.h>
#include <llvm/Support/Endian.h>

using namespace llvm;

namespace whistler::backend {

namespace {

constexpr uint64_t kSlotBytes = 8;
constexpr uint8_t kWideConstant = 0x18; ///< BPF_LD | BPF_IMM | BPF_DW
constexpr uint8_t kMove = 0xb7;         ///< BPF_ALU64 | BPF_MOV | BPF_K
constexpr uint8_t kJump = 0x05;         ///< BPF_JMP | BPF_JA

bool isNarrow(uint32_t kind) {
  return kind == BTF::BTF_TYPE_ID_LOCAL || kind == BTF::BTF_TYPE_ID_REMOTE ||
         kind == BTF::ENUM_VALUE_EXISTENCE;
}

void narrow(MutableArrayRef<char> slots) {
  if (uint8_t(slots[0]) != kWideConstant ||
      support::endian::read32le(&slots[kSlotBytes + 4]) != 0)
    return;
  slots[0] = char(kMove);
  slots[kSlotBytes] = char(kJump);
}

} // namespace

Error narrowRelocatedNumbers(MutableArrayRef<char> object) {
  Expected<OpenObject> opened = openObject(object);
  if (!opened)
    return opened.takeError();
  if (!opened->hasBtf)
    return Error::success();
  auto programs = programSymbols(*opened);
  if (!programs)
    return programs.takeError();
  for (const ProgramSymbol &program : *programs) {
    auto start = size_t(reinterpret_cast<const char *>(program.code.data()) -
                        object.data());
    for (uint64_t at = 0; at + 2 * kSlotBytes <= program.code.size();
         at += kSlotBytes) {
      const BTF::BPFFieldReloc *relocation = opened->btf.findFieldReloc(
          {program.offset + at, program.section.getIndex()});
      if (relocation && isNarrow(relocation->RelocKind))
        narrow(object.slice(start + at, 2 * kSlotBytes));
    }
  }
  return Error::success();
}

} // namespace whistler::backend
