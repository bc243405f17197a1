// Just enough of the instruction set (kernel:
// Documentation/bpf/standardization/instruction-set.rst) to count helper calls
// and to see how deep a program's stack goes.

#include "Instructions.h"

#include <llvm/Support/Endian.h>

using namespace llvm;

namespace whistler::backend {

namespace {

constexpr unsigned kFramePointer = 10;

enum Class : uint8_t {
  Load = 0x01,  // BPF_LDX
  Store = 0x02, // BPF_ST
  StoreRegister = 0x03,
  Jump = 0x05,
  Arithmetic32 = 0x04,
  Arithmetic64 = 0x07,
};

constexpr uint8_t kAddConstant64 = 0x07;
constexpr uint8_t kMoveRegister64 = 0xbf;

} // namespace

RawInstruction RawInstruction::read(const uint8_t *bytes) {
  RawInstruction result;
  result.code = bytes[0];
  result.destination = bytes[1] & 0xf;
  result.source = bytes[1] >> 4;
  result.offset = int16_t(support::endian::read16le(bytes + 2));
  result.immediate = int32_t(support::endian::read32le(bytes + 4));
  return result;
}

void StackDepth::touch(int64_t offset) {
  // A frame has 512 bytes; anything far beyond is no frame address.
  if (offset < deepest_ && offset >= -65536)
    deepest_ = offset;
}

void StackDepth::seeArithmetic(const RawInstruction &instruction) {
  std::optional<int64_t> &target = offsets_[instruction.destination];
  if (instruction.code == kMoveRegister64 && instruction.offset == 0) {
    target = instruction.source == kFramePointer ? std::optional<int64_t>(0)
                                                 : offsets_[instruction.source];
  } else if (instruction.code == kAddConstant64 && target) {
    target = *target + instruction.immediate;
    touch(*target);
  } else {
    target.reset();
  }
}

void StackDepth::see(const RawInstruction &instruction) {
  auto base = [&](unsigned number) {
    return number == kFramePointer ? std::optional<int64_t>(0)
                                   : offsets_[number];
  };
  switch (instruction.code & 7) {
  case Load:
    if (auto from = base(instruction.source))
      touch(*from + instruction.offset);
    offsets_[instruction.destination].reset();
    break;
  case Store:
  case StoreRegister:
    if (auto to = base(instruction.destination))
      touch(*to + instruction.offset);
    break;
  case Arithmetic32:
  case Arithmetic64:
    seeArithmetic(instruction);
    break;
  case Jump:
    if (instruction.code == 0x85)
      for (unsigned number = 0; number <= 5; ++number)
        offsets_[number].reset();
    break;
  default:
    offsets_[instruction.destination].reset();
    break;
  }
}

} // namespace whistler::backend
