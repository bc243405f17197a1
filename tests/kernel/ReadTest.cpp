// Kernel reads by value: every program under every strategy, optimization and
// relocation mode, against what this process knows about itself. k1 to k8 are
// the probes of bench/probes, in the form that can be run on request.

#include "KernelTest.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

using namespace whistler;
using namespace whistler::test;

namespace {

/// Task fields hold the pids of the first namespace.
bool inFirstPidNamespace() {
  struct stat status;
  return stat("/proc/self/ns/pid", &status) == 0 &&
         status.st_ino == 0xEFFFFFFCu;
}

uint64_t exeInode() {
  struct stat status{};
  stat("/proc/self/exe", &status);
  return status.st_ino;
}

std::string threadName() {
  char name[16] = {};
  prctl(PR_GET_NAME, name);
  return name;
}

void expectOwnIds(uint32_t pid, uint32_t tgid) {
  if (!inFirstPidNamespace())
    return;
  EXPECT_EQ(pid, uint32_t(syscall(SYS_gettid)));
  EXPECT_EQ(tgid, uint32_t(getpid()));
}

/// Loads the programs of a file in every mode. The path given to the compiler
/// is the whole one: a probe looks there for what it includes.
template <typename Check>
void inEveryMode(const std::string &path, Check check) {
  inModes(allModes(), readSource(path), WHISTLER_SOURCE_DIR "/" + path, check);
}

template <typename Check> void probe(const std::string &name, Check check) {
  inEveryMode("bench/probes/" + name + ".lisp", check);
}
template <typename Check> void program(const std::string &name, Check check) {
  inEveryMode("tests/kernel/programs/" + name + ".lisp", check);
}

using Reads = KernelTest;

TEST_F(Reads, EightFieldsIntoARecord) {
  uint64_t startTime = 0;
  uint32_t flags = 0;
  probe("k1", [&](backend::LoadedObject &object) {
    run(object, "k1_run");
    auto records = drain(object, "events");
    ASSERT_EQ(records.size(), 1u);
    ASSERT_EQ(records[0].size(), 48u);
    const auto &record = records[0];
    expectOwnIds(field<uint32_t>(record, 0), field<uint32_t>(record, 4));
    if (startTime == 0) {
      startTime = field<uint64_t>(record, 40);
      flags = field<uint32_t>(record, 8);
    }
    EXPECT_NE(startTime, 0u);
    EXPECT_EQ(field<uint64_t>(record, 40), startTime);
    EXPECT_EQ(field<uint32_t>(record, 8), flags);
    EXPECT_EQ(field<uint32_t>(record, 12), 0u) << "exit code";
    EXPECT_NE(field<uint64_t>(record, 16) + field<uint64_t>(record, 24), 0u);
  });
}

TEST_F(Reads, EightFieldsSummed) {
  // Of these fields only times and switches change, and they grow. The result
  // holds the sum's low half: 2^31 ns are two seconds of processor time.
  std::optional<uint32_t> least;
  probe("k2", [&](backend::LoadedObject &object) {
    uint32_t sum = run(object, "k2_run");
    if (least) {
      EXPECT_LT(sum - *least, 1u << 31);
    }
    least = sum;
  });
}

TEST_F(Reads, InodeFourPointersDeep) {
  probe("k3", [&](backend::LoadedObject &object) {
    run(object, "k3_run");
    EXPECT_EQ(arrayValue(object, "exe_inode", 0), exeInode());
  });
}

TEST_F(Reads, RecordAndChaseTogether) {
  probe("k4", [&](backend::LoadedObject &object) {
    run(object, "k4_run");
    auto records = drain(object, "events");
    ASSERT_EQ(records.size(), 1u);
    expectOwnIds(field<uint32_t>(records[0], 0),
                 field<uint32_t>(records[0], 4));
    EXPECT_EQ(arrayValue(object, "exe_inode", 0), exeInode());
  });
}

/// A connected pair of TCP sockets on the loopback interface.
struct Connection {
  int listener = -1, client = -1;
  sockaddr_in local{}, remote{};

