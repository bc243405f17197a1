// Every program type and every field of its context, asked of the kernel: what
// the tables say may be read or set is accepted, and each type's own result
// and sections load. What the tables forbid is a message of the compiler
// (tests/lit/sema/fail-contexts.lisp).

#include "KernelTest.h"

#include "sema/Tables.h"

#include <cctype>

namespace whistler::compiler {
/// Found by GoogleTest in the row's namespace.
static void PrintTo(const ProgramTypeRow &row, std::ostream *os) {
  *os << row.keyword;
}
} // namespace whistler::compiler

using namespace whistler;
using namespace whistler::compiler;
using namespace whistler::test;

namespace {

std::string lower(std::string text) {
  for (char &c : text)
    c = c == '_' ? '-' : char(std::tolower(c));
  return text;
}

/// Types that load without a kernel function, event or BTF id to attach to.
bool loadsAlone(const ProgramTypeRow &type) { return type.group[0] != '\0'; }

void expectAccepted(const std::string &source, const std::string &what,
                    llvm::ArrayRef<Mode> modes = optimizationModes()) {
  for (const Mode &mode : modes) {
    auto object = compileObject(source, "context.lisp", mode);
    if (object.empty())
      continue;
    auto verdicts = backend::loadPrograms(object);
    ASSERT_TRUE(bool(verdicts)) << take(verdicts.takeError());
    for (const backend::ProgramVerdict &verdict : *verdicts)
      EXPECT_TRUE(verdict.accepted)
          << what << ", " << mode.name() << ": " << verdict.reason << "\n"
          << verdict.log;
  }
}

const char kResults[] = "(defmap out :type :array :key-type u32"
                        " :value-type u64 :max-entries 1)\n";

using Contexts = KernelTestOf<ProgramTypeRow>;

TEST_P(Contexts, EmptyProgramLoads) {
  expectAccepted("(defprog p (:type :" + lower(GetParam().keyword) + "))",
                 GetParam().keyword);
}

TEST_P(Contexts, FieldsAreReadable) {
  const ProgramTypeRow &type = GetParam();
  std::string source = kResults;
  int count = 0;
  for (const ContextFieldRow &row : contextFields()) {
    if (row.record != llvm::StringRef(type.context) ||
        contextAccess(type.keyword, row.field) == ContextAccess::None)
      continue;
    // Only programs that bind know where a socket comes from.
    bool isBind = type.keyword == llvm::StringRef("CGROUP-SOCK") &&
                  llvm::StringRef(row.field).contains("src_");
    bool isSend = llvm::StringRef(row.field).starts_with("msg_src");
    bool isSix = llvm::StringRef(row.field).ends_with("ip6");
    std::string section =
        isBind   ? (isSix ? "cgroup/post_bind6" : "cgroup/post_bind4")
        : isSend ? (isSix ? "cgroup/sendmsg6" : "cgroup/sendmsg4")
        : type.context == llvm::StringRef("bpf_sock_addr") && isSix
            ? "cgroup/connect6"
            : "";
    bool isGet = llvm::StringRef(row.field) == "retval";
    if (isGet)
      section = "cgroup/getsockopt";
    if (llvm::StringRef(row.field) == "egress_ifindex")
      section = "xdp/devmap";
    bool isArray = row.bytes != row.elementBytes;
    std::string read = "(ctx " + lower(row.field) + (isArray ? " 1)" : ")");
    if (row.target[0] != '\0') // a pointer: what it leads to is not stored
      read = "(if (= " + read + " 0) 1 2)";
    source += "(defprog p" + std::to_string(count++) +
              " (:type :" + lower(type.keyword) +
              (section.empty() ? "" : " :section \"" + section + "\"") +
              ") (setf (getmap out 0) " + read + ") (return))\n";
  }
  if (count != 0)
    expectAccepted(source, type.keyword, optimizationModes()[1]);
}

TEST_P(Contexts, FieldsAreWritable) {
  const ProgramTypeRow &type = GetParam();
  std::string source;
  int count = 0;
  for (const ContextFieldRow &row : contextFields()) {
    if (row.record != llvm::StringRef(type.context) ||
        contextAccess(type.keyword, row.field) != ContextAccess::ReadWrite)
      continue;
    bool isSix = llvm::StringRef(row.field).ends_with("ip6");
    bool isSend = llvm::StringRef(row.field).starts_with("msg_src");
    std::string section =
        isSend  ? (isSix ? "cgroup/sendmsg6" : "cgroup/sendmsg4")
        : isSix ? "cgroup/connect6"
        : llvm::StringRef(row.field) == "retval" ? "cgroup/getsockopt"
                                                 : "";
    bool isArray = row.bytes != row.elementBytes;
    source += "(defprog p" + std::to_string(count++) +
              " (:type :" + lower(type.keyword) +
              (section.empty() ? "" : " :section \"" + section + "\"") +
              ") (setf (ctx " + lower(row.field) + (isArray ? " 1" : "") +
              ") 0) (return))\n";
  }
  if (count != 0)
    expectAccepted(source, type.keyword, optimizationModes()[1]);
}

std::vector<ProgramTypeRow> typesAlone() {
  std::vector<ProgramTypeRow> rows;
  for (const ProgramTypeRow &row : programTypes())
    if (loadsAlone(row))
      rows.push_back(row);
  return rows;
}

INSTANTIATE_TEST_SUITE_P(Types, Contexts, ::testing::ValuesIn(typesAlone()),
                         [](const auto &info) {
                           std::string name = info.param.keyword;
                           std::erase(name, '-');
                           return name;
                         });

using ContextPointers = KernelTest;

TEST_F(ContextPointers, SocketsAreReadAfterATest) {
  expectAccepted(R"lisp(
    (defmap out :type :array :key-type u32 :value-type u64 :max-entries 1)
    (defprog skb (:type :tc)
      (when-let (sk (ctx sk))
        (when-let (full (sk-fullsock sk))
          (when-let (tcp (tcp-sock full))
            (setf (getmap out 0) (bpf-tcp-sock-snd-cwnd tcp)))
          (setf (getmap out 0) (+ (bpf-sock-src-port full)
                                  (bpf-sock-src-ip6 full 2)))))
      TC_ACT_OK)
    (defprog ops (:type :sock-ops)
      (when-let (sk (ctx sk)) (setf (getmap out 0) (bpf-sock-state sk)))
      1)
    (defprog flow (:type :flow-dissector)
      (setf (getmap out 0) (bpf-flow-keys-nhoff (ctx flow-keys))) 0)
    (defprog search (:type :tc)
      (let ((tuple (struct-alloc 12)))
        (when-let (sk (sk-lookup-tcp (ctx-ptr) tuple 12 BPF_F_CURRENT_NETNS 0))
          (setf (getmap out 0) (bpf-sock-family sk))
          (sk-release sk)))
      TC_ACT_OK))lisp",
                 "sockets");
}

