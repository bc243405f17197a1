#ifndef WHISTLER_READER_NUMBERS_H
#define WHISTLER_READER_NUMBERS_H

#include <llvm/ADT/StringRef.h>

#include <cstdint>

namespace whistler::compiler {

/// What a run of constituent characters is, as a number.
struct NumberToken {
  enum class Result { NotANumber, Integer, TooLarge, Malformed, Fraction };
  Result result = Result::NotANumber;
  uint64_t value = 0; ///< two's complement
  bool isNegative = false;
};

/// Decimal with sign and an optional final dot, or `0x…` with sign. Names such
/// as `1+` are not numbers.
NumberToken parseNumber(llvm::StringRef token);
/// Digits of one radix with sign (`#x…`); anything else is Malformed.
NumberToken parseInRadix(llvm::StringRef token, unsigned radix);

} // namespace whistler::compiler

#endif
