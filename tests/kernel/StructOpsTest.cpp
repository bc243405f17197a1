// Programs that are functions of a kernel interface. bpf_dummy_ops is there to
// be run: BPF_PROG_TEST_RUN passes it arguments and gives its result.

#include "KernelTest.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

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

} // namespace
