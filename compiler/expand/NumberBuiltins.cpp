// Integers of the compile-time Lisp. Values are those of 64 bits, signed or
// unsigned; the arithmetic is done wider, and a result outside is an error.

#include "expand/Evaluator.h"

#include <llvm/ADT/bit.h>

#include <functional>
#include <utility>

namespace whistler::compiler {

WideInteger wideValue(const Form *form) {
  if (form->isNegative)
    return static_cast<int64_t>(form->integer);
  return form->integer;
}

bool isNumber(const Form *form) {
  return form->isInteger() || form->isCharacter();
}

namespace {

bool allNumbers(Evaluator &ev, Arguments args, const Form *call) {
  for (const Form *arg : args)
    if (!isNumber(arg)) {
      ev.typeError(call, arg, "integers");
      return false;
    }
  return true;
}

template <typename Step>
const Form *fold(Evaluator &ev, Arguments args, const Form *call,
                 WideInteger start, Step step) {
  if (!allNumbers(ev, args, call))
    return nullptr;
  WideInteger total = start;
  for (const Form *arg : args)
    if (!step(total, wideValue(arg)) || total > UINT64_MAX || total < INT64_MIN)
      return ev.fail(call, DiagnosticKind::CompileTimeOverflow,
                     {toString(call->cons.car)});
  return ev.integer(total, call);
}

const Form *add(Evaluator &ev, Arguments args, const Form *call) {
  return fold(ev, args, call, 0, [](WideInteger &total, WideInteger value) {
    total += value;
    return true;
  });
}

const Form *subtract(Evaluator &ev, Arguments args, const Form *call) {
  if (!allNumbers(ev, args, call))
    return nullptr;
  if (args.size() == 1)
    return ev.integer(-wideValue(args[0]), call);
  return fold(ev, args.drop_front(), call, wideValue(args[0]),
              [](WideInteger &total, WideInteger value) {
                total -= value;
                return true;
              });
}

const Form *multiply(Evaluator &ev, Arguments args, const Form *call) {
  return fold(ev, args, call, 1, [](WideInteger &total, WideInteger value) {
    return !__builtin_mul_overflow(total, value, &total);
  });
}

WideInteger floorOf(WideInteger a, WideInteger b) {
  WideInteger quotient = a / b;
  return a % b != 0 && (a < 0) != (b < 0) ? quotient - 1 : quotient;
}

/// Division in its four roundings, with the remainder as second value.
const Form *divide(Evaluator &ev, Arguments args, const Form *call,
                   bool downwards, bool wantsRemainder) {
  if (!allNumbers(ev, args, call))
    return nullptr;
  WideInteger a = wideValue(args[0]);
  WideInteger b = args.size() > 1 ? wideValue(args[1]) : 1;
  if (b == 0)
    return ev.fail(call, DiagnosticKind::DivisionByZeroAtCompileTime,
                   {toString(call->cons.car)});
  WideInteger quotient = downwards ? floorOf(a, b) : a / b;
  const Form *whole = ev.integer(quotient, call);
  const Form *remainder = ev.integer(a - quotient * b, call);
  if (!whole || !remainder || wantsRemainder)
    return whole ? remainder : nullptr;
  ev.values = {whole, remainder};
  return whole;
}

const Form *floorBuiltin(Evaluator &ev, Arguments args, const Form *call) {
  return divide(ev, args, call, true, false);
}
const Form *truncateBuiltin(Evaluator &ev, Arguments args, const Form *call) {
  return divide(ev, args, call, false, false);
}
const Form *modBuiltin(Evaluator &ev, Arguments args, const Form *call) {
  return divide(ev, args, call, true, true);
}
const Form *remBuiltin(Evaluator &ev, Arguments args, const Form *call) {
  return divide(ev, args, call, false, true);
}

const Form *ceilingBuiltin(Evaluator &ev, Arguments args, const Form *call) {
  if (!allNumbers(ev, args, call))
    return nullptr;
  WideInteger a = wideValue(args[0]);
  WideInteger b = args.size() > 1 ? wideValue(args[1]) : 1;
  if (b == 0)
    return divide(ev, args, call, true, false);
  const Form *whole = ev.integer(-floorOf(-a, b), call);
  const Form *remainder = ev.integer(a + floorOf(-a, b) * b, call);
  if (!whole || !remainder)
    return nullptr;
  ev.values = {whole, remainder};
  return whole;
}

template <typename Compare>
const Form *compare(Evaluator &ev, Arguments args, const Form *call) {
  if (!allNumbers(ev, args, call))
    return nullptr;
  for (size_t i = 1; i < args.size(); ++i)
    if (!Compare()(wideValue(args[i - 1]), wideValue(args[i])))
      return ev.boolean(false);
  return ev.boolean(true);
}

const Form *notEqual(Evaluator &ev, Arguments args, const Form *call) {
  if (!allNumbers(ev, args, call))
    return nullptr;
  for (size_t i = 0; i < args.size(); ++i)
    for (size_t j = 0; j < i; ++j)
      if (wideValue(args[i]) == wideValue(args[j]))
        return ev.boolean(false);
  return ev.boolean(true);
}

template <int Sign>
const Form *step(Evaluator &ev, Arguments args, const Form *call) {
  return allNumbers(ev, args, call)
             ? ev.integer(wideValue(args[0]) + Sign, call)
             : nullptr;
}

template <bool Greatest>
const Form *extreme(Evaluator &ev, Arguments args, const Form *call) {
  if (!allNumbers(ev, args, call))
    return nullptr;
  WideInteger best = wideValue(args[0]);
  for (const Form *arg : args)
    if ((wideValue(arg) > best) == Greatest && wideValue(arg) != best)
      best = wideValue(arg);
  return ev.integer(best, call);
}

const Form *absBuiltin(Evaluator &ev, Arguments args, const Form *call) {
  if (!allNumbers(ev, args, call))
    return nullptr;
  WideInteger value = wideValue(args[0]);
  return ev.integer(value < 0 ? -value : value, call);
}

const Form *logAnd(Evaluator &ev, Arguments args, const Form *call) {
  return fold(ev, args, call, args.empty() ? -1 : wideValue(args[0]),
              [](WideInteger &total, WideInteger value) {
                total &= value;
                return true;
              });
}
const Form *logOr(Evaluator &ev, Arguments args, const Form *call) {
  return fold(ev, args, call, 0, [](WideInteger &total, WideInteger value) {
    total |= value;
    return true;
  });
}
const Form *logXor(Evaluator &ev, Arguments args, const Form *call) {
  return fold(ev, args, call, 0, [](WideInteger &total, WideInteger value) {
    total ^= value;
    return true;
  });
}
const Form *logNot(Evaluator &ev, Arguments args, const Form *call) {
  return allNumbers(ev, args, call) ? ev.integer(~wideValue(args[0]), call)
                                    : nullptr;
}

const Form *shift(Evaluator &ev, Arguments args, const Form *call,
                  bool leftwards) {
  if (!allNumbers(ev, args, call))
    return nullptr;
  WideInteger value = wideValue(args[0]), count = wideValue(args[1]);
  if (!leftwards)
    count = -count;
  if (count <= -64)
    return ev.integer(value < 0 ? -1 : 0, call);
  if (count < 0)
    return ev.integer(value >> -count, call);
  if (count >= 64 && value != 0)
    return ev.fail(call, DiagnosticKind::CompileTimeOverflow,
                   {toString(call->cons.car)});
  WideInteger scaled = 0;
  if (__builtin_mul_overflow(value, WideInteger(1) << (count < 64 ? count : 0),
                             &scaled))
    return ev.fail(call, DiagnosticKind::CompileTimeOverflow,
                   {toString(call->cons.car)});
  return ev.integer(scaled, call);
}

const Form *shiftLeft(Evaluator &ev, Arguments args, const Form *call) {
  return shift(ev, args, call, true);
}
const Form *shiftRight(Evaluator &ev, Arguments args, const Form *call) {
  return shift(ev, args, call, false);
}

const Form *integerLength(Evaluator &ev, Arguments args, const Form *call) {
  if (!allNumbers(ev, args, call))
    return nullptr;
  WideInteger value = wideValue(args[0]);
  uint64_t bits = static_cast<uint64_t>(value < 0 ? ~value : value);
  return ev.integer(llvm::bit_width(bits), call);
}

WideInteger gcdOf(WideInteger a, WideInteger b) {
  while (b != 0)
    a = std::exchange(b, a % b);
  return a < 0 ? -a : a;
}

const Form *gcdBuiltin(Evaluator &ev, Arguments args, const Form *call) {
  return fold(ev, args, call, 0, [](WideInteger &total, WideInteger value) {
    total = gcdOf(total, value);
    return true;
  });
}

const Form *lcmBuiltin(Evaluator &ev, Arguments args, const Form *call) {
  return fold(ev, args, call, 1, [](WideInteger &total, WideInteger value) {
    WideInteger common = gcdOf(total, value);
    return common == 0 ||
           !__builtin_mul_overflow(total, value / common, &total);
  });
}

const Form *expt(Evaluator &ev, Arguments args, const Form *call) {
  if (!allNumbers(ev, args, call))
    return nullptr;
  WideInteger base = wideValue(args[0]), count = wideValue(args[1]), value = 1;
  if (count < 0)
    return ev.typeError(call, args[1], "an exponent of 0 or more");
  for (; count > 0; count >>= 1) {
    bool fits = !(count & 1) || !__builtin_mul_overflow(value, base, &value);
    fits = fits && (count == 1 || !__builtin_mul_overflow(base, base, &base));
    if (!fits)
      return ev.fail(call, DiagnosticKind::CompileTimeOverflow,
                     {toString(call->cons.car)});
  }
  return ev.integer(value, call);
}

const Form *signum(Evaluator &ev, Arguments args, const Form *call) {
  if (!allNumbers(ev, args, call))
    return nullptr;
  WideInteger value = wideValue(args[0]);
  return ev.integer((value > 0) - (value < 0), call);
}

const Form *logCount(Evaluator &ev, Arguments args, const Form *call) {
  if (!allNumbers(ev, args, call))
    return nullptr;
  WideInteger value = wideValue(args[0]);
  return ev.integer(llvm::popcount(uint64_t(value < 0 ? ~value : value)), call);
}

const Form *logBitp(Evaluator &ev, Arguments args, const Form *call) {
  if (!allNumbers(ev, args, call))
    return nullptr;
  WideInteger at = wideValue(args[0]), value = wideValue(args[1]);
  if (at < 0)
    return ev.typeError(call, args[0], "a bit of 0 or more");
  return ev.boolean((at > 64 ? value < 0 : (value >> at) & 1) != 0);
}

const Form *logTest(Evaluator &ev, Arguments args, const Form *call) {
  return allNumbers(ev, args, call)
             ? ev.boolean((wideValue(args[0]) & wideValue(args[1])) != 0)
             : nullptr;
}

template <bool (*Test)(WideInteger)>
const Form *predicate(Evaluator &ev, Arguments args, const Form *call) {
  return allNumbers(ev, args, call) ? ev.boolean(Test(wideValue(args[0])))
                                    : nullptr;
}
bool isZero(WideInteger value) { return value == 0; }
bool isPositive(WideInteger value) { return value > 0; }
bool isMinus(WideInteger value) { return value < 0; }
bool isEven(WideInteger value) { return (value & 1) == 0; }
bool isOdd(WideInteger value) { return (value & 1) != 0; }

constexpr FunctionRow kRows[] = {
    {"+", 0, -1, add},
    {"-", 1, -1, subtract},
    {"*", 0, -1, multiply},
    {"/", 2, 2, truncateBuiltin},
    {"FLOOR", 1, 2, floorBuiltin},
    {"CEILING", 1, 2, ceilingBuiltin},
    {"TRUNCATE", 1, 2, truncateBuiltin},
    {"MOD", 2, 2, modBuiltin},
    {"REM", 2, 2, remBuiltin},
    {"1+", 1, 1, step<1>},
    {"1-", 1, 1, step<-1>},
    {"=", 1, -1, compare<std::equal_to<>>},
    {"/=", 1, -1, notEqual},
    {"<", 1, -1, compare<std::less<>>},
    {">", 1, -1, compare<std::greater<>>},
    {"<=", 1, -1, compare<std::less_equal<>>},
    {">=", 1, -1, compare<std::greater_equal<>>},
    {"MIN", 1, -1, extreme<false>},
    {"MAX", 1, -1, extreme<true>},
    {"ABS", 1, 1, absBuiltin},
    {"LOGAND", 0, -1, logAnd},
    {"LOGIOR", 0, -1, logOr},
    {"LOGXOR", 0, -1, logXor},
    {"LOGNOT", 1, 1, logNot},
    {"ASH", 2, 2, shiftLeft},
    {"<<", 2, 2, shiftLeft},
    {">>", 2, 2, shiftRight},
    {"INTEGER-LENGTH", 1, 1, integerLength},
    {"GCD", 0, -1, gcdBuiltin},
    {"LCM", 0, -1, lcmBuiltin},
    {"EXPT", 2, 2, expt},
    {"SIGNUM", 1, 1, signum},
    {"LOGCOUNT", 1, 1, logCount},
    {"LOGBITP", 2, 2, logBitp},
    {"LOGTEST", 2, 2, logTest},
    {"ZEROP", 1, 1, predicate<isZero>},
    {"PLUSP", 1, 1, predicate<isPositive>},
    {"MINUSP", 1, 1, predicate<isMinus>},
    {"EVENP", 1, 1, predicate<isEven>},
    {"ODDP", 1, 1, predicate<isOdd>},
};

} // namespace

llvm::ArrayRef<FunctionRow> numberBuiltins() { return kRows; }

} // namespace whistler::compiler
