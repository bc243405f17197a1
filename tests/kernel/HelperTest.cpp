// The helper table against the kernel: what it forbids the kernel refuses, and
// no unused call of a helper with effects is lost to optimization.

#include "KernelTest.h"

#include "sema/Tables.h"

#include <bpf/bpf.h>
#include <linux/bpf.h>
#include <unistd.h>

using namespace whistler;
using namespace whistler::compiler;
using namespace whistler::test;

namespace {

using Helpers = KernelTest;

struct Group {
  const char *name;
  bpf_prog_type type;
  std::vector<bpf_attach_type> attach = {bpf_attach_type(0)};
};

const Group kGroups[] = {
    {"socket-filter", BPF_PROG_TYPE_SOCKET_FILTER},
    {"kprobe", BPF_PROG_TYPE_KPROBE},
    {"tc", BPF_PROG_TYPE_SCHED_CLS},
    {"tracepoint", BPF_PROG_TYPE_TRACEPOINT},
    {"raw-tracepoint", BPF_PROG_TYPE_RAW_TRACEPOINT},
    {"xdp", BPF_PROG_TYPE_XDP},
    {"perf-event", BPF_PROG_TYPE_PERF_EVENT},
    {"cgroup-skb", BPF_PROG_TYPE_CGROUP_SKB},
    {"cgroup-sock",
     BPF_PROG_TYPE_CGROUP_SOCK,
     {BPF_CGROUP_INET_SOCK_CREATE, BPF_CGROUP_INET4_POST_BIND}},
    {"cgroup-sock-addr",
     BPF_PROG_TYPE_CGROUP_SOCK_ADDR,
     {BPF_CGROUP_INET4_CONNECT, BPF_CGROUP_INET4_BIND,
      BPF_CGROUP_UDP4_SENDMSG}},
    {"cgroup-sockopt",
     BPF_PROG_TYPE_CGROUP_SOCKOPT,
     {BPF_CGROUP_SETSOCKOPT, BPF_CGROUP_GETSOCKOPT}},
    {"cgroup-sysctl", BPF_PROG_TYPE_CGROUP_SYSCTL},
    {"cgroup-device", BPF_PROG_TYPE_CGROUP_DEVICE},
    {"sock-ops", BPF_PROG_TYPE_SOCK_OPS},
    {"sk-skb", BPF_PROG_TYPE_SK_SKB},
    {"sk-msg", BPF_PROG_TYPE_SK_MSG},
    {"sk-lookup", BPF_PROG_TYPE_SK_LOOKUP, {BPF_SK_LOOKUP}},
    {"sk-reuseport", BPF_PROG_TYPE_SK_REUSEPORT},
    {"flow-dissector", BPF_PROG_TYPE_FLOW_DISSECTOR},
    {"lwt-in", BPF_PROG_TYPE_LWT_IN},
    {"lwt-out", BPF_PROG_TYPE_LWT_OUT},
    {"lwt-xmit", BPF_PROG_TYPE_LWT_XMIT},
};

/// Does the kernel know the helper in programs of this type? It says so before
/// it looks at the arguments.
bool kernelPermits(const Group &group, bpf_attach_type attach, uint32_t id) {
  bpf_insn code[2] = {};
  code[0].code = BPF_JMP | BPF_CALL;
  code[0].imm = int32_t(id);
  code[1].code = BPF_JMP | BPF_EXIT;
  std::vector<char> log(1 << 16);
  LIBBPF_OPTS(bpf_prog_load_opts, options);
  options.expected_attach_type = attach;
  options.log_buf = log.data();
  options.log_size = uint32_t(log.size());
  options.log_level = 1;
  int program = bpf_prog_load(group.type, "probe", "GPL", code, 2, &options);
  if (program >= 0) {
    close(program);
    return true;
  }
  llvm::StringRef text(log.data());
  return !text.contains("cannot use helper") &&
         !text.contains("unknown func") && !text.contains("invalid func");
}

TEST_F(Helpers, WhatTheTableForbidsTheKernelRefuses) {
  for (const HelperRow &helper : helpers()) {
    llvm::StringRef groups = helperGroups(helper.name);
    if (groups.empty())
      continue;
    for (const Group &group : kGroups) {
      if (hasWord(groups, group.name))
        continue;
      for (bpf_attach_type attach : group.attach)
        EXPECT_FALSE(kernelPermits(group, attach, helper.id))
            << helper.name << " in " << group.name;
    }
  }
}

TEST(HelperTable, EveryGroupIsThatOfAProgramType) {
  for (const HelperRow &helper : helpers()) {
    llvm::SmallVector<llvm::StringRef, 32> words;
    helperGroups(helper.name).split(words, ' ', -1, /*KeepEmpty=*/false);
    for (llvm::StringRef word : words)
      EXPECT_TRUE(llvm::any_of(
          programTypes(),
          [&](const ProgramTypeRow &type) { return word == type.group; }))
          << helper.name << ": " << word.str();
  }
}

TEST(HelperTable, EveryHelperHasItsEffectsAndALine) {
  for (const HelperRow &helper : helpers()) {
    EXPECT_STREQ(helperEffects(helper.name).name, helper.name);
    EXPECT_STRNE(helper.doc, "") << helper.name;
  }
}

std::string lispName(const char *name) {
  std::string text = name;
  std::replace(text.begin(), text.end(), '_', '-');
  return text;
}

/// A map that the helper works on, of the first type that it takes.
std::string mapFor(const HelperRow &helper) {
  llvm::StringRef types = helperMapTypes(helper.name);
  std::string type = types.empty() ? "hash" : types.split(' ').first.lower();
  const MapTypeRow *row = findMapType(llvm::StringRef(type).upper());
  std::string text = "(defmap m :type :" + type;
  if (row->key == MapKey::Any)
    text += " :key-type u32";
  if (row->key == MapKey::Cgroup)
    text += " :key-size 8";
  if (row->value == MapValue::Any || row->value == MapValue::PerCpu)
    text += " :value-type u64";
  if (row->value == MapValue::Stack)
    text += " :value-size 64";
  if (row->entries == MapEntries::Ring)
    text += " :max-entries 4096";
  else if (row->entries != MapEntries::None)
    text += " :max-entries 1";
  return text + ")\n";
}

std::string argumentFor(ArgumentKind kind) {
  switch (kind) {
  case ArgumentKind::Map:
    return " m";
  case ArgumentKind::Key:
  case ArgumentKind::Value:
    return " 0";
  case ArgumentKind::Memory:
    return " (struct-alloc 64)";
  case ArgumentKind::Text:
    return " \"text\"";
  case ArgumentKind::Size:
    return " 8";
  case ArgumentKind::Context:
    return " (ctx-ptr)";
  default:
    return " 0";
  }
}

/// A program with one call whose result nobody uses; "" when the helper wants
/// what a program cannot write down (a callback).
std::string callOf(const HelperRow &helper) {
  std::string call = "(" + lispName(helper.name);
  bool hasMap = false;
  for (unsigned i = 0; i < helper.argumentCount; ++i) {
    ArgumentKind kind = helper.arguments[i];
    if (kind == ArgumentKind::Function)
      return "";
    hasMap |= kind == ArgumentKind::Map;
    call += argumentFor(kind);
  }
  llvm::StringRef name = helper.name;
  if (name == "trace_printk")
    call = "(trace-printk \"text\"";
  if (name == "tail_call")
    call = "(tail-call m 0";
  if (name == "snprintf")
    call = "(snprintf (struct-alloc 64) 64 \"%d\" (struct-alloc 8) 8";
  llvm::StringRef group = helperGroups(helper.name).split(' ').first;
  std::string type = group.empty() ? "raw-tracepoint" : group.str();
  return (hasMap ? mapFor(helper) : "") + "(defprog p (:type :" + type + ") " +
         call + ") 0)";
}

TEST(HelperTable, NoUnusedCallIsLost) {
  for (const HelperRow &helper : helpers()) {
    std::string source = callOf(helper);
    if (source.empty())
      continue;
    SCOPED_TRACE(source);
    auto object = compileObject(source, "call.lisp", optimizationModes()[1]);
    if (object.empty())
      continue;
    auto info = backend::inspect(object);
    ASSERT_TRUE(bool(info)) << take(info.takeError());
    unsigned calls = 0;
    for (auto [id, count] : info->programs.front().helperCalls)
      calls += id == helper.id ? count : 0;
    bool isPure = helperEffects(helper.name).effects == ir::HelperEffects::Pure;
    EXPECT_EQ(calls, isPure ? 0u : 1u) << helper.name;
  }
}

TEST_F(Helpers, ValuesOfFormattedText) {
  const char *source = R"lisp(
    (defprog p (:type :tc)
      (let* ((text (struct-alloc 32))
             (n (snprintf text 32 "%d-%x" 42 255)))
        (trace-printk "%d %d %d %d" 1 2 3 n)
        (+ (* 1000 n) (load u8 text 3)))))lisp";
  inModes(optimizationModes(), source, "text.lisp",
          [&](backend::LoadedObject &object) {
            EXPECT_EQ(run(object, "p"), 6000u + 'f'); // "42-ff" and its NUL
          });
}

