#ifndef WHISTLER_COMPILER_OPTIONS_H
#define WHISTLER_COMPILER_OPTIONS_H

#include "whistler/backend/Target.h"
#include "whistler/passes/Pipelines.h"

#include <string>

namespace whistler::compiler {

/// What a compilation depends on besides its source: one plain value.
struct Options {
  /// BTF to import structs from: raw or ELF file.
  std::string btfPath = "/sys/kernel/btf/vmlinux";
  /// Where events' format files are, in place of the tracing file system.
  std::string tracefsPath;
  passes::ReadStrategy reads = passes::ReadStrategy::Portable;
  /// --target-kernel: compile for kernels from this one on.
  std::optional<passes::KernelVersion> targetKernel = std::nullopt;
  bool relocatable = true; ///< false: --no-core
  bool optimize = true;    ///< false: -O0
  backend::Cpu cpu = backend::Cpu::V3;
  bool verifyEach = false;
  passes::CostModel costs; ///< of the machine that the reads are chosen for
  /// Follow each read as it is written: remarks with `Remark::read`.
  bool explainReads = false;
};

} // namespace whistler::compiler

#endif
