// Every map type is created by the kernel as it is declared, and the
// operations on the special ones give the right values: queues, filters,
// tries, maps of maps, program arrays, storage, globals.

#include "KernelTest.h"

#include "sema/Tables.h"

namespace whistler::compiler {
/// Found by GoogleTest in the row's namespace.
static void PrintTo(const MapTypeRow &row, std::ostream *os) {
  *os << row.keyword;
}
} // namespace whistler::compiler

using namespace whistler;
using namespace whistler::compiler;
using namespace whistler::test;

namespace {

std::string declarationOf(const MapTypeRow &row) {
  std::string text = "(defmap m :type :" + llvm::StringRef(row.keyword).lower();
  if (row.key == MapKey::Any)
    text += " :key-type u32";
  if (row.key == MapKey::Prefix)
    text += " :key-size 8";
  if (row.key == MapKey::Cgroup)
    text += " :key-size 8";
  if (row.value == MapValue::Any || row.value == MapValue::PerCpu)
    text += " :value-type pair";
  if (row.value == MapValue::Stack)
    text += " :value-size 64";
  if (row.value == MapValue::Inner)
    text += " :inner (:type :hash :key-type u32 :value-type u64"
            " :max-entries 4)";
  if (row.entries == MapEntries::Ring)
    text += " :max-entries 4096";
  else if (row.entries == MapEntries::Required)
    text += " :max-entries 2";
  return "(defstruct pair (a u64) (b u64))\n" + text + ")\n";
}

using MapTypes = KernelTestOf<MapTypeRow>;

TEST_P(MapTypes, TheKernelMakesThem) {
  EXPECT_TRUE(loadSource(declarationOf(GetParam()) + "(defprog p (:type :xdp))",
                         "map.lisp", optimizationModes()[1]));
}

INSTANTIATE_TEST_SUITE_P(Types, MapTypes, ::testing::ValuesIn(mapTypes().vec()),
                         [](const auto &info) {
                           std::string name = info.param.keyword;
                           std::erase(name, '-');
                           return name;
                         });

struct Row {
  const char *name;
  const char *declarations, *body;
  uint32_t expected;
};

void PrintTo(const Row &row, std::ostream *os) { *os << row.name; }

const Row kRows[] = {
    {"QueueOfScalars", "(defmap q :type :queue :value-type u32 :max-entries 4)",
     "(map-push q 5) (map-push q 6)"
     " (+ (* 100 (map-peek q)) (* 10 (map-pop q)) (map-pop q) (map-pop q))",
     556},
    {"StackOfScalars", "(defmap s :type :stack :value-type u32 :max-entries 4)",
     "(map-push s 5) (map-push s 6) (+ (* 10 (map-pop s)) (map-pop s))", 65},
    {"QueueOfStructs",
     "(defmap q :type :queue :value-type pair :max-entries 4)",
     "(let ((p (make-pair))) (setf (pair-b p) 9) (map-push q p)"
     " (let* ((first (map-pop q)) (second (map-pop q)))"
     "  (+ (if first (pair-b first) 100) (if second 1000 20))))",
     29},
    {"FullQueueForgets",
     "(defmap q :type :queue :value-type u32 :max-entries 1)",
     "(map-push q 1) (map-push q 2 BPF_EXIST) (map-pop q)", 2},
    {"BloomFilter",
     "(defmap f :type :bloom-filter :value-type u32 :max-entries 64"
     " :map-extra 3)",
     "(map-push f 77) (+ (* 10 (map-peek f 77)) (map-peek f 78))", 10},
    {"LongestPrefix",
     "(defstruct prefix (bits u32) (address u32))"
     "(defmap t :type :lpm-trie :key-type prefix :value-type u32"
     " :max-entries 4)",
     "(let ((k (make-prefix)))"
     " (setf (prefix-bits k) 8 (prefix-address k) (htonl #x0a000000))"
     " (setf (getmap t k) 8)"
     " (setf (prefix-bits k) 16 (prefix-address k) (htonl #x0a010000))"
     " (setf (getmap t k) 16)"
     " (setf (prefix-bits k) 32 (prefix-address k) (htonl #x0a010203))"
     " (let ((long (getmap t k)))"
     "  (setf (prefix-address k) (htonl #x0a020203))"
     "  (+ (* 100 long) (getmap t k))))",
     1608},
    {"MapsOfMaps",
     "(defmap first :type :array :key-type u32 :value-type u64 :max-entries 2)"
     "(defmap second :type :array :key-type u32 :value-type u64 :max-entries 2)"
     "(defmap outer :type :array-of-maps :max-entries 4"
     " :values (first nil second))",
     "(setf (getmap second 1) 5)"
     " (when-let (m (map-lookup outer 2))"
     "  (incf (getmap m 1) 2)"
     "  (return (+ (getmap second 1) (* 10 (if (map-lookup outer 1) 1 0))"
     "             (* 100 (if (getmap outer 0) 1 0))))) 0",
     107},
    {"HashOfMaps",
     "(defmap one :type :hash :key-type u32 :value-type pair :max-entries 2)"
     "(defmap outer :type :hash-of-maps :key-type u32 :max-entries 4"
     " :inner one :values ((3 one)))",
     "(let ((p (make-pair))) (setf (pair-a p) 4)"
     " (when-let (m (getmap outer 3))"
     "  (map-update m 1 p BPF_ANY)"
     "  (when-let (found (getmap one 1)) (return (pair-a found)))) 0)",
     4},
    {"ProgramArray",
     "(defmap steps :type :prog-array :max-entries 4 :values ((2 last-step)))"
     "(defprog last-step (:type :tc) 22)",
     "(tail-call steps 1) (tail-call steps 2) 1", 22},
    {"KeysOfSixteenBytes",
     "(defmap h :type :hash :key-type pair :value-type pair :max-entries 4)",
     "(let ((k (make-pair)) (v (make-pair)))"
     " (setf (pair-a k) 1 (pair-b k) 2 (pair-a v) 30)"
     " (setf (getmap h k) v)"
     " (setf (pair-b k) 3)"
     " (let ((absent (getmap h k)))"
     "  (setf (pair-b k) 2)"
     "  (let ((found (getmap h k)))"
     "   (+ (if found (pair-a found) 0) (if absent 1 0)))))",
     30},
    {"TaskStorage", "(defmap s :type :task-storage :value-type u64)",
     "(let ((v (task-storage-get s (get-current-task-btf) 0"
     "          BPF_LOCAL_STORAGE_GET_F_CREATE)))"
     " (when v (setf (load u64 v) (+ 3 (load u64 v)))"
     "  (return (load u64 v))) 99)",
     3},
    {"GlobalScalar", "(defglobal g u32 5) (defglobal h i16 -2)",
     "(incf g 2) (+ g h)", 5},
    {"GlobalArray",
     "(defglobal table (array u32 4) (1 2 #x33)) (defglobal n u64 2)",
     "(+ (load u32 table 8) (load u32 table 12))", 0x33},
    {"GlobalText", "(defglobal text (array char 8) \"hello\")",
     "(+ (load u8 text 1) (load u8 text 5))", 'e'},
    {"GlobalStruct", "(defglobal origin pair (7 8))",
     "(incf (pair-b origin)) (+ (* 10 (pair-a origin)) (pair-b origin))", 79},
    {"GlobalStructs", "(defglobal pairs (array pair 2) ((1 2) (3 4)) :const t)",
     "(load u64 pairs 24)", 4},
    {"GlobalZero", "(defglobal big (array u64 100))",
     "(setf (load u64 big 792) 6) (+ (load u64 big 0) (load u64 big 792))", 6},
};

using Maps = KernelTestOf<Row>;

TEST_P(Maps, GiveTheRightValues) {
  const Row &row = GetParam();
  std::string source = std::string("(defstruct pair (a u64) (b u64))\n") +
                       row.declarations + "\n(defprog main (:type :tc) " +
                       row.body + ")\n";
  inModes(optimizationModes(), source, "map.lisp",
          [&](backend::LoadedObject &object) {
            EXPECT_EQ(run(object, "main"), row.expected);
          });
}

INSTANTIATE_TEST_SUITE_P(Operations, Maps, ::testing::ValuesIn(kRows),
                         [](const auto &info) {
                           return testName(info.param.name);
                         });

} // namespace
