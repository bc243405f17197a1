// Decides whether a token is a number, and which.
//
// A value may lie between -2^63 and 2^64-1: both readings of 64 bits. What
// looks like a number but is none (1.5, 1/2, 0xg) is an error instead of a
// symbol, because nobody means a variable of that name.

#include "reader/Numbers.h"

#include <llvm/ADT/StringExtras.h>

#include <algorithm>

namespace whistler::compiler {

namespace {

bool splitSign(llvm::StringRef &token) {
  bool negative = token.consume_front("-");
  if (!negative)
    token.consume_front("+");
  return negative;
}

bool isDecimal(llvm::StringRef text) {
  return !text.empty() && llvm::all_of(text, llvm::isDigit);
}

/// `12.5`, `.5`, `1e9`, `1.0e-3`, `1/2`.
bool isFraction(llvm::StringRef text) {
  auto [numerator, denominator] = text.split('/');
  if (isDecimal(numerator) && isDecimal(denominator))
    return true;
  size_t exponent = text.find_first_of("eEdDfF");
  llvm::StringRef mantissa = text.take_front(exponent);
  if (exponent != llvm::StringRef::npos) {
    llvm::StringRef power = text.drop_front(exponent + 1);
    splitSign(power);
    if (!isDecimal(power))
      return false;
  } else if (!mantissa.contains('.')) {
    return false;
  }
  auto [whole, part] = mantissa.split('.');
  return (whole.empty() || isDecimal(whole)) &&
         (part.empty() || isDecimal(part)) && !(whole.empty() && part.empty());
}

} // namespace

NumberToken parseInRadix(llvm::StringRef token, unsigned radix) {
  NumberToken out;
  out.isNegative = splitSign(token);
  out.result = NumberToken::Result::Malformed;
  if (token.empty())
    return out;
  uint64_t value = 0;
  bool tooLarge = false;
  for (char c : token) {
    unsigned digit = llvm::hexDigitValue(c);
    if (digit >= radix)
      return out;
    tooLarge |= __builtin_mul_overflow(value, uint64_t(radix), &value) ||
                __builtin_add_overflow(value, uint64_t(digit), &value);
  }
  tooLarge |= out.isNegative && value > uint64_t(1) << 63;
  out.result =
      tooLarge ? NumberToken::Result::TooLarge : NumberToken::Result::Integer;
  out.value = out.isNegative ? 0 - value : value;
  out.isNegative &= value != 0;
  return out;
}

NumberToken parseNumber(llvm::StringRef token) {
  llvm::StringRef digits = token;
  bool negative = splitSign(digits);
  if (digits.empty() || (!llvm::isDigit(digits[0]) && digits[0] != '.'))
    return {};
  if (digits.starts_with_insensitive("0x")) {
    std::string plain = (negative ? "-" : "") + digits.drop_front(2).str();
    return parseInRadix(digits.size() > 2 && llvm::isHexDigit(digits[2])
                            ? llvm::StringRef(plain)
                            : "?",
                        16);
  }
  if (isDecimal(digits.ends_with(".") ? digits.drop_back() : digits))
    return parseInRadix(token.ends_with(".") ? token.drop_back() : token, 10);
  if (isFraction(digits)) {
    NumberToken out;
    out.result = NumberToken::Result::Fraction;
    return out;
  }
  return {};
}

} // namespace whistler::compiler
