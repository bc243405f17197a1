#ifndef WHISTLER_TOOLS_COMPLETION_H
#define WHISTLER_TOOLS_COMPLETION_H

#include <llvm/Support/raw_ostream.h>

namespace whistler::tools {

/// A bash script that completes commands, options and their values; made from
/// the tables of commands and options.
void printBashCompletion(llvm::raw_ostream &os);

} // namespace whistler::tools

#endif
