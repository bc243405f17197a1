// Where each type of program goes. libbpf attaches by section what needs no
// more than the section says; the rest (an interface, a cgroup, a sampling
// frequency, a process) is done here, a row for each program type. What cannot
// be attached says why, and what would help.

#include "RunningObject.h"
#include "UprobeSection.h"

#include <bpf/bpf.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <net/if.h>

#include <cerrno>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

using namespace llvm;

namespace whistler::backend {

namespace {

/// What a row's function is given and what it fills in.
struct Task {
  RunningObject::Impl &impl;
  bpf_program *program;
  const AttachOptions &options;
  Attachment &result;
  bpf_link *link = nullptr; ///< the last one kept

  StringRef section() const { return bpf_program__section_name(program); }

  void keep(std::function<void()> undo) {
    result.attached = true;
    impl.undo.push_back(std::move(undo));
  }
  void keep(bpf_link *made) {
    link = made;
    keep([made] { bpf_link__destroy(made); });
  }
  void fail(Attachment::Fault fault, std::string problem,
            std::string advice = "") {
    result.fault = fault;
    result.problem = std::move(problem);
    result.advice = std::move(advice);
  }
  /// By what errno means for most ways to attach.
  void fail(int number);
  /// The link, or the failure that libbpf gave.
  void finish(bpf_link *link) { link ? keep(link) : fail(errno); }
};

void Task::fail(int number) {
  using Fault = Attachment::Fault;
  std::string text = errorText(number);
  switch (number) {
  case ENOENT:
    return fail(Fault::Input, "what its section names is not there: " + text,
                "look at the section; for a tracepoint, tracefs has to be "
                "mounted: mount -t tracefs tracefs /sys/kernel/tracing");
  case EPERM:
  case EACCES:
    return fail(Fault::Machine, text, "root, or CAP_BPF and CAP_PERFMON");
  case EOPNOTSUPP:
  case ENOSYS:
  case ENODEV:
    return fail(Fault::Machine,
                "this kernel can't attach such a program: " + text,
                "whistler doctor says what it can");
  case EINVAL:
    return fail(Fault::Input, "the kernel refuses its section `" +
                                  section().str() + "`: " + text);
  default:
    return fail(Fault::Machine, text);
  }
}

void attachBySection(Task &task) {
  task.result.where = task.section().str();
  task.finish(bpf_program__attach(task.program));
}

void attachTracepoint(Task &task) {
  if (tracefsPath().empty())
    return task.fail(Attachment::Fault::Machine, "tracefs is not mounted",
                     "mount -t tracefs tracefs /sys/kernel/tracing");
  attachBySection(task);
}

bool hasKprobes() {
  return ::access("/sys/bus/event_source/devices/kprobe/type", R_OK) == 0 ||
         ::access((tracefsPath() + "/kprobe_events").c_str(), W_OK) == 0;
}

/// kprobe, uprobe and perf_event programs have one type.
void attachProbe(Task &task) {
  StringRef kind = task.section().split('/').first;
  if (kind.starts_with("uprobe") || kind.starts_with("uretprobe"))
    return attachUprobe(task.program, task.options.pid, task.result,
                        [&](bpf_link *link) { task.finish(link); });
  if (!hasKprobes() && !kind.contains("multi"))
    return task.fail(Attachment::Fault::Machine,
                     "this kernel has no kprobes to attach to",
                     "a kernel with CONFIG_KPROBE_EVENTS; or a tracepoint, "
                     "raw_tp or tp_btf program");
  attachBySection(task);
  if (!task.result.attached && task.result.fault == Attachment::Fault::Input)
    task.result.advice = "the kernel has no function of that name, or does not "
                         "let it be probed; see /proc/kallsyms";
}

/// An iterator's output is what it is for: it is read at once.
void attachTracing(Task &task) {
  attachBySection(task);
  if (!task.result.attached || !task.section().starts_with("iter") ||
      !task.link)
    return;
  int output = bpf_iter_create(bpf_link__fd(task.link));
  if (output < 0)
    return task.fail(-output);
  char buffer[4096];
  for (ssize_t count; (count = ::read(output, buffer, sizeof buffer)) > 0;)
    if (task.impl.events.onOutput)
      task.impl.events.onOutput(task.result.program, {buffer, size_t(count)});
  ::close(output);
}

void attachPerfEvent(Task &task) {
  perf_event_attr event = {};
  event.type = PERF_TYPE_SOFTWARE;
  event.size = sizeof event;
  event.config = PERF_COUNT_SW_CPU_CLOCK;
  event.freq = 1;
  event.sample_freq = task.options.frequency;
  task.result.where =
      "CPU clock, " + std::to_string(task.options.frequency) + " Hz";
  for (int cpu = 0; cpu < libbpf_num_possible_cpus(); ++cpu) {
    int descriptor = int(syscall(SYS_perf_event_open, &event, task.options.pid,
                                 cpu, -1, PERF_FLAG_FD_CLOEXEC));
    if (descriptor < 0 && errno == ENODEV)
      continue; // the CPU is off
    if (descriptor < 0)
      return task.fail(errno);
    bpf_link *link = bpf_program__attach_perf_event(task.program, descriptor);
    if (!link) {
      int number = errno;
      close(descriptor);
      return task.fail(number);
    }
    task.keep(link);
  }
}

/// The index of the interface asked for, or 0 when the failure is noted.
unsigned interfaceOf(Task &task) {
  if (task.options.interface.empty()) {
    task.fail(Attachment::Fault::Usage,
              "which interface? its section can't say", "--interface NAME");
    return 0;
  }
  unsigned index = if_nametoindex(task.options.interface.c_str());
  if (index == 0)
    task.fail(Attachment::Fault::Usage,
              "there is no interface `" + task.options.interface + "`",
              "ip link shows them");
  task.result.where = "interface " + task.options.interface;
  return index;
}

void attachXdp(Task &task) {
  if (unsigned index = interfaceOf(task))
    task.finish(bpf_program__attach_xdp(task.program, int(index)));
}

void attachTc(Task &task) {
  unsigned index = interfaceOf(task);
  if (index == 0)
    return;
  LibbpfMessages quiet;
  LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = int(index),
              .attach_point = task.section().contains("egress")
                                  ? BPF_TC_EGRESS
                                  : BPF_TC_INGRESS);
  int made = bpf_tc_hook_create(&hook);
  if (made && made != -EEXIST)
    return task.fail(-made);
  LIBBPF_OPTS(bpf_tc_opts, options, .prog_fd = bpf_program__fd(task.program));
  if (int error = bpf_tc_attach(&hook, &options))
    return task.fail(-error);
  task.result.where +=
      hook.attach_point == BPF_TC_EGRESS ? ", egress" : ", ingress";
  bool isOurs = made == 0;
  task.keep([hook, options, isOurs]() mutable {
    LibbpfMessages quiet;
    options.flags = options.prog_id = 0;
    options.prog_fd = 0;
    bpf_tc_detach(&hook, &options);
    if (isOurs) { // the qdisc goes with both of its hooks
      hook.attach_point = bpf_tc_attach_point(BPF_TC_INGRESS | BPF_TC_EGRESS);
      bpf_tc_hook_destroy(&hook);
    }
  });
}

void attachCgroup(Task &task) {
  task.result.where = "cgroup " + task.options.cgroup;
  int group =
      ::open(task.options.cgroup.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (group < 0)
    return task.fail(Attachment::Fault::Usage,
                     "cgroup `" + task.options.cgroup +
                         "` can't be opened: " + errorText(errno),
                     "--cgroup PATH");
  task.finish(bpf_program__attach_cgroup(task.program, group));
  ::close(group); // the link holds it
}

/// Namespaces of ours: sk_lookup, flow dissector.
void attachNetns(Task &task) {
  task.result.where = "this network namespace";
  int space = ::open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
  if (space < 0)
    return task.fail(errno);
  task.finish(bpf_program__attach_netns(task.program, space));
  ::close(space);
}

/// A packet socket that nobody reads: the filter runs, the packets are dropped
/// when the socket's queue is full.
void attachSocket(Task &task) {
  int sock =
      ::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0x0300 /* ETH_P_ALL */);
  if (sock < 0)
    return task.fail(errno);
  int program = bpf_program__fd(task.program);
  bool toDevice = !task.options.interface.empty();
  task.result.where =
      toDevice ? "packet socket on " + task.options.interface : std::string("packet socket, all interfaces");
  bool failed =
      (toDevice && ::setsockopt(sock, SOL_SOCKET, SO_BINDTODEVICE,
                                task.options.interface.c_str(),
                                socklen_t(task.options.interface.size()))) ||
      ::setsockopt(sock, SOL_SOCKET, SO_ATTACH_BPF, &program, sizeof program);
  int number = errno;
  if (!failed)
    return task.keep([sock] { ::close(sock); });
  ::close(sock);
  task.fail(number);
}

/// A system-call program runs once.
void runOnce(Task &task) {
  LIBBPF_OPTS(bpf_test_run_opts, run);
  task.result.where = "run once";
  int error = bpf_prog_test_run_opts(bpf_program__fd(task.program), &run);
  if (error)
    return task.fail(-error);
  task.result.attached = true;
  task.result.where += ", result " + std::to_string(int(run.retval));
}

void explain(Task &task) {
  task.fail(Attachment::Fault::Usage,
            "run does not attach programs of section `" + task.section().str() +
                "`",
            "bpftool, or a loader of your own: whistler gen, bpftool gen "
            "skeleton");
}

struct AttachRow {
  bpf_prog_type type;
  void (*attach)(Task &);
};

constexpr AttachRow kRows[] = {
    {BPF_PROG_TYPE_KPROBE, attachProbe},
    {BPF_PROG_TYPE_TRACEPOINT, attachTracepoint},
    {BPF_PROG_TYPE_RAW_TRACEPOINT, attachBySection},
    {BPF_PROG_TYPE_TRACING, attachTracing},
    {BPF_PROG_TYPE_LSM, attachBySection},
    {BPF_PROG_TYPE_PERF_EVENT, attachPerfEvent},
    {BPF_PROG_TYPE_XDP, attachXdp},
    {BPF_PROG_TYPE_SCHED_CLS, attachTc},
    {BPF_PROG_TYPE_SCHED_ACT, attachTc},
    {BPF_PROG_TYPE_SOCKET_FILTER, attachSocket},
    {BPF_PROG_TYPE_CGROUP_SKB, attachCgroup},
    {BPF_PROG_TYPE_CGROUP_SOCK, attachCgroup},
    {BPF_PROG_TYPE_CGROUP_SOCK_ADDR, attachCgroup},
    {BPF_PROG_TYPE_CGROUP_SOCKOPT, attachCgroup},
    {BPF_PROG_TYPE_CGROUP_SYSCTL, attachCgroup},
    {BPF_PROG_TYPE_CGROUP_DEVICE, attachCgroup},
    {BPF_PROG_TYPE_SOCK_OPS, attachCgroup},
    {BPF_PROG_TYPE_SK_LOOKUP, attachNetns},
    {BPF_PROG_TYPE_FLOW_DISSECTOR, attachNetns},
    {BPF_PROG_TYPE_SYSCALL, runOnce},
};

} // namespace

Attachment attachProgram(RunningObject::Impl &impl, bpf_program *program,
                         const AttachOptions &options) {
  Attachment result;
  result.program = bpf_program__name(program);
  result.section = bpf_program__section_name(program);
  Task task{impl, program, options, result};
  for (const AttachRow &row : kRows)
    if (row.type == bpf_program__type(program)) {
      row.attach(task);
      return result;
    }
  explain(task);
  return result;
}

Attachment attachInterface(RunningObject::Impl &impl, bpf_map *map) {
  Attachment result;
  result.program = bpf_map__name(map);
  result.section = ".struct_ops";
  bpf_link *link = bpf_map__attach_struct_ops(map);
  int number = errno;
  if (link) {
    result.attached = true;
    result.where = "registered with the kernel";
    impl.undo.push_back([link] { bpf_link__destroy(link); });
    return result;
  }
  result.problem = errorText(number);
  result.fault =
      number == EINVAL ? Attachment::Fault::Input : Attachment::Fault::Machine;
  if (number == EEXIST)
    result.advice = "another one of that name is registered: bpftool "
                    "struct_ops show";
  if (number == EPERM)
    result.advice = "root, or CAP_BPF and CAP_NET_ADMIN";
  return result;
}

} // namespace whistler::backend
