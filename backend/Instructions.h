#ifndef WHISTLER_BACKEND_INSTRUCTIONS_H
#define WHISTLER_BACKEND_INSTRUCTIONS_H

#include <array>
#include <cstdint>
#include <optional>

namespace whistler::backend {

/// One 8-byte BPF instruction, taken apart.
struct RawInstruction {
  uint8_t code = 0, destination = 0, source = 0;
  int16_t offset = 0;
  int32_t immediate = 0;

  static RawInstruction read(const uint8_t *bytes);
  bool isWideLoad() const { return code == 0x18; }
  bool isHelperCall() const { return code == 0x85 && source == 0; }
};

/// Follows the frame pointer through a program in the order of its
/// instructions: through copies and additions of constants. That covers what
/// compilers write; joins of branches are not looked at.
class StackDepth {
public:
  void see(const RawInstruction &instruction);
  /// The deepest byte that an instruction addressed.
  unsigned bytes() const { return unsigned(-deepest_); }

private:
  void touch(int64_t offset);
  void seeArithmetic(const RawInstruction &instruction);

  /// Offset from the frame pointer, where a register holds one.
  std::array<std::optional<int64_t>, 16> offsets_;
  int64_t deepest_ = 0;
};

} // namespace whistler::backend

#endif