TEST_F(ContextPointers, EndsOfMemoryAreFound) {
  expectAccepted(R"lisp(
    (defprog message (:type :sk-msg)
      (let ((data (ctx data)) (end (ctx data-end)))
        (if (and (<= (+ data 4) end) (= (load u8 data 3) 1)) SK_DROP SK_PASS)))
    (defprog by-number (:type :xdp)
      (let ((data (ctx u32 0)) (end (ctx u32 4)))
        (if (<= (+ data 14) end) (load u8 data 13) XDP_PASS)))
    (defprog option (:type :cgroup-sockopt)
      (let ((value (ctx optval)) (end (ctx optval-end)))
        (if (and (<= (+ value 4) end) (= (load u32 value) 7)) 0 1))))lisp",
                 "packets");
}

TEST_F(ContextPointers, IteratorsGiveTheirObject) {
  expectAccepted(R"lisp(
    (import-kernel-struct task-struct pid)
    (defmap out :type :array :key-type u32 :value-type u64 :max-entries 1)
    (defprog each (:type :iter :section "iter/task")
      (when-let (task (ctx task))
        (setf (getmap out 0) (task-struct-pid task)))
      0))lisp",
                 "iterators");
}

TEST_F(ContextPointers, SetMarksReachThePacket) {
  auto object = loadSource("(defprog p (:type :tc) (setf (ctx mark) 7"
                           " (ctx cb 2) 5) (+ (ctx mark) (ctx cb 2)))",
                           "mark.lisp", optimizationModes()[1]);
  ASSERT_TRUE(object);
  EXPECT_EQ(run(*object, "p"), 12u);
}

} // namespace
