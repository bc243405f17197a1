// Maps that only something outside of the program fills: devices, CPUs and
// sockets to send packets to, records from user space, stacks, storage. Each is
// used by a program, and what came of it is compared.

#include "KernelTest.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace whistler;
using namespace whistler::test;

namespace {

/// A source loaded with libbpf, or a failed test.
class Loaded {
public:
  explicit Loaded(const std::string &source) {
    auto bytes = compileObject(source, "maps.lisp", optimizationModes()[1]);
    object_ = bpf_object__open_mem(bytes.data(), bytes.size(), nullptr);
    if (!object_ || bpf_object__load(object_))
      ADD_FAILURE() << "the kernel refuses it: " << strerror(errno);
  }
  ~Loaded() { bpf_object__close(object_); }
  Loaded(const Loaded &) = delete;
  Loaded &operator=(const Loaded &) = delete;

  bpf_object *object() const { return object_; }
  int map(const char *name) const {
    return bpf_object__find_map_fd_by_name(object_, name);
  }
  int program(const char *name = "main") const {
    return bpf_program__fd(bpf_object__find_program_by_name(object_, name));
  }
  template <typename V> bool set(const char *name, uint32_t key, V value) {
    return bpf_map_update_elem(map(name), &key, &value, BPF_ANY) == 0;
  }
  uint64_t value(const char *name, uint32_t key = 0) {
    uint64_t result = 0;
    EXPECT_EQ(bpf_map_lookup_elem(map(name), &key, &result), 0);
    return result;
  }
  /// The program's result, on a packet or on nothing.
  int run(bool hasPacket) {
    std::vector<uint8_t> packet(64, 0);
    LIBBPF_OPTS(bpf_test_run_opts, options);
    options.data_in = hasPacket ? packet.data() : nullptr;
    options.data_size_in = hasPacket ? uint32_t(packet.size()) : 0;
    int error = bpf_prog_test_run_opts(program(), &options);
    EXPECT_EQ(error, 0) << strerror(-error);
    return int(options.retval);
  }

private:
  bpf_object *object_ = nullptr;
};

class MapUse : public KernelTest {};

constexpr int kPass = 2, kRedirect = 4;

std::string redirector(const char *type) {
  return std::string("(defmap targets :type :") + type +
         " :max-entries 4)"
         "(defprog main (:type :xdp) (redirect-map targets 3 XDP_PASS))";
}

TEST_F(MapUse, PacketsGoToDevices) {
  for (const char *type : {"devmap", "devmap-hash"}) {
    Loaded loaded(redirector(type));
    EXPECT_EQ(loaded.run(true), kPass) << type;
    ASSERT_TRUE(loaded.set("targets", 3, uint32_t(1))) << strerror(errno);
    EXPECT_EQ(loaded.run(true), kRedirect) << type;
  }
}

TEST_F(MapUse, PacketsGoToCpus) {
  Loaded loaded(
      "(defmap targets :type :cpumap :max-entries 1)"
      "(defprog main (:type :xdp) (redirect-map targets 0 XDP_PASS))");
  EXPECT_EQ(loaded.run(true), kPass);
  if (!loaded.set("targets", 0, uint32_t(64)))
    GTEST_SKIP() << "no queue for a CPU: " << strerror(errno);
  EXPECT_EQ(loaded.run(true), kRedirect);
}

TEST_F(MapUse, PacketsGoToUserSpace) {
  Loaded loaded(redirector("xskmap"));
  EXPECT_EQ(loaded.run(true), kPass);
  int sock = socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0);
  if (sock < 0 || !loaded.set("targets", 3, uint32_t(sock)))
    GTEST_SKIP() << "no AF_XDP socket: " << strerror(errno);
  EXPECT_EQ(loaded.run(true), kRedirect);
  close(sock);
}

TEST_F(MapUse, ASocketKeepsItsValue) {
  Loaded loaded(
      "(defmap s :type :sk-storage :value-type u64)"
      "(defprog main (:type :tc)"
      " (let ((sk (ctx sk)))"
      "  (when (= sk 0) (return 50))"
      "  (let ((absent (sk-storage-get s sk 0 0))"
      "        (v (sk-storage-get s sk 0 BPF_SK_STORAGE_GET_F_CREATE)))"
      "   (when v (setf (load u64 v) 5))"
      "   (let ((again (sk-storage-get s sk 0 0)))"
      "    (+ (if absent 100 0) (if again (load u64 again) 99)"
      "       (* 10 (sk-storage-delete s sk)))))))");
  EXPECT_EQ(loaded.run(true), 5);
}

