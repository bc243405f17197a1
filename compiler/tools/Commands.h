#ifndef WHISTLER_TOOLS_COMMANDS_H
#define WHISTLER_TOOLS_COMMANDS_H

#include <llvm/ADT/ArrayRef.h>

#include <string>

namespace whistler::tools {

using CommandArguments = llvm::ArrayRef<std::string>;

/// The sub-commands of `whistler`, given what follows their name; each returns
/// the exit status.
int runCompileCommand(CommandArguments arguments);
int runVerifyCommand(CommandArguments arguments);
int runDisasmCommand(CommandArguments arguments);
int runBtfCommand(CommandArguments arguments);

} // namespace whistler::tools

#endif
