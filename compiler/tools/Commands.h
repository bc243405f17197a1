#ifndef WHISTLER_TOOLS_COMMANDS_H
#define WHISTLER_TOOLS_COMMANDS_H

#include "CommandLine.h"

#include <llvm/ADT/ArrayRef.h>

#include <string>

namespace whistler::tools {

using CommandArguments = llvm::ArrayRef<std::string>;

/// The sub-commands of `whistler`, given what follows their name; each returns
/// the exit status. Their grammars are for --help and completion.
#define WHISTLER_COMMAND(NAME, FUNCTION, GRAMMAR, SUMMARY)                     \
  int FUNCTION(CommandArguments arguments);                                    \
  extern const Grammar GRAMMAR;
#include "Commands.def"

struct Command {
  const char *name;
  int (*run)(CommandArguments);
  const Grammar *grammar;
  const char *summary;
};

/// In the order of --help.
llvm::ArrayRef<Command> commands();

} // namespace whistler::tools

#endif
