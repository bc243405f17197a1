// What expressions mean: a table of small programs, each run on inputs that
// the compiler can't know, at -O0 and -O2. `a` and `b` are the inputs as u64,
// `sa` and `sb` as i64; the expected value is what lands in a u64.

#include "KernelTest.h"

using namespace whistler;
using namespace whistler::test;

namespace {

struct Case {
  uint64_t a, b, expected;
};

struct Row {
  const char *name, *expression;
  std::vector<Case> cases;
};

/// GoogleTest shows a row by its expression.
void PrintTo(const Row &row, std::ostream *os) { *os << row.expression; }

constexpr uint64_t kMin = uint64_t(1) << 63;
constexpr uint64_t neg(uint64_t value) { return 0 - value; }

const Row kRows[] = {
    // Arithmetic
    {"Add", "(+ a b 1)", {{1, 2, 4}, {~0ull, 1, 1}}},
    {"Subtract", "(- a b)", {{5, 7, neg(2)}}},
    {"Negate", "(- a)", {{5, 0, neg(5)}}},
    {"Multiply", "(* a b)", {{0x100000001, 3, 0x300000003}}},
    {"DivideUnsigned", "(/ a b)", {{7, 2, 3}, {neg(1), 2, kMin - 1}}},
    {"DivideByZero", "(/ a b)", {{7, 0, 0}, {0, 0, 0}}},
    {"RemainderByZero", "(mod a b)", {{7, 0, 7}}},
    {"DivideSigned",
     "(/ sa sb)",
     {{neg(7), 2, neg(3)},
      {7, neg(2), neg(3)},
      {neg(7), neg(2), 3},
      {neg(7), 0, 0},
      {kMin, neg(1), kMin},
      {kMin, 1, kMin}}},
    {"RemainderSigned",
     "(rem sa sb)",
     {{neg(7), 2, neg(1)},
      {7, neg(2), 1},
      {neg(7), 0, neg(7)},
      {kMin, neg(1), 0}}},
    {"ModFloors",
     "(mod sa sb)",
     {{neg(7), 2, 1},
      {7, neg(2), neg(1)},
      {neg(7), neg(2), neg(1)},
      {7, 2, 1},
      {neg(8), 2, 0},
      {neg(7), 0, neg(7)}}},
    {"DivideSignedByConstant", "(/ sa 10)", {{neg(25), 0, neg(2)}}},
    {"ModUnsignedConstant", "(mod a 10)", {{25, 0, 5}}},
    {"Abs", "(abs sa)", {{neg(5), 0, 5}, {5, 0, 5}, {kMin, 0, kMin}}},
    {"MinMax", "(+ (* 100 (min a b)) (max a b))", {{3, 7, 307}}},
    {"MinSigned", "(min sa sb)", {{neg(1), 3, neg(1)}}},
    {"Increment", "(+ (1+ a) (1- b))", {{1, 1, 2}}},
    // Bits
    {"And", "(logand a b)", {{0xff00, 0x0ff0, 0x0f00}}},
    {"OrXorNot", "(logxor (logior a b) (lognot a))", {{1, 2, neg(3)}}},
    {"ShiftLeft", "(<< a b)", {{1, 40, uint64_t(1) << 40}, {1, 64, 1}}},
    {"ShiftRight", "(>> a b)", {{kMin, 63, 1}, {8, 65, 4}}},
    {"ShiftArithmetic", "(>>> sa b)", {{neg(8), 1, neg(4)}}},
    {"AshByConstant", "(+ (ash a 4) (ash b -4))", {{1, 32, 18}}},
    {"Ldb", "(ldb (byte 8 4) a)", {{0xabc, 0, 0xab}}},
    {"Log2",
     "(log2 a)",
     {{0, 0, 0},
      {1, 0, 0},
      {3, 0, 1},
      {0xffffffff, 0, 31},
      {0x100000000, 0, 32},
      {0x1ffffffff, 0, 32},
      {kMin, 0, 63},
      {~0ull, 0, 63}}},
    {"Swap16", "(ntohs a)", {{0x112233, 0, 0x3322}}},
    {"Swap32", "(ntohl a)", {{0x9911223344, 0, 0x44332211}}},
    {"Swap64", "(ntohll a)", {{0x1122334455667788, 0, 0x8877665544332211}}},
    // Comparison by type
    {"CompareUnsigned", "(< a b)", {{neg(1), 1, 0}, {1, neg(1), 1}}},
    {"CompareSigned", "(< sa sb)", {{neg(1), 1, 1}, {1, neg(1), 0}}},
    {"CompareWithLiteral", "(< sa 0)", {{neg(1), 0, 1}, {1, 0, 0}}},
    {"CompareChain", "(< 1 a b)", {{2, 3, 1}, {3, 2, 0}, {1, 3, 0}}},
    {"NotEqual", "(/= a b)", {{2, 3, 1}, {3, 3, 0}}},
    {"ForcedSigned", "(s< a b)", {{neg(1), 1, 1}}},
    // Types
    {"CastUnsigned", "(cast u8 a)", {{0x1ff, 0, 0xff}}},
    {"CastSigned", "(cast i8 a)", {{0x1ff, 0, neg(1)}, {0x7f, 0, 0x7f}}},
    {"CastSigned32", "(cast i32 a)", {{0xffffffff, 0, neg(1)}}},
    {"CastBool", "(cast bool a)", {{256, 0, 1}, {0, 0, 0}}},
    {"NarrowVariable",
     "(let ((v u8 a)) (setf v (+ v 1)) v)",
     {{255, 0, 0}, {256, 0, 1}}},
    {"NarrowSignedVariable", "(let ((v i16 a)) v)", {{0xffff, 0, neg(1)}}},
    {"DeclaredVariable",
     "(let ((v a)) (declare (type u16 v)) (setf v (* v 2)) v)",
     {{0x8001, 0, 2}}},
    // Control
    {"IfLast", "(if (> a b) 11 22)", {{2, 1, 11}, {1, 2, 22}}},
    {"IfWithoutElse", "(if a 5)", {{1, 0, 5}, {0, 0, 0}}},
    {"WhenSkipped", "(when (> a 100) 7)", {{1, 0, 0}, {101, 0, 7}}},
    {"Cond",
     "(cond ((= a 1) 10) ((= a 2) 20) (b) (t 30))",
     {{1, 0, 10}, {2, 0, 20}, {3, 9, 9}, {3, 0, 30}}},
    {"AndOr",
     "(+ (* 10 (if (and a b) 1 0)) (if (or a b) 1 0))",
     {{1, 1, 11}, {1, 0, 1}, {0, 0, 0}}},
    {"OrGivesItsValue", "(or a b 9)", {{0, 5, 5}, {4, 5, 4}, {0, 0, 9}}},
    {"AndGivesTheLast", "(and a b)", {{3, 5, 5}, {0, 5, 0}}},
    {"OrEvaluatesOnce",
     "(let ((n 0)) (or (progn (setf n (+ n 1)) a) b) n)",
     {{1, 0, 1}, {0, 1, 1}}},
    {"Not", "(+ (* 10 (not a)) (not (= a b)))", {{0, 1, 11}, {1, 1, 0}}},
    {"LetStar", "(let* ((x a) (y (+ x 1))) (* x y))", {{3, 0, 12}}},
    {"LetParallel", "(let ((a b) (b a)) (- a b))", {{3, 5, 2}}},
    {"SetfPairs",
     "(let ((x 0) (y 0)) (setf x a y (+ x b)) (+ (* 100 x) y))",
     {{3, 4, 307}}},
    {"IncfDecf", "(let ((x a)) (incf x) (incf x b) (decf x 2) x)", {{1, 5, 5}}},
    // Loops
    {"Dotimes", "(let ((s 0)) (dotimes (i 5) (incf s i)) s)", {{0, 0, 10}}},
    {"DotimesLong",
     "(let ((s 0)) (dotimes (i 1000) (incf s (logxor i a))) s)",
     {{0, 0, 499500}}},
    {"DotimesBreak",
     "(let ((s 0)) (dotimes (i 100) (when (= i a) (break)) (incf s)) s)",
     {{7, 0, 7}, {200, 0, 100}}},
    {"DotimesContinue",
     "(let ((s 0)) (dotimes (i 10) (when (logand i 1) (continue))"
     " (incf s i)) s)",
     {{0, 0, 20}}},
    {"DotimesRuntime",
     "(let ((s 0)) (dotimes (i a :max 16) (incf s 2)) s)",
     {{5, 0, 10}, {100, 0, 32}, {0, 0, 0}}},
    {"DotimesNested",
     "(let ((s 0)) (dotimes (i 4) (dotimes (j 4) (when (> j i) (break))"
     " (incf s))) s)",
     {{0, 0, 10}}},
    // Struct memory
    {"StructFields",
     "(let ((p (make-pair))) (setf (pair-x p) a (pair-y p) b)"
     " (+ (* 1000 (pair-x p)) (pair-y p)))",
     {{5, 7, 5007}, {256, 7, 7}}},
    {"StructSigned",
     "(let ((p (make-pair))) (setf (pair-z p) a) (pair-z p))",
     {{0xffffffff, 0, neg(1)}}},
    {"StructIsZeroed",
     "(let ((p (make-pair))) (+ (pair-x p) (pair-z p)))",
     {{1, 1, 0}}},
    {"Sizeof", "(+ (* 100 (sizeof pair)) (offsetof pair z))", {{0, 0, 804}}},
};

std::string sourceOf(const Row &row) {
  return std::string("(defstruct pair (x u8) (y u16) (z i32))\n"
                     "(defmap inputs :type :array :key-type u32\n"
                     "  :value-type u64 :max-entries 2)\n"
                     "(defmap results :type :array :key-type u32\n"
                     "  :value-type u64 :max-entries 1)\n"
                     "(defprog value (:type :tc)\n"
                     "  (let* ((a (getmap inputs 0)) (b (getmap inputs 1))\n"
                     "         (sa i64 a) (sb i64 b))\n"
                     "    (setf (getmap results 0) ") +
         row.expression + "))\n  0)\n";
}

class Values : public ::testing::TestWithParam<Row> {
protected:
  void SetUp() override {
    if (!loadingRefused().empty())
      GTEST_SKIP() << "this user may not load programs: " << loadingRefused();
  }
};

TEST_P(Values, AreRight) {
  const Row &row = GetParam();
  for (const Mode &mode : optimizationModes()) {
    auto object = loadSource(sourceOf(row), "value.lisp", mode);
    if (!object)
      continue;
    for (const Case &input : row.cases) {
      setArrayValue(*object, "inputs", 0, input.a);
      setArrayValue(*object, "inputs", 1, input.b);
      run(*object, "value");
      EXPECT_EQ(int64_t(arrayValue(*object, "results", 0)),
                int64_t(input.expected))
          << row.expression << " with a " << int64_t(input.a) << ", b "
          << int64_t(input.b) << ", " << mode.name();
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Expressions, Values, ::testing::ValuesIn(kRows),
                         [](const auto &info) {
                           return std::string(info.param.name);
                         });

} // namespace
