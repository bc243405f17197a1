// Functions, callbacks and what else needs declarations of its own: small
// programs run on inputs that the compiler can't know, in every mode. `a` and
// `b` are the inputs; what `r` (u64) holds at the end is compared.

#include "KernelTest.h"

#include <unistd.h>

using namespace whistler;
using namespace whistler::test;

namespace {

struct Case {
  uint64_t a, b, expected;
};

struct Row {
  const char *name, *declarations, *body;
  std::vector<Case> cases;
};

void PrintTo(const Row &row, std::ostream *os) { *os << row.name; }

constexpr uint64_t neg(uint64_t value) { return 0 - value; }

const Row kRows[] = {
    {"Call",
     "(defsubprog twice ((x u64)) (* 2 x))",
     "(setf r (+ (twice a) (twice b)))",
     {{3, 4, 14}}},
    {"NarrowParameter",
     "(defsubprog low ((x u8)) x)",
     "(setf r (low a))",
     {{0x1ff, 0, 0xff}}},
    {"SignedParameter",
     "(defsubprog s ((x i8)) x)",
     "(setf r (s a))",
     {{0xff, 0, neg(1)}}},
    {"NarrowResult",
     "(defsubprog low ((x u64)) -> u16 x)",
     "(setf r (low a))",
     {{0x12345, 0, 0x2345}}},
    {"SignedResult",
     "(defsubprog s ((x u64)) -> i32 (- x 1))",
     "(setf r (if (< (s a) 0) 1 2))",
     {{0, 0, 1}, {5, 0, 2}}},
    {"BoolResult",
     "(defsubprog any ((x u64)) -> bool x)",
     "(setf r (any a))",
     {{256, 0, 1}, {0, 0, 0}}},
    {"EarlyReturn",
     "(defsubprog f ((x u64)) (when (> x 10) (return 99)) (dotimes (i 100)"
     " (when (= i x) (return (* i 2)))) 7)",
     "(setf r (f a))",
     {{11, 0, 99}, {4, 0, 8}}},
    {"FiveParameters",
     "(defsubprog f ((p u64) (q u64) (s u64) (t1 u64) (u u64))"
     " (+ p (* 10 q) (* 100 s) (* 1000 t1) (* 10000 u)))",
     "(setf r (f 1 2 3 a b))",
     {{4, 5, 54321}}},
    {"StackPointer",
     "(defsubprog set-y ((p (ptr pair)) (v u64)) (setf (pair-y p) v))",
     "(let ((p (make-pair))) (set-y p a) (setf r (pair-y p)))",
     {{0x12345678, 0, 0x12345678}}},
    {"MapValuePointer",
     "(defmap pairs :type :hash :key-type u32 :value-type pair"
     " :max-entries 4)\n"
     "(defsubprog total ((p (ptr pair))) (+ (pair-x p) (pair-y p)))",
     "(let ((p (make-pair))) (setf (pair-x p) a (pair-y p) b"
     "  (getmap pairs 3) p)"
     "  (let ((q (map-lookup pairs 3)))"
     "    (when q (setf r (+ (* 100 (total q)) (total p))))))",
     {{2, 3, 505}}},
    {"ReturnsMapValue",
     "(defmap counts :type :array :key-type u32 :value-type u64"
     " :max-entries 4)\n"
     "(defsubprog entry ((k u32)) (map-lookup counts k))",
     "(let ((e (entry a))) (if e (progn (store u64 e 0 b)"
     "  (setf r (getmap counts a))) (setf r 77)))",
     {{1, 5, 5}, {4, 5, 77}}},
    {"TwoMemories",
     "(defsubprog pid-of ((x u64)) (load u32 x 4))",
     "(let ((p (make-pair))) (setf (pair-y p) a)"
     " (setf r (+ (pid-of p) (if (pid-of (get-current-task)) 1 1))))",
     {{41, 0, 42}}},
    {"KernelReads",
     "(defsubprog pid ((task (ptr task-struct))) -> u32"
     " (kernel-path task pid))",
     "(setf r (= (pid (get-current-task))"
     "           (logand (kernel-path (get-current-task) pid) #xffffffff)))",
     {{0, 0, 1}}},
    {"Context",
     "(defsubprog len () (ctx len))\n(defsubprog len2 () (len))",
     "(setf r (= (len2) (ctx len)))",
     {{0, 0, 1}}},
    {"CalledBeforeItsDefinition",
     "(defsubprog f ((x u64)) (g (1+ x)))\n"
     "(defsubprog g ((x u64)) (* x 3))",
     "(setf r (f a))",
     {{1, 0, 6}}},
    {"Global",
     "(defsubprog g ((p (ptr pair)) (k u32)) -> i64 :global t"
     " (if p (- (pair-y p) k) -1))",
     "(let ((p (make-pair))) (setf (pair-y p) a) (setf r (g p b)))",
     {{9, 4, 5}, {4, 9, neg(5)}}},
    {"RecordDiscardedByReturn",
     "(defmap events :type :ringbuf :max-entries 4096)\n"
     "(defsubprog f ((x u64)) (with-ringbuf (e events pair)"
     " (when (= x 5) (return 1)) (setf (pair-x e) x)) 2)",
     "(setf r (f a))",
     {{5, 0, 1}, {6, 0, 2}}},
    // bpf-loop
    {"BpfLoop", "", "(bpf-loop (i 1000) (incf r i))", {{0, 0, 499500}}},
    {"BpfLoopRuntime",
     "",
     "(setf r (bpf-loop (i a) (incf r 2)))",
     {{5, 0, 5}, {0, 0, 0}}},
    {"BpfLoopOfNoRoundsThatTheVerifierKnows",
     "(defglobal none u64 0 :const t)",
     "(bpf-loop (i none) (incf r 7)) (bpf-loop (i a) (incf r 2))"
     " (incf r (bpf-loop (i none) (incf r 7)))",
     {{5, 0, 10}}},
    {"BpfLoopCounterIsComparedLater",
     "",
     "(let ((n 0)) (bpf-loop (i (ctx len)) (when (> i 100000) (break))"
     " (incf n)) (setf r (if (> n 50) 2 1)))",
     {{0, 0, 2}}},
    {"SpinLock",
     "(defstruct val (lock bpf-spin-lock) (n u32))\n"
     "(defmap locked :type :array :key-type u32 :value-type val"
     " :max-entries 1)",
     "(let ((v (map-lookup locked 0))) (when v (spin-lock (val-lock-ptr v))"
     " (incf (val-n v) a) (spin-unlock (val-lock-ptr v))"
     " (setf r (+ (* 100 (sizeof val)) (val-n v))) (setf (val-n v) 0)))",
     {{5, 0, 805}}},
    {"BpfLoopBreak",
     "",
     "(bpf-loop (i 100000) (when (= i a) (break)) (incf r))",
     {{70, 0, 70}}},
    {"BpfLoopContinue",
     "",
     "(bpf-loop (i 10) (when (logand i 1) (continue)) (incf r i))",
     {{0, 0, 20}}},
    {"BpfLoopReturn",
     "",
     "(bpf-loop (i 100) (when (= i a) (setf (getmap results 0) (* i 3))"
     " (return 5))) (setf r 1000)",
     {{7, 0, 21}, {200, 0, 1000}}},
    {"BpfLoopNested",
     "",
     "(let ((k 1)) (bpf-loop (i 10) (let ((m 0)) (bpf-loop (j 10)"
     " (when (> j i) (break)) (incf m) (incf r k)) (incf k m)"
     " (when (> k 1000) (break)))) (incf r (* 1000000 k)))",
     {{0, 0, 56001375}}},
    {"BpfLoopNestedReturn",
     "",
     "(bpf-loop (i 10) (bpf-loop (j 10) (incf r)"
     " (when (and (= i 3) (= j a)) (setf (getmap results 0) r)"
     " (return 1)))) (setf r 1)",
     {{4, 0, 35}, {50, 0, 1}}},
    {"BpfLoopPointers",
     "",
     "(let ((p (make-pair))) (bpf-loop (i 4) (incf (pair-y p) a))"
     " (setf r (pair-y p)))",
     {{5, 0, 20}}},
    {"BpfLoopContext",
     "",
     "(bpf-loop (i 4) (incf r (= (ctx len) (ctx len))))",
     {{0, 0, 4}}},
    {"BpfLoopAddress",
     "",
     "(let ((k u32 a)) (bpf-loop (i 3) (store u32 (stack-addr k) 0"
     " (+ (load u32 (stack-addr k)) 1))) (setf r k))",
     {{5, 0, 8}, {0xffffffff, 0, 2}}},
    {"BpfLoopInRecord",
     "(defmap events :type :ringbuf :max-entries 4096)",
     "(with-ringbuf (e events pair) (bpf-loop (i 10) (when (= i a)"
     " (setf (getmap results 0) 3) (return 0)) (setf (pair-y e) i))"
     " (setf r (pair-y e)))",
     {{4, 0, 3}, {40, 0, 9}}},
    {"BpfLoopInFunction",
     "(defsubprog find ((x u64)) (bpf-loop (i 50) (when (= (* i i) x)"
     " (return i))) 99)",
     "(setf r (find a))",
     {{49, 0, 7}, {50, 0, 99}}},
    {"BpfLoopReservesItself",
     "(defmap events :type :ringbuf :max-entries 4096)",
     "(bpf-loop (i 3) (with-ringbuf (e events pair) (when (= i 1) (continue))"
     " (setf (pair-x e) i)) (incf r))",
     {{0, 0, 2}}},
    {"BpfLoopReadsTheKernel",
     "",
     "(let ((task (get-current-task)) (pid (kernel-path (get-current-task)"
     " tgid))) (bpf-loop (i 5) (incf r (= pid (kernel-path task tgid)))))",
     {{0, 0, 5}}},
    // Order of evaluation, atomics, assembly, loads of other kinds
    {"SetfEvaluatesThePlaceFirst",
     "(defmap m :type :hash :key-type u64 :value-type u64 :max-entries 8)",
     "(let ((i a)) (setf (getmap m (incf i)) (incf i))"
     " (setf r (+ (* 10 (getmap m (1+ a))) i)))",
     {{1, 0, 33}}},
    {"IncfTakesItsDeltaFirst",
     "",
     "(let ((x 1)) (incf x (setf x 10)) (setf r x))",
     {{0, 0, 20}}},
    {"IncfOfAFieldTakesItsDeltaFirst",
     "",
     "(let ((p (make-pair))) (setf (pair-y p) 1)"
     " (incf (pair-y p) (setf (pair-y p) 10)) (setf r (pair-y p)))",
     {{0, 0, 20}}},
    {"CompareAndExchange",
     "",
     "(let ((p (make-pair))) (setf (pair-y p) a)"
     " (let ((old (atomic-cmpxchg p 4 5 b u32)))"
     " (setf r (+ (* 100 old) (pair-y p)))))",
     {{5, 7, 507}, {6, 7, 606}}},
    {"AtomicsGiveTheOldValue",
     "",
     "(let ((p (struct-alloc 8))) (store u64 p 0 a)"
     " (setf r (+ (atomic-add p 0 1) (* 100 (atomic-or p 0 8))"
     " (* 10000 (atomic-xchg p 0 3)) (* 1000000 (atomic-sub p 0 1))"
     " (* 100000000 (atomic-and p 0 6)) (* 10000000000 (atomic-xor p 0 1))"
     " (* 1000000000000 (load u64 p)))))",
     {{2, 0, 3020203110302}}},
    {"NarrowAtomics",
     "",
     "(let ((p (make-pair))) (setf (pair-x p) #xffff)"
     " (setf (pair-y p) a) (setf r (+ (atomic-add p 4 2 i32)"
     " (pair-y p))))",
     {{0xffffffff, 0, 0}}},
    {"AssemblyOnVariables",
     "",
     "(let ((x a)) (asm #x0f x b 0 0) (setf r x))",
     {{40, 2, 42}}},
    {"AssemblyImmediate",
     "",
     "(let ((x a)) (setf r (asm #x27 x 0 0 3)) )",
     {{5, 0, 15}}},
    {"AssemblyNarrow",
     "",
     "(let ((x a)) (asm #x04 x 0 0 1) (setf r x))",
     {{0xffffffff, 0, 0}}},
    {"AssemblyRegister", "", "(setf r (asm #xb7 3 0 0 77))", {{0, 0, 77}}},
    {"AssemblyLoad",
     "",
     "(let ((p (make-pair)) (x 0)) (setf (pair-y p) a)"
     " (asm #x61 x p 4 0) (setf r x))",
     {{1234, 0, 1234}}},
    {"AssemblyStore",
     "",
     "(let ((p (make-pair))) (asm #x63 p a 4 0) (setf r (pair-y p)))",
     {{1234, 0, 1234}}},
    {"CoreLoad",
     "(import-kernel-struct task-struct pid)",
     "(let ((task (get-current-task)))"
     " (setf r (= (core-load u32 task 0 task-struct pid)"
     "            (cast u32 (task-struct-pid task)))))",
     {{0, 0, 1}}},
    {"CoreStore",
     "",
     "(let ((p (struct-alloc 64))) (core-store u32 p 0 list-head prev a)"
     " (setf r (load u32 p 8)))",
     {{7, 0, 7}}},
    {"KernelFunction",
     "",
     "(let* ((pid (kernel-path (get-current-task) pid))"
     " (p (kfunc bpf-task-from-pid pid))) (when p"
     " (setf r (= pid (kernel-path p pid))) (kfunc bpf-task-release p)))",
     {{0, 0, 1}}},
    {"Facts",
     "",
     "(setf r (+ (field-exists task-struct pid)"
     " (* 10 (field-exists task-struct no-such))"
     " (* 100 (type-exists task-struct)) (* 1000 (type-exists no-such))"
     " (* 10000 (kfunc-exists bpf-task-from-pid))"
     " (* 100000 (kfunc-exists no-such))"
     " (* 1000000 (> (kernel-version) #x40000))"
     " (* 10000000 (field-exists no-such-struct no-such))))",
     {{0, 0, 1010101}}},
    {"AnonymousStructInAVariable",
     "(import-kernel-struct sock)",
     "(let ((backlog (kernel-path (as-sock a) sk-backlog)))"
     " (setf r (- (kernel-path (as-sock a) sk-backlog head)"
     " (kernel-path backlog head))))",
     {{0, 0, 0}}},
    {"TrustedTask",
     "",
     "(let* ((task (get-current-task-btf)) (parent (kernel-path task"
     " real-parent))) (setf r (and (= (kernel-path task tgid)"
     " (kernel-path (get-current-task) tgid)) (= (kernel-path parent pid)"
     " (kernel-path (get-current-task) real-parent pid)))))",
     {{0, 0, 1}}},
};

std::string sourceOf(const Row &row) {
  return std::string("(defstruct pair (x u32) (y u32))\n"
                     "(defmap inputs :type :array :key-type u32\n"
                     "  :value-type u64 :max-entries 2)\n"
                     "(defmap results :type :array :key-type u32\n"
                     "  :value-type u64 :max-entries 1)\n") +
         row.declarations +
         "\n(defprog value (:type :tc)\n"
         "  (let* ((a (getmap inputs 0)) (b (getmap inputs 1)) (r 0))\n    " +
         row.body + "\n    (setf (getmap results 0) r))\n  0)\n";
}

using Functions = KernelTestOf<Row>;

TEST_P(Functions, GiveTheRightValue) {
  const Row &row = GetParam();
  inModes(allModes(), sourceOf(row), "value.lisp",
          [&](backend::LoadedObject &object) {
            for (const Case &input : row.cases) {
              setArrayValue(object, "inputs", 0, input.a);
              setArrayValue(object, "inputs", 1, input.b);
              run(object, "value");
              EXPECT_EQ(int64_t(arrayValue(object, "results", 0)),
                        int64_t(input.expected))
                  << row.body << " with a " << int64_t(input.a) << ", b "
                  << int64_t(input.b);
            }
          });
}

INSTANTIATE_TEST_SUITE_P(Programs, Functions, ::testing::ValuesIn(kRows),
                         [](const auto &info) {
                           return testName(info.param.name);
                         });

/// A raw tracepoint is run with arguments of the test's choice: a task that
/// another program found.
TEST_F(KernelTest, RawTracepointArgumentsAreTyped) {
  const char *source =
      "(defmap results :type :array :key-type u32 :value-type u64"
      " :max-entries 8)\n"
      "(defprog find (:type :tc)"
      "  (setf (getmap results 0) (get-current-task)) 0)\n"
      "(defprog value (:type :raw-tracepoint :section \"raw_tp/sched_switch\")"
      "  (setf (getmap results 1) (kernel-path (arg prev) tgid)\n"
      "        (getmap results 2) (kernel-path (arg 2) tgid)\n"
      "        (getmap results 3) (arg prev-state)\n"
      "        (getmap results 4) (arg preempt))\n"
      "  0)\n";
  uint32_t tgid = uint32_t(getpid());
  inModes(allModes(), source, "value.lisp", [&](backend::LoadedObject &object) {
    run(object, "find");
    uint64_t task = arrayValue(object, "results", 0);
    uint64_t arguments[4] = {1, task, 0, 0x1ffffffffu};
    backend::LoadedObject::RunOptions options;
    options.data.clear();
    options.context.resize(sizeof arguments);
    std::memcpy(options.context.data(), arguments, sizeof arguments);
    auto result = object.run("value", options);
    if (!result) {
      ADD_FAILURE() << take(result.takeError());
      return;
    }
    EXPECT_EQ(arrayValue(object, "results", 1), tgid);
    EXPECT_EQ(arrayValue(object, "results", 2), 0u) << "an unreadable task";
    EXPECT_EQ(arrayValue(object, "results", 3), 0xffffffffu);
    EXPECT_EQ(arrayValue(object, "results", 4), 1u);
  });
}

/// Memory of a process is the test's own here.
TEST_F(KernelTest, UserMemoryIsRead) {
  struct Pair {
    uint32_t x, y;
  } pairs[3] = {{1, 10}, {2, 20}, {3, 30}};
  const Pair *pointers[3] = {&pairs[2], &pairs[0], &pairs[1]};
  const char *source =
      "(defstruct pair (x u32) (y u32))\n"
      "(defmap inputs :type :array :key-type u32 :value-type u64"
      " :max-entries 2)\n"
      "(defmap results :type :array :key-type u32 :value-type u64"
      " :max-entries 8)\n"
      "(defprog value (:type :tc)\n"
      "  (let ((base (getmap inputs 0)) (list (getmap inputs 1)) (sum 0)"
      "        (mixed 0) (chained 0))\n"
      "    (setf (getmap results 0) (user-load u32 base 4))\n"
      "    (setf (getmap results 1) (user-load u64 8))\n"
      "    (do-user-array (y u64 base 3 8) (incf sum (>> y 32)))\n"
      "    (do-user-array (p pair base 3 8 :index i)\n"
      "      (incf mixed (* (pair-x p) i)))\n"
      "    (do-user-ptrs (p list 3 8 :index i)\n"
      "      (incf chained (* (1+ i) (user-load u32 p 4))))\n"
      "    (setf (getmap results 2) sum (getmap results 3) mixed\n"
      "          (getmap results 4) chained))\n"
      "  0)\n";
  inModes(allModes(), source, "value.lisp", [&](backend::LoadedObject &object) {
    setArrayValue(object, "inputs", 0, uint64_t(&pairs[0]));
    setArrayValue(object, "inputs", 1, uint64_t(&pointers[0]));
    run(object, "value");
    EXPECT_EQ(arrayValue(object, "results", 0), 10u);
    EXPECT_EQ(arrayValue(object, "results", 1), 0u);
    EXPECT_EQ(arrayValue(object, "results", 2), 60u);
    EXPECT_EQ(arrayValue(object, "results", 3), 8u);
    EXPECT_EQ(arrayValue(object, "results", 4), 110u);
  });
}

} // namespace