TEST_F(Helpers, AMapValueIsReadAgainAfterAnUpdate) {
  const char *source = R"lisp(
    (defmap m :type :array :key-type u32 :value-type u64 :max-entries 1)
    (defprog p (:type :tc)
      (let ((entry (map-lookup m 0)))
        (if entry
            (progn
              (setf (load u64 entry) 1)
              (map-update m 0 5 BPF_ANY)
              (load u64 entry))
            0))))lisp";
  inModes(
      optimizationModes(), source, "again.lisp",
      [&](backend::LoadedObject &object) { EXPECT_EQ(run(object, "p"), 5u); });
}

TEST_F(Helpers, ThePacketIsReadAgainAfterAStore) {
  const char *source = R"lisp(
    (defprog p (:type :tc)
      (let ((data (ctx data)) (end (ctx data-end)) (byte (struct-alloc 8)))
        (when (> (+ data 20) end) (return 0))
        (setf (load u8 data 15) 3)
        (skb-load-bytes (ctx-ptr) 15 byte 1)
        (setf (load u8 data 15) 4)
        (load u8 byte))))lisp";
  inModes(
      optimizationModes(), source, "packet.lisp",
      [&](backend::LoadedObject &object) { EXPECT_EQ(run(object, "p"), 3u); });
}

} // namespace