TEST_F(MapUse, AControlGroupKeepsItsValue) {
  Loaded loaded("(defmap s :type :cgrp-storage :value-type u64)"
                "(defprog main (:type :syscall)"
                " (let ((group (kfunc bpf-cgroup-from-id 1)) (result 90))"
                "  (when group"
                "   (let ((v (cgrp-storage-get s group 0"
                "             BPF_LOCAL_STORAGE_GET_F_CREATE)))"
                "    (when v (incf (load u64 v) 3) (setf result (load u64 v))))"
                "   (kfunc bpf-cgroup-release group))"
                "  result))");
  EXPECT_EQ(loaded.run(false), 3);
  EXPECT_EQ(loaded.run(false), 6);
}

TEST_F(MapUse, AStackHasItsAddresses) {
  Loaded loaded("(defmap stacks :type :stack-trace :value-size 128"
                " :max-entries 64)"
                "(defprog main (:type :raw-tracepoint)"
                " (get-stackid (ctx-ptr) stacks 0))");
  uint32_t id = uint32_t(loaded.run(false));
  ASSERT_LT(id, 64u);
  uint64_t addresses[16] = {};
  ASSERT_EQ(bpf_map_lookup_elem(loaded.map("stacks"), &id, addresses), 0);
  // The topmost is in the kernel's half of the address space.
  EXPECT_GT(addresses[0], uint64_t(1) << 63);
  EXPECT_NE(addresses[1], 0u);
}

TEST_F(MapUse, RecordsComeFromUserSpace) {
  Loaded loaded(
      "(defstruct order (kind u32) (amount u32))"
      "(defstruct total (sum u64) (count u64))"
      "(defmap orders :type :user-ringbuf :max-entries 4096)"
      "(defmap out :type :array :key-type u32 :value-type u64 :max-entries 2)"
      "(defsubprog take ((record (ptr bpf-dynptr)) (all (ptr total)))"
      " (let ((o (make-order)))"
      "  (when (= (dynptr-read o (sizeof order) record 0 0) 0)"
      "   (incf (total-sum all) (* (order-kind o) (order-amount o)))"
      "   (incf (total-count all)))"
      "  (= (order-kind o) 2)))"
      "(defprog main (:type :syscall)"
      " (let ((all (make-total)))"
      "  (let ((n (user-ringbuf-drain orders #'take all 0)))"
      "   (setf (getmap out 0) (total-sum all) (getmap out 1) n) 0)))");
  user_ring_buffer *ring = user_ring_buffer__new(loaded.map("orders"), nullptr);
  ASSERT_TRUE(ring) << strerror(errno);
  for (uint32_t i = 1; i <= 3; ++i) {
    auto *record = static_cast<uint32_t *>(user_ring_buffer__reserve(ring, 8));
    ASSERT_TRUE(record);
    record[0] = i;
    record[1] = 10 * i;
    user_ring_buffer__submit(ring, record);
  }
  EXPECT_EQ(loaded.run(false), 0);
  EXPECT_EQ(loaded.value("out", 0), 10u + 40u);
  EXPECT_EQ(loaded.value("out", 1), 2u);
  EXPECT_EQ(loaded.run(false), 0);
  EXPECT_EQ(loaded.value("out", 0), 90u);
  EXPECT_EQ(loaded.value("out", 1), 1u);
  user_ring_buffer__free(ring);
}

/// Two connections over loopback.
struct Connections {
  int client[2] = {-1, -1}, server[2] = {-1, -1};

