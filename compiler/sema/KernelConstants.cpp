// Values of kernel constants, from the kernel's own headers.

#include "Tables.h"

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/pkt_cls.h>
#include <sys/socket.h>

#include <cerrno>
#include <csignal>
#include <ctime>
#include <fcntl.h>

namespace whistler::compiler {

namespace {

struct ConstantRow {
  const char *name;
  uint64_t value;
};

constexpr ConstantRow kConstants[] = {
#define WHISTLER_KERNEL_CONSTANT(NAME) {#NAME, uint64_t(NAME)},
#include "KernelConstants.def"
};

} // namespace

std::optional<uint64_t> findKernelConstant(llvm::StringRef name) {
  for (const ConstantRow &row : kConstants)
    if (name == row.name)
      return row.value;
  return std::nullopt;
}

std::vector<std::string> kernelConstantNames() {
  std::vector<std::string> names;
  for (const ConstantRow &row : kConstants)
    names.emplace_back(row.name);
  return names;
}

} // namespace whistler::compiler