  bool open() {
    listener = socket(AF_INET, SOCK_STREAM, 0);
    remote.sin_family = AF_INET;
    remote.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof remote;
    if (bind(listener, reinterpret_cast<sockaddr *>(&remote), size) != 0 ||
        listen(listener, 1) != 0 ||
        getsockname(listener, reinterpret_cast<sockaddr *>(&remote), &size) !=
            0)
      return false;
    client = socket(AF_INET, SOCK_STREAM, 0);
    return connect(client, reinterpret_cast<sockaddr *>(&remote), size) == 0 &&
           getsockname(client, reinterpret_cast<sockaddr *>(&local), &size) ==
               0;
  }
  ~Connection() {
    close(client);
    close(listener);
  }
};

/// Where suite.lisp's `+sock+` is in the map `bases`.
constexpr uint32_t kSockBase = 5;

/// The `struct sock` behind a file descriptor of this process.
uint64_t socketAddress(int descriptor) {
  const char *source = R"lisp(
    (import-kernel-struct task-struct files)
    (import-kernel-struct files-struct fdt)
    (import-kernel-struct fdtable fd)
    (import-kernel-struct file private-data)
    (import-kernel-struct socket sk)
    (defmap cell :type :array :key-type u32 :value-type u64 :max-entries 1)
    (defprog find (:type :tc)
      (let* ((files (task-struct-files (get-current-task)))
             (table (fdtable-fd (files-struct-fdt files)))
             (file (as-file (kernel-load u64 table (* 8 (getmap cell 0)))))
             (socket (as-socket (file-private-data file))))
        (setf (getmap cell 0) (cast u64 (socket-sk socket))))
      0))lisp";
  auto object = loadSource(source, "find.lisp", allModes().front());
  if (!object)
    return 0;
  setArrayValue(*object, "cell", 0, uint64_t(descriptor));
  run(*object, "find");
  return arrayValue(*object, "cell", 0);
}

TEST_F(Reads, SixFieldsOfASocket) {
  Connection connection;
  if (!connection.open())
    GTEST_SKIP() << "no TCP on the loopback interface";
  uint64_t address = socketAddress(connection.client);
  ASSERT_NE(address, 0u);
  probe("k5", [&](backend::LoadedObject &object) {
    setArrayValue(object, "bases", kSockBase, address);
    run(object, "k5_run");
    auto records = drain(object, "events");
    ASSERT_EQ(records.size(), 1u);
    const auto &record = records[0];
    EXPECT_EQ(field<uint32_t>(record, 0), connection.remote.sin_addr.s_addr);
    EXPECT_EQ(field<uint32_t>(record, 4), connection.local.sin_addr.s_addr);
    EXPECT_EQ(field<uint16_t>(record, 8), connection.remote.sin_port);
    EXPECT_EQ(field<uint16_t>(record, 10), ntohs(connection.local.sin_port));
    EXPECT_EQ(field<uint16_t>(record, 12), AF_INET);
    EXPECT_EQ(field<uint8_t>(record, 14), 1) << "TCP_ESTABLISHED";
  });
}

TEST_F(Reads, ParentByTwoChains) {
  std::optional<uint64_t> first;
  probe("k6", [&](backend::LoadedObject &object) {
    uint64_t sum = run(object, "k6_run");
    if (!first)
      first = sum;
    EXPECT_EQ(sum, *first);
    // The parent's pid is that of the thread that forked: its tgid is known.
    if (inFirstPidNamespace()) {
      EXPECT_GE(sum, 2 * uint64_t(syscall(SYS_gettid)) + getppid());
    }
  });
}

TEST_F(Reads, NullTestThenMap) {
  probe("k7", [&](backend::LoadedObject &object) {
    run(object, "k7_run");
    run(object, "k7_run");
    if (!inFirstPidNamespace())
      return;
    uint32_t key = uint32_t(getppid());
    auto *bytes = reinterpret_cast<const uint8_t *>(&key);
    auto value = object.lookup("counts", {bytes, sizeof key});
    ASSERT_TRUE(bool(value)) << take(value.takeError());
    ASSERT_TRUE(value->has_value());
    EXPECT_EQ(field<uint64_t>(**value, 0), 2u);
  });
}

TEST_F(Reads, NameIntoARecord) {
  probe("k8", [&](backend::LoadedObject &object) {
    run(object, "k8_run");
    auto records = drain(object, "events");
    ASSERT_EQ(records.size(), 1u);
    ASSERT_EQ(records[0].size(), 24u);
    expectOwnIds(field<uint32_t>(records[0], 0),
                 field<uint32_t>(records[0], 4));
    EXPECT_STREQ(reinterpret_cast<const char *>(records[0].data()) + 8,
                 threadName().c_str());
  });
}

