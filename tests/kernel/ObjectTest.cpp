// Maps, ring buffers, several programs in one object: what earlier compilers
// for this language got wrong, run for its effects. And two compilations at
// once in two threads.

#include "KernelTest.h"

#include <thread>

using namespace whistler;
using namespace whistler::test;

namespace {

using Objects = KernelTest;

TEST_F(Objects, StructKeysOfEightBytes) {
  const char *source = R"lisp(
    (defstruct flow (source u32) (target u32))
    (defstruct total (packets u64) (octets u64))
    (defmap flows :type :hash :key-type flow :value-type total :max-entries 8)
    (defprog count-flow (:type :tc)
      (let ((key (make-flow)) (value (make-total)))
        (setf (flow-source key) 7 (flow-target key) 9
              (total-packets value) 3 (total-octets value) 300)
        (map-update flows key value 0)
        (let ((found (map-lookup flows key)))
          (if found (total-octets found) 0)))))lisp";
  inModes(optimizationModes(), source, "flow.lisp",
          [&](backend::LoadedObject &object) {
            EXPECT_EQ(run(object, "count_flow"), 300u);
            uint32_t key[2] = {7, 9};
            auto *bytes = reinterpret_cast<const uint8_t *>(key);
            auto value = object.lookup("flows", {bytes, sizeof key});
            ASSERT_TRUE(bool(value)) << take(value.takeError());
            ASSERT_TRUE(value->has_value());
            EXPECT_EQ(field<uint64_t>(**value, 0), 3u);
            EXPECT_EQ(field<uint64_t>(**value, 8), 300u);
          });
}

TEST_F(Objects, StructValuesWithSmallKeys) {
  const char *source = R"lisp(
    (defstruct total (packets u64) (octets u64))
    (defmap totals :type :hash :key-type u16 :value-type total :max-entries 8)
    (defprog count (:type :tc)
      (let ((value (make-total)))
        (setf (total-packets value) 5)
        (setf (getmap totals 3) value)
        (let ((found (getmap totals 3)))
          (if found (total-packets found) 0)))))lisp";
  inModes(optimizationModes(), source, "total.lisp",
          [&](backend::LoadedObject &object) {
            EXPECT_EQ(run(object, "count"), 5u);
          });
}

TEST_F(Objects, CountersInMaps) {
  const char *source = R"lisp(
    (defmap counts :type :hash :key-type u32 :value-type u64 :max-entries 8)
    (defprog count (:type :tc)
      (incf (getmap counts 1))
      (incf (getmap counts 1) 4)
      (remmap counts 2)
      (+ (getmap counts 1) (* 100 (getmap counts 2)))))lisp";
  inModes(optimizationModes(), source, "count.lisp",
          [&](backend::LoadedObject &object) {
            EXPECT_EQ(run(object, "count"), 5u);
            EXPECT_EQ(run(object, "count"), 10u);
          });
}

TEST_F(Objects, MapsWithFlags) {
  const char *source = R"lisp(
    (defmap plain :type :hash :key-type u32 :value-type u64 :max-entries 8)
    (defmap lazy :type :hash :key-type u32 :value-type u64 :max-entries 8
      :map-flags 1)
    (defmap table :type :array :key-type u32 :value-type u64 :max-entries 4)
    (defprog fill (:type :tc)
      (setf (getmap lazy 5) 50 (getmap plain 5) 7 (getmap table 3) 9)
      (+ (getmap lazy 5) (getmap plain 5) (getmap table 3))))lisp";
  inModes(optimizationModes(), source, "flags.lisp",
          [&](backend::LoadedObject &object) {
            EXPECT_EQ(run(object, "fill"), 66u);
          });
}

TEST_F(Objects, TwoProgramsInOneSection) {
  const char *source = R"lisp(
    (defprog first (:type :tc) 11)
    (defprog second (:type :tc) 22))lisp";
  inModes(optimizationModes(), source, "two.lisp",
          [&](backend::LoadedObject &object) {
            EXPECT_EQ(run(object, "first"), 11u);
            EXPECT_EQ(run(object, "second"), 22u);
          });
}

TEST_F(Objects, ConditionalAsLastForm) {
  const char *source = R"lisp(
    (defmap switches :type :array :key-type u32 :value-type u64 :max-entries 1)
    (defprog choose (:type :tc)
      (if (getmap switches 0) 1 2)))lisp";
  inModes(optimizationModes(), source, "choose.lisp",
          [&](backend::LoadedObject &object) {
            EXPECT_EQ(run(object, "choose"), 2u);
            setArrayValue(object, "switches", 0, 1);
            EXPECT_EQ(run(object, "choose"), 1u);
          });
}

TEST_F(Objects, EarlyReturnDiscardsTheRecord) {
  // A record that is neither submitted nor discarded is refused by the
  // verifier, and would fill the buffer.
  const char *source = R"lisp(
    (defstruct event (number u64) (unused u64))
    (defmap inputs :type :array :key-type u32 :value-type u64 :max-entries 1)
    (defmap events :type :ringbuf :max-entries 4096)
    (defprog emit (:type :tc)
      (with-ringbuf (e events event)
        (when (getmap inputs 0) (return 3))
        (setf (event-number e) 17))
      4))lisp";
  inModes(optimizationModes(), source, "emit.lisp",
          [&](backend::LoadedObject &object) {
            setArrayValue(object, "inputs", 0, 1);
            // Discarded records stay in the buffer until a consumer passes
            // them.
            for (unsigned i = 0; i < 400; ++i) {
              ASSERT_EQ(run(object, "emit"), 3u);
              ASSERT_TRUE(drain(object, "events").empty());
            }
            setArrayValue(object, "inputs", 0, 0);
            EXPECT_EQ(run(object, "emit"), 4u);
            auto records = drain(object, "events");
            ASSERT_EQ(records.size(), 1u);
            ASSERT_EQ(records[0].size(), 16u);
            EXPECT_EQ(field<uint64_t>(records[0], 0), 17u);
            EXPECT_EQ(field<uint64_t>(records[0], 8), 0u) << "stale bytes";
          });
}

TEST_F(Objects, BreakOutOfARingBufferBody) {
  const char *source = R"lisp(
    (defstruct event (number u64))
    (defmap events :type :ringbuf :max-entries 4096)
    (defprog emit (:type :tc)
      (dotimes (i 4)
        (with-ringbuf (e events event)
          (when (= i 2) (break))
          (setf (event-number e) (+ 100 i))))
      0))lisp";
  inModes(optimizationModes(), source, "emit.lisp",
          [&](backend::LoadedObject &object) {
            run(object, "emit");
            auto records = drain(object, "events");
            ASSERT_EQ(records.size(), 2u);
            EXPECT_EQ(field<uint64_t>(records[1], 0), 101u);
          });
}

TEST_F(Objects, TwoThreadsCompileAtOnce) {
  std::string path = "bench/probes/k4.lisp";
  std::string source = readSource(path);
  btf::BtfCache cache;
  llvm::SmallVector<char, 0> objects[4];
  auto work = [&](unsigned first) {
    compiler::Compiler compiler(cache);
    for (unsigned i = first; i < 4; i += 2) {
      auto compiled =
          compiler.compile(source, WHISTLER_SOURCE_DIR "/" + path, {});
      if (compiled && compiled->ok())
        objects[i] = std::move(compiled->object);
      else if (!compiled)
        llvm::consumeError(compiled.takeError());
    }
  };
  std::thread other(work, 1);
  work(0);
  other.join();
  for (const auto &object : objects) {
    EXPECT_FALSE(object.empty());
    EXPECT_EQ(object, objects[0]);
  }
}

} // namespace
