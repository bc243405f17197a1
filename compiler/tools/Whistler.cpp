// The `whistler` command: finds the sub-command in Commands.def and hands it
// the rest of the line. Everything else is in the sub-commands, one file each,
// which are thin: they parse options, call a room, and print.
#include "CommandLine.h"
#include "Commands.h"

#include "whistler/compiler/Diagnostics.h"

#include <llvm/ADT/STLExtras.h>
#include <llvm/Config/llvm-config.h>
#include <llvm/Support/Format.h>
#include <llvm/Support/raw_ostream.h>

using namespace whistler;
using namespace whistler::tools;

namespace {

struct Command {
  const char *name;
  int (*run)(CommandArguments);
  const char *summary;
};

constexpr Command kCommands[] = {
#define WHISTLER_COMMAND(NAME, FUNCTION, SUMMARY) {NAME, FUNCTION, SUMMARY},
#include "Commands.def"
};

const Command *findCommand(llvm::StringRef name) {
  const Command *found = llvm::find_if(
      kCommands, [&](const Command &command) { return name == command.name; });
  return found == std::end(kCommands) ? nullptr : found;
}

void printHelp(llvm::raw_ostream &os) {
  os << "usage: whistler COMMAND [arguments]\n\n"
        "Compiles eBPF probes written in Lisp.\n\n";
  for (const Command &command : kCommands)
    os << llvm::format("  %-10s ", command.name) << command.summary << '\n';
  os << "\n  help COMMAND, COMMAND --help   a command's options\n"
        "  --version                      versions of whistler and LLVM\n\n"
        "Exit status: 0 done, 1 the input is wrong, 2 wrong usage, 3 the "
        "machine lacks\nsomething (BTF, permission).\n";
}

int unknownCommand(const std::string &name) {
  std::vector<std::string> names{"help"};
  for (const Command &command : kCommands)
    names.push_back(command.name);
  return usageError("whistler", "unknown command `" + name + "`" +
                                    compiler::didYouMean(name, names));
}

int help(CommandArguments arguments) {
  if (arguments.empty()) {
    printHelp(llvm::outs());
    return kDone;
  }
  const Command *command = findCommand(arguments.front());
  return command ? command->run({"--help"}) : unknownCommand(arguments.front());
}

int dispatch(CommandArguments arguments) {
  if (arguments.empty()) {
    printHelp(llvm::errs());
    return kBadUsage;
  }
  const std::string &first = arguments.front();
  if (first == "--version") {
    llvm::outs() << "whistler " WHISTLER_VERSION " (LLVM " LLVM_VERSION_STRING
                    ")\n";
    return kDone;
  }
  if (first == "--help" || first == "-h" || first == "help")
    return help(arguments.drop_front());
  const Command *command = findCommand(first);
  return command ? command->run(arguments.drop_front()) : unknownCommand(first);
}

} // namespace

int main(int argc, char **argv) {
  std::vector<std::string> arguments(argv + 1, argv + argc);
  return dispatch(arguments);
}