TEST_F(Reads, BetweenMapOperations) {
  program("reads-and-maps", [&](backend::LoadedObject &object) {
    run(object, "count_opens");
    run(object, "count_opens");
    run(object, "count_opens");
    if (!inFirstPidNamespace())
      return;
    uint32_t key = uint32_t(getpid());
    auto *bytes = reinterpret_cast<const uint8_t *>(&key);
    auto value = object.lookup("usages", {bytes, sizeof key});
    ASSERT_TRUE(bool(value)) << take(value.takeError());
    ASSERT_TRUE(value->has_value());
    EXPECT_EQ(field<uint64_t>(**value, 0), 3u);
    EXPECT_GT(field<uint64_t>(**value, 8), 100u) << "pages";
  });
}

TEST_F(Reads, InARawTracepoint) {
  program("raw-tracepoint", [&](backend::LoadedObject &object) {
    run(object, "raw_tracepoint");
    uint64_t both = arrayValue(object, "results", 3);
    EXPECT_EQ(arrayValue(object, "results", 0), uint32_t(both));
    EXPECT_EQ(arrayValue(object, "results", 1), both >> 32);
    EXPECT_EQ(arrayValue(object, "results", 2), exeInode());
  });
}

/// One expression over `task`, with its imports.
struct ReadRow {
  const char *name, *imports, *expression;
  uint64_t (*expected)(); ///< null: only equal in every mode
};

uint64_t ownUid() { return getuid(); }
uint64_t ownTgid() { return inFirstPidNamespace() ? uint64_t(getpid()) : 0; }
uint64_t nibblesSwapped(uint8_t byte) {
  return uint64_t(byte & 15) << 4 | byte >> 4;
}
/// Two bytes of the thread's name as a little-endian number.
uint64_t nameNumber(size_t at) {
  std::string name = threadName();
  name.resize(16);
  return uint8_t(name[at]) | uint64_t(uint8_t(name[at + 1])) << 8;
}
uint64_t zero() { return 0; }
uint64_t one() { return 1; }
/// Of this process: 120, but for its nice value.
uint64_t normalPriority() {
  return uint64_t(120 + getpriority(PRIO_PROCESS, 0));
}

void PrintTo(const ReadRow &row, std::ostream *os) { *os << row.name; }

