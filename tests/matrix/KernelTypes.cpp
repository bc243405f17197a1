// The kernel's BTF is parsed once for all objects rather than once for each:
// under emulation that is most of the time a load takes. libbpf has no such
// cache, so the linker sends its calls here (--wrap in CMakeLists.txt). An
// object only reads these types and frees them at the end of its load.

#include <bpf/btf.h>

extern "C" {

btf *__real_btf__load_vmlinux_btf();
void __real_btf__free(btf *types);

static btf *kernelTypes;

btf *__wrap_btf__load_vmlinux_btf() {
  if (!kernelTypes)
    kernelTypes = __real_btf__load_vmlinux_btf();
  return kernelTypes;
}

void __wrap_btf__free(btf *types) {
  if (types != kernelTypes)
    __real_btf__free(types);
}
}
