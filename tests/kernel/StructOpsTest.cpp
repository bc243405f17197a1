// Programs that are functions of a kernel interface. bpf_dummy_ops is there to
// be run: BPF_PROG_TEST_RUN passes it arguments and gives its result.

#include "KernelTest.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <thread>

using namespace whistler;
using namespace whistler::test;

namespace {

struct CloseObject {
  void operator()(bpf_object *object) const { bpf_object__close(object); }
};
using Object = std::unique_ptr<bpf_object, CloseObject>;

bool hasInterface(const char *wrapper) {
  struct ::btf *types = btf__load_vmlinux_btf();
  int id = types ? btf__find_by_name_kind(types, wrapper, BTF_KIND_STRUCT) : -1;
  btf__free(types);
  return id > 0;
}

/// Loaded, or null and a failed test.
Object load(const std::string &source, const Mode &mode) {
  auto bytes = compileObject(source, "ops.lisp", mode);
  Object object(bpf_object__open_mem(bytes.data(), bytes.size(), nullptr));
  if (!object || bpf_object__load(object.get())) {
    ADD_FAILURE() << "refused in mode " << mode.name() << ": "
                  << strerror(errno);
    return nullptr;
  }
  return object;
}

constexpr char kDummy[] = R"(
(import-kernel-struct bpf-dummy-ops-state val)
(defprog first (:type :struct-ops)
  (let ((state (arg 0)))
    (if state (+ 100 (bpf-dummy-ops-state-val state)) 7)))
(defprog second (:type :struct-ops :section "struct_ops/second")
  (+ (* 1000 (arg 1)) (* 100 (arg 2)) (* 10 (arg 3)) (arg 4)))
(defstruct-ops dummy bpf-dummy-ops
  (test-2 second)
  (test-1 first))
)";

class StructOps : public KernelTest {
protected:
  int run(const Object &object, const char *name, std::vector<uint64_t> args) {
    bpf_program *program = bpf_object__find_program_by_name(object.get(), name);
    LIBBPF_OPTS(bpf_test_run_opts, options);
    options.ctx_in = args.data();
    options.ctx_size_in = uint32_t(args.size() * sizeof args[0]);
    int error = bpf_prog_test_run_opts(bpf_program__fd(program), &options);
    EXPECT_EQ(error, 0) << name << ": " << strerror(-error);
    return int(options.retval);
  }
};

TEST_F(StructOps, TakeTheMembersArguments) {
  if (!hasInterface("bpf_struct_ops_bpf_dummy_ops"))
    GTEST_SKIP() << "this kernel has no bpf_dummy_ops";
  for (const Mode &mode : relocatableModes()) {
    // These programs may not call bpf_probe_read_kernel.
    if (!mode.optimize || mode.reads == passes::ReadStrategy::Naive)
      continue;
    SCOPED_TRACE(mode.name());
    Object object = load(kDummy, mode);
    if (!object)
      continue;
    int state = 23;
    EXPECT_EQ(run(object, "first", {reinterpret_cast<uint64_t>(&state)}), 123);
    EXPECT_EQ(run(object, "second",
                  {reinterpret_cast<uint64_t>(&state), uint64_t(-2), 0x10005,
                   0x17f, 3}),
              -2000 + 500 + 1270 + 3);
  }
}

constexpr char kStore[] = R"(
(import-kernel-struct bpf-dummy-ops-state val)
(defprog first (:type :struct-ops)
  (let ((state (arg 0)))
    (when state
      (incf (bpf-dummy-ops-state-val state) 5)
      (setf (bpf-dummy-ops-state-val state)
            (* 2 (bpf-dummy-ops-state-val state)))))
  0)
(defstruct-ops dummy bpf-dummy-ops (test-1 first))
)";

TEST_F(StructOps, SetWhatTheInterfacePermits) {
  if (!hasInterface("bpf_struct_ops_bpf_dummy_ops"))
    GTEST_SKIP() << "this kernel has no bpf_dummy_ops";
  for (const Mode &mode : allModes()) {
    if (!mode.optimize || mode.reads == passes::ReadStrategy::Naive)
      continue;
    SCOPED_TRACE(mode.name());
    Object object = load(kStore, mode);
    if (!object)
      continue;
    int state = 23;
    run(object, "first", {reinterpret_cast<uint64_t>(&state)});
    EXPECT_EQ(state, 56);
  }
}