const ReadRow kReads[] = {
    {"ThreeDeep",
     "(import-kernel-struct task-struct mm)"
     "(import-kernel-struct mm-struct exe-file)"
     "(import-kernel-struct file f-inode)"
     "(import-kernel-struct inode i-ino)",
     "(inode-i-ino (file-f-inode (mm-struct-exe-file (task-struct-mm task))))",
     exeInode},
    {"KernelPath", "(import-kernel-struct task-struct mm)",
     "(kernel-path task mm exe-file f-inode i-ino)", exeInode},
    {"BitfieldClear", "(import-kernel-struct task-struct in-execve)",
     "(task-struct-in-execve task)", zero},
    {"BitfieldResetOnFork",
     "(import-kernel-struct task-struct sched-reset-on-fork)",
     "(task-struct-sched-reset-on-fork task)", zero},
    // Records with bitfields at known places, over the name of the thread.
    {"Bitfields",
     "(import-kernel-struct task-struct comm)"
     "(import-kernel-struct iphdr ihl version)",
     "(let ((header (as-iphdr (task-struct-comm-ptr task))))"
     " (+ (* 16 (iphdr-ihl header)) (iphdr-version header)))",
     [] { return nibblesSwapped(uint8_t(threadName()[0])); }},
    {"BitfieldsBehindTheFirstByte",
     "(import-kernel-struct task-struct comm)"
     "(import-kernel-struct desc-struct base1 type s dpl p)",
     "(let ((entry (as-desc-struct (task-struct-comm-ptr task))))"
     " (+ (desc-struct-base1 entry) (<< (desc-struct-type entry) 8)"
     " (<< (desc-struct-s entry) 12) (<< (desc-struct-dpl entry) 13)"
     " (<< (desc-struct-p entry) 15)))",
     [] { return nameNumber(4); }},
    {"SignedField", "(import-kernel-struct task-struct static-prio)",
     "(task-struct-static-prio task)", normalPriority},
    {"SignedCompare",
     "(import-kernel-struct task-struct exit-code static-prio)",
     "(< (- (task-struct-exit-code task) 1) (task-struct-static-prio task))",
     one},
    {"EmbeddedStruct",
     "(import-kernel-struct task-struct cred)"
     "(import-kernel-struct cred uid)"
     "(import-kernel-struct kuid-t val)",
     "(kuid-t-val (cred-uid (task-struct-cred task)))", ownUid},
    {"GroupLeader", "(import-kernel-struct task-struct group-leader pid)",
     "(task-struct-pid (task-struct-group-leader task))", ownTgid},
    {"SameFieldTwice", "(import-kernel-struct task-struct pid)",
     "(- (task-struct-pid task) (task-struct-pid task))", zero},
    {"NullBase", "(import-kernel-struct task-struct pid tgid)",
     "(+ (task-struct-pid (as-task-struct 0))"
     " (task-struct-tgid (as-task-struct 0)))",
     zero},
    {"ArrayElement", "(import-kernel-struct task-struct comm)",
     "(task-struct-comm task 0)",
     [] { return uint64_t(uint8_t(threadName()[0])); }},
    {"VariableIndexThroughATrustedPointer",
     "(import-kernel-struct task-struct comm)",
     "(task-struct-comm (get-current-task-btf)"
     " (logand (- (getmap results 0) 3) (getmap results 0)))",
     [] { return uint64_t(uint8_t(threadName()[0])); }},
    {"Volatile", "(import-kernel-struct task-struct tgid)",
     "(volatile (task-struct-tgid task))", ownTgid},
    {"InBothArms", "(import-kernel-struct task-struct pid tgid)",
     "(if (> (task-struct-pid task) 0) (task-struct-tgid task)"
     " (task-struct-pid task))",
     ownTgid},
    // Where nothing can be read there is 0: user space, the hole between user
    // and kernel addresses, the first page.
    {"Unreadable",
     "(import-kernel-struct task-struct pid mm)"
     "(import-kernel-struct mm-struct total-vm)",
     "(+ (task-struct-pid (as-task-struct 8))"
     " (task-struct-pid (as-task-struct #x400000))"
     " (task-struct-pid (as-task-struct #x8000000000000000))"
     " (mm-struct-total-vm (task-struct-mm (as-task-struct 4096))))",
     zero},
    // Pointers as numbers: what the verifier refuses on a typed pointer.
    {"PointerBits", "(import-kernel-struct task-struct mm)",
     "(let ((mm (task-struct-mm task)))"
     " (+ (logand mm 7) (- (* 3 mm) mm mm mm)"
     " (if (= (>> mm 12) (/ mm 4096)) 0 1)))",
     zero},
    {"PointerPart", "(import-kernel-struct task-struct mm real-parent)",
     "(= (cast u32 (task-struct-mm task))"
     " (logand (task-struct-mm task) #xffffffff))",
     one},
    {"PointerTwice", "(import-kernel-struct task-struct group-leader tgid)",
     "(let ((leader (task-struct-group-leader task)))"
     " (if (> leader task) (task-struct-tgid leader)"
     " (+ (logand leader 0) (task-struct-tgid task))))",
     ownTgid},
    {"PointerThroughMemory",
     "(import-kernel-struct task-struct mm)"
     "(import-kernel-struct mm-struct exe-file)"
     "(defstruct box (address u64))",
     "(let ((box (make-box)))"
     " (setf (box-address box) (task-struct-mm task))"
     " (setf (box-address box) (logior (box-address box) 0))"
     " (if (= (box-address box) (task-struct-mm task)) 1 0))",
     one},
    {"CurrentTaskAsNumber", "(import-kernel-struct task-struct pid)",
     "(progn (task-struct-pid task) (logand task 7))", zero},
    {"EitherPointer", "(import-kernel-struct task-struct group-leader tgid)",
     "(task-struct-tgid (if (> (task-struct-tgid task) 1)"
     " (task-struct-group-leader task) task))",
     ownTgid},
    {"UpTheParents", "(import-kernel-struct task-struct real-parent pid)",
     "(let ((at task)) (dotimes (i 64) (setf at (task-struct-real-parent at)))"
     " (task-struct-pid at))",
     zero},
    {"NullTestAfterRead",
     "(import-kernel-struct task-struct mm)"
     "(import-kernel-struct mm-struct total-vm)",
     "(let* ((mm (as-mm-struct (* 0 (task-struct-mm task))))"
     " (pages (mm-struct-total-vm mm))) (if mm 1 (+ pages 0)))",
     zero},
    {"InALoop", "(import-kernel-struct task-struct pid tgid)",
     "(let ((s 0)) (dotimes (i 100) (incf s (- (task-struct-tgid task)"
     " (task-struct-tgid task)))) (+ s (task-struct-tgid task)))",
     ownTgid},
};