  Connections() {
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in here = {};
    here.sin_family = AF_INET;
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto *generic = reinterpret_cast<sockaddr *>(&here);
    socklen_t size = sizeof here;
    bool isUp = bind(listener, generic, size) == 0 &&
                listen(listener, 2) == 0 &&
                getsockname(listener, generic, &size) == 0;
    for (int i = 0; isUp && i < 2; ++i) {
      client[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
      isUp = connect(client[i], generic, size) == 0;
      server[i] = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
      timeval patience = {2, 0};
      for (int end : {client[i], server[i]})
        setsockopt(end, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    }
    close(listener);
  }
  ~Connections() {
    for (int i = 0; i < 2; ++i) {
      close(client[i]);
      close(server[i]);
    }
  }
  bool areUp() const { return server[1] >= 0; }
};

std::string receive(int socket) {
  char text[32] = {};
  ssize_t count = recv(socket, text, sizeof text, 0);
  return count > 0 ? std::string(text, size_t(count)) : "";
}

/// A message that one client sends arrives at the other.
void expectRedirected(const std::string &source) {
  Loaded loaded(source);
  Connections made;
  if (!made.areUp())
    GTEST_SKIP() << "no connection over loopback";
  // Sockets run what is attached when they come in.
  ASSERT_EQ(bpf_prog_attach(loaded.program(), loaded.map("sockets"),
                            BPF_SK_MSG_VERDICT, 0),
            0)
      << strerror(errno);
  for (uint32_t i = 0; i < 2; ++i)
    ASSERT_TRUE(loaded.set("sockets", i, uint32_t(made.client[i])))
        << strerror(errno);
  ASSERT_EQ(send(made.client[0], "across", 6, 0), 6);
  EXPECT_EQ(receive(made.client[1]), "across");
  ASSERT_EQ(send(made.client[1], "straight", 8, 0), 8);
  EXPECT_EQ(receive(made.server[1]), "straight");
  EXPECT_EQ(loaded.value("sent"), 14u);
  bpf_prog_detach2(loaded.program(), loaded.map("sockets"), BPF_SK_MSG_VERDICT);
}

constexpr char kMessages[] =
    "(defmap sent :type :array :key-type u32 :value-type u64 :max-entries 1)"
    "(defprog main (:type :sk-msg)"
    " (incf (getmap sent 0) (ctx size))"
    " (if (= (ctx size) 6) ";

TEST_F(MapUse, MessagesGoToSockets) {
  expectRedirected(std::string("(defmap sockets :type :sockmap :value-size 4"
                               " :max-entries 2)") +
                   kMessages +
                   "(msg-redirect-map (ctx-ptr) sockets 1 BPF_F_INGRESS) 1))");
}

TEST_F(MapUse, MessagesGoToSocketsByHash) {
  expectRedirected(
      std::string("(defmap sockets :type :sockhash :key-type u32"
                  " :value-size 4 :max-entries 2)") +
      kMessages +
      "(let ((key 1)) (declare (type u32 key))"
      " (msg-redirect-hash (ctx-ptr) sockets key BPF_F_INGRESS)) 1))");
}

TEST_F(MapUse, StreamsGoToSockets) {
  Loaded loaded(
      "(defmap sockets :type :sockmap :value-size 4 :max-entries 2)"
      "(defprog main (:type :sk-skb :section \"sk_skb/stream_verdict\")"
      " (sk-redirect-map (ctx-ptr) sockets 0 0))");
  Connections made;
  if (!made.areUp())
    GTEST_SKIP() << "no connection over loopback";
  ASSERT_EQ(bpf_prog_attach(loaded.program(), loaded.map("sockets"),
                            BPF_SK_SKB_STREAM_VERDICT, 0),
            0)
      << strerror(errno);
  // What the first server receives, the second sends to its client.
  ASSERT_TRUE(loaded.set("sockets", 0, uint32_t(made.server[1])));
  ASSERT_TRUE(loaded.set("sockets", 1, uint32_t(made.server[0])));
  ASSERT_EQ(send(made.client[0], "on", 2, 0), 2);
  EXPECT_EQ(receive(made.client[1]), "on");
  bpf_prog_detach2(loaded.program(), loaded.map("sockets"),
                   BPF_SK_SKB_STREAM_VERDICT);
}

/// A timer runs on its own time: the value that its callback leaves.
TEST_F(MapUse, ATimerCallsBack) {
  Loaded loaded(
      "(defstruct alarm (timer bpf-timer) (rings u64) (key u64))"
      "(defmap alarms :type :array :key-type u32 :value-type alarm"
      " :max-entries 2)"
      "(defmap out :type :array :key-type u32 :value-type u64 :max-entries 1)"
      "(defsubprog ring ((map u64) (key (ptr u32)) (a (ptr alarm)))"
      " (incf (alarm-rings a))"
      " (setf (getmap out 0) (+ (* 10 (alarm-rings a)) (load u32 key)))"
      " (when (< (alarm-rings a) 3)"
      "  (timer-start (alarm-timer a) 1000000 0)))"
      "(defprog main (:type :syscall)"
      " (let ((a (map-lookup alarms 1)))"
      "  (when (= a 0) (return 1))"
      "  (when (timer-init (alarm-timer a) alarms 1) (return 2))"
      "  (when (timer-set-callback (alarm-timer a) #'ring) (return 3))"
      "  (timer-start (alarm-timer a) 1000000 0)))");
  EXPECT_EQ(loaded.run(false), 0);
  for (int i = 0; i < 200 && loaded.value("out") < 31; ++i)
    usleep(10'000);
  EXPECT_EQ(loaded.value("out"), 31u);
}

/// The area of memory that an address is in: of the string that the test has.
TEST_F(MapUse, AnAreaOfMemoryIsFound) {
  Loaded loaded(
      "(import-kernel-struct vm-area-struct vm-start vm-end)"
      "(defmap in :type :array :key-type u32 :value-type u64 :max-entries 1)"
      "(defmap out :type :array :key-type u32 :value-type u64 :max-entries 1)"
      "(defstruct found (start u64) (end u64))"
      "(defsubprog keep ((task (ptr task-struct)) (area (ptr vm-area-struct))"
      "                  (f (ptr found)))"
      " (setf (found-start f) (vm-area-struct-vm-start area)"
      "       (found-end f) (vm-area-struct-vm-end area)) 0)"
      "(defprog main (:type :raw-tracepoint)"
      " (let* ((f (make-found)) (address (getmap in 0))"
      "        (error (find-vma (get-current-task-btf) address #'keep f 0)))"
      "  (setf (getmap out 0) (and (<= (found-start f) address)"
      "                            (< address (found-end f))))"
      "  error))");
  static const char here[] = "here";
  loaded.set("in", 0, reinterpret_cast<uint64_t>(here));
  EXPECT_EQ(loaded.run(false), 0);
  EXPECT_EQ(loaded.value("out"), 1u);
}

constexpr char kMarks[] = R"(
(import-kernel-struct file f-inode)
(defmap marks :type :inode-storage :key-type i32 :value-type u64
  :map-flags BPF_F_NO_PREALLOC)
(defmap wanted :type :array :key-type u32 :value-type u32 :max-entries 1)
(defprog opened (:type :lsm :section "lsm/file_open")
  (when (= (>> (get-current-pid-tgid) 32) (getmap wanted 0))
    (when-let (mark (inode-storage-get marks (file-f-inode (arg file)) 0
                                       BPF_LOCAL_STORAGE_GET_F_CREATE))
      (incf (load u64 mark) 5)))
  0)
)";

/// Opens of a file by this process are counted in its inode; user space finds
/// the count under a descriptor.
TEST_F(MapUse, InodesKeepMarks) {
  auto bytes = compileObject(kMarks, "marks.lisp", optimizationModes()[1]);
  bpf_object *object =
      bpf_object__open_mem(bytes.data(), bytes.size(), nullptr);
  ASSERT_TRUE(object);
  std::unique_ptr<bpf_object, decltype(&bpf_object__close)> owner(
      object, bpf_object__close);
  bpf_program *program = bpf_object__find_program_by_name(object, "opened");
  if (bpf_object__load(object))
    GTEST_SKIP() << "LSM programs cannot be loaded here: " << strerror(errno);
  int marks = bpf_object__find_map_fd_by_name(object, "marks");
  int wanted = bpf_object__find_map_fd_by_name(object, "wanted");
  uint32_t key = 0, self = uint32_t(getpid());
  ASSERT_EQ(bpf_map_update_elem(wanted, &key, &self, BPF_ANY), 0);
  bpf_link *link = bpf_program__attach_lsm(program);
  if (!link)
    GTEST_SKIP() << "LSM programs cannot be attached here: " << strerror(errno);
  char path[] = "/tmp/whistler-marks-XXXXXX";
  int file = mkstemp(path);
  close(open(path, O_RDONLY));
  uint64_t mark = 0;
  int found = bpf_map_lookup_elem(marks, &file, &mark);
  bpf_link__destroy(link);
  close(file);
  unlink(path);
  EXPECT_EQ(found, 0) << strerror(errno);
  EXPECT_EQ(mark, 10u); // made, and opened again
}

} // namespace
