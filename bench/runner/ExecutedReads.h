#ifndef WHISTLER_BENCH_EXECUTEDREADS_H
#define WHISTLER_BENCH_EXECUTEDREADS_H

#include "ProbeObject.h"

namespace whistler::bench {

/// The helpers that read kernel memory.
bool isKernelRead(uint32_t helper);

/// How many kernel reads one run of the loaded program makes: counted, not
/// estimated. A second copy of the program is loaded in which each such call
/// goes through a subprogram that counts, and run once. The copy writes the
/// same maps and ring buffer.
llvm::Expected<uint64_t> countExecutedReads(const ProbeObject &probe);

} // namespace whistler::bench

#endif
