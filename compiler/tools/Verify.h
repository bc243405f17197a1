#ifndef WHISTLER_TOOLS_VERIFY_H
#define WHISTLER_TOOLS_VERIFY_H

#include <llvm/ADT/ArrayRef.h>

#include <string>

namespace whistler::tools {

struct VerifyOptions {
  bool log = false;    ///< print the whole verifier log of each program
  bool json = false;   ///< one JSON array on standard output
  std::string btfPath; ///< kernel types for CO-RE, "" for the running kernel's
};

/// Loads every program of the files into the running kernel and prints what
/// it said; returns the exit status: 1 for a rejection or a file that is no
/// object, 3 when this user may not load programs.
int runVerify(llvm::ArrayRef<std::string> files, const VerifyOptions &options);

} // namespace whistler::tools

#endif
