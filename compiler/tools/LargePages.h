#ifndef WHISTLER_TOOLS_LARGE_PAGES_H
#define WHISTLER_TOOLS_LARGE_PAGES_H

namespace whistler::tools {

/// Puts the process's first tens of megabytes of heap on large pages, where the
/// kernel gives them to those who ask (/sys/kernel/mm/transparent_hugepage).
/// A compile touches some 3,000 small pages, half of them for libbpf's copy of
/// the kernel's BTF, and takes a fault for each: a quarter of its time in a
/// virtual machine. Changes malloc for the whole process: for `main`, before
/// anything else.
void useLargePages();

} // namespace whistler::tools

#endif