std::string sourceOf(const ReadRow &row) {
  return std::string(row.imports) +
         "\n(defmap results :type :array :key-type u32\n"
         "  :value-type u64 :max-entries 1)\n"
         "(defprog value (:type :tc)\n"
         "  (let ((task (get-current-task)))\n"
         "    (setf (getmap results 0) " +
         row.expression + "))\n  0)\n";
}

using ReadValues = KernelTestOf<ReadRow>;

TEST_P(ReadValues, AreRight) {
  const ReadRow &row = GetParam();
  inModes(allModes(), sourceOf(row), "value.lisp",
          [&](backend::LoadedObject &object) {
            run(object, "value");
            if (row.expected != ownTgid || inFirstPidNamespace()) {
              EXPECT_EQ(int64_t(arrayValue(object, "results", 0)),
                        int64_t(row.expected()))
                  << row.expression;
            }
          });
}

INSTANTIATE_TEST_SUITE_P(Expressions, ReadValues, ::testing::ValuesIn(kReads),
                         [](const auto &info) {
                           return testName(info.param.name);
                         });

/// Sixty-four reads in one program: the stack must not grow with their number.
TEST_F(Reads, SixtyFourInOneProgram) {
  std::string sum;
  for (unsigned i = 0; i < 64; ++i)
    sum += "\n (kernel-load u32 task " + std::to_string(i * 16) + ")";
  std::string source = "(import-kernel-struct task-struct pid)\n"
                       "(defmap results :type :array :key-type u32\n"
                       "  :value-type u64 :max-entries 2)\n"
                       "(defprog value (:type :tc)\n"
                       " (let ((task (get-current-task)))\n"
                       "  (setf (getmap results 0) (+ " +
                       sum +
                       ")\n"
                       "        (getmap results 1) (task-struct-pid task)))\n"
                       " 0)\n";
  inModes(allModes(), source, "sixty-four.lisp",
          [&](backend::LoadedObject &object) {
            run(object, "value");
            expectOwnIds(uint32_t(arrayValue(object, "results", 1)),
                         uint32_t(getpid()));
          });
}

/// A hundred values that must all wait: more than the stack holds. Each is
/// another multiple of the pid, so that one taken for another is seen.
TEST_F(Reads, AHundredKeptOverABarrier) {
  constexpr uint64_t kValues = 100;
  std::string bindings, sum = "0";
  uint64_t weights = 0;
  for (uint64_t i = 0; i < kValues; ++i) {
    std::string name = "v" + std::to_string(i);
    bindings += " (" + name + " (* " + std::to_string(i + 3) +
                " (cast u64 (volatile (task-struct-pid task)))))\n";
    sum = "(+ (<< " + sum + " 1) " + name + ")";
    weights = weights * 2 + i + 3;
  }
  std::string source = "(import-kernel-struct task-struct pid)\n"
                       "(defmap results :type :array :key-type u32\n"
                       "  :value-type u64 :max-entries 2)\n"
                       "(defprog value (:type :tc)\n"
                       " (let* ((task (get-current-task))\n" +
                       bindings +
                       "  )\n  (barrier)\n  (setf (getmap results 0) " + sum +
                       "\n        (getmap results 1) (task-struct-pid task)))\n"
                       " 0)\n";
  for (const Mode &mode : allModes()) {
    SCOPED_TRACE(mode.name());
    auto object = loadSource(source, "hundred.lisp", mode);
    if (!object)
      continue;
    run(*object, "value");
    EXPECT_EQ(arrayValue(*object, "results", 0),
              arrayValue(*object, "results", 1) * weights);
  }
}

} // namespace