TEST_F(StructOps, RegisterACongestionControl) {
  if (!hasInterface("bpf_struct_ops_tcp_congestion_ops"))
    GTEST_SKIP() << "this kernel has no congestion controls by programs";
  Object object =
      load(readSource("examples/tcp-congestion.lisp"), optimizationModes()[1]);
  ASSERT_TRUE(object);
  bpf_map *map = bpf_object__find_map_by_name(object.get(), "counting_reno");
  ASSERT_TRUE(map);
  EXPECT_EQ(bpf_map__type(map), BPF_MAP_TYPE_STRUCT_OPS);
}

constexpr char kWindow[] = R"(
(import-kernel-struct tcp-sock snd-cwnd)
(import-kernel-struct inet-connection-sock icsk-ca-priv)
(defglobal seen u64)
(defprog start (:type :struct-ops)
  (let ((own (as-inet-connection-sock (arg 0))))
    (setf (tcp-sock-snd-cwnd (as-tcp-sock (arg 0))) 77)
    (setf (inet-connection-sock-icsk-ca-priv own 3) 40)
    (incf (inet-connection-sock-icsk-ca-priv own 3) 2)
    (setf seen (inet-connection-sock-icsk-ca-priv own 3))
    0))
(defprog threshold (:type :struct-ops) (kfunc tcp-reno-ssthresh (arg 0)))
(defprog avoid (:type :struct-ops) 0)
(defprog undo (:type :struct-ops) (kfunc tcp-reno-undo-cwnd (arg 0)))
(defstruct-ops fixed tcp-congestion-ops
  (init start) (ssthresh threshold) (cong-avoid avoid) (undo-cwnd undo)
  (name "whistler_fixed"))
)";

bool raiseLoopback() {
  int any = socket(AF_INET, SOCK_DGRAM, 0);
  ifreq request = {};
  strcpy(request.ifr_name, "lo");
  request.ifr_flags = IFF_UP;
  bool isUp = ioctl(any, SIOCSIFFLAGS, &request) == 0;
  close(any);
  return isUp;
}

/// The window of a new connection to itself that `control` is in charge of; 0
/// when there is none.
uint32_t windowUnder(const char *control) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto *name = reinterpret_cast<sockaddr *>(&address);
  int server = socket(AF_INET, SOCK_STREAM, 0);
  int client = socket(AF_INET, SOCK_STREAM, 0);
  tcp_info info = {};
  socklen_t size = sizeof info;
  bool isRight = bind(server, name, length) == 0 && listen(server, 1) == 0 &&
                 getsockname(server, name, &length) == 0 &&
                 setsockopt(client, IPPROTO_TCP, TCP_CONGESTION, control,
                            socklen_t(strlen(control))) == 0 &&
                 connect(client, name, length) == 0 &&
                 getsockopt(client, IPPROTO_TCP, TCP_INFO, &info, &size) == 0;
  close(client);
  close(server);
  return isRight ? info.tcpi_snd_cwnd : 0;
}

TEST_F(StructOps, SetTheWindowOfAConnection) {
  if (!hasInterface("bpf_struct_ops_tcp_congestion_ops"))
    GTEST_SKIP() << "this kernel has no congestion controls by programs";
  Object object = load(kWindow, optimizationModes()[1]);
  ASSERT_TRUE(object);
  bpf_link *link = bpf_map__attach_struct_ops(
      bpf_object__find_map_by_name(object.get(), "fixed"));
  ASSERT_TRUE(link) << strerror(errno);
  bool hasNetwork = false;
  uint32_t window = 0;
  std::thread([&] { // namespaces are the thread's
    hasNetwork = unshare(CLONE_NEWNET) == 0 && raiseLoopback();
    window = hasNetwork ? windowUnder("whistler_fixed") : 0;
  })
      .join();
  bpf_link__destroy(link);
  if (!hasNetwork)
    GTEST_SKIP() << "no network of one's own can be made here";
  EXPECT_EQ(window, 77u);
  uint32_t key = 0;
  uint64_t seen = 0;
  int globals = -1; // of the map that is called after the object
  for (bpf_map *map = bpf_object__next_map(object.get(), nullptr); map;
       map = bpf_object__next_map(object.get(), map))
    if (strstr(bpf_map__name(map), ".bss"))
      globals = bpf_map__fd(map);
  EXPECT_EQ(bpf_map_lookup_elem(globals, &key, &seen), 0);
  EXPECT_EQ(seen, 42u);
}

} // namespace
