// The `whistler` command: finds the sub-command in Commands.def and hands it
// the rest of the line. Everything else is in the sub-commands, one file each,
// which are thin: they parse options, call a room, and print.
#include "CommandLine.h"
#include "Commands.h"
#include "Completion.h"
#include "LargePages.h"
#include "TextTable.h"

#include "whistler/backend/Host.h"
#include "whistler/compiler/Diagnostics.h"
#include "whistler/compiler/Reference.h"

#include <llvm/ADT/STLExtras.h>
#include <llvm/ADT/StringExtras.h>
#include <llvm/Config/llvm-config.h>
#include <llvm/Support/Format.h>
#include <llvm/Support/raw_ostream.h>

using namespace whistler;
using namespace whistler::tools;

namespace {

constexpr Command kCommands[] = {
#define WHISTLER_COMMAND(NAME, FUNCTION, GRAMMAR, SUMMARY)                     \
  {NAME, FUNCTION, &GRAMMAR, SUMMARY},
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
        "  --help=TABLE                   one of "
     << llvm::join(compiler::referenceTableNames(), ", ")
     << "\n"
        "  --version                      versions of whistler, LLVM, libbpf\n"
        "  --completion=bash              completion for a shell, to eval\n\n"
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

/// `--help=helpers`: a table of the compiler's, as it stands.
int printTable(const std::string &name) {
  compiler::ReferenceTable table = compiler::referenceTable(name);
  if (table.rows.empty())
    return usageError(
        "whistler",
        "unknown table `" + name + "`, there are " +
            llvm::join(compiler::referenceTableNames(), ", ") +
            compiler::didYouMean(name, compiler::referenceTableNames()));
  TextTable text;
  text.columns.assign(table.headings.size(), Align::Left);
  text.rows.push_back(table.headings);
  for (std::vector<std::string> &row : table.rows)
    text.rows.push_back(std::move(row));
  llvm::outs() << table.summary << "\n\n";
  text.print(llvm::outs());
  return kDone;
}

int printCompletion(const std::string &shell) {
  if (shell != "bash")
    return usageError("whistler",
                      "no completion for `" + shell + "`, only for bash");
  printBashCompletion(llvm::outs());
  return kDone;
}

int printVersion() {
  llvm::outs() << "whistler " WHISTLER_VERSION " (LLVM " LLVM_VERSION_STRING
                  ", libbpf "
               << backend::libbpfVersion() << ")\n";
  return kDone;
}

/// What may stand in place of a command.
int option(llvm::StringRef name, const std::string &value,
           CommandArguments rest) {
  if (name == "--help" && !value.empty())
    return printTable(value);
  if (name == "--help" || name == "-h")
    return help(rest);
  if (name == "--version")
    return printVersion();
  if (name == "--completion")
    return printCompletion(value.empty() && !rest.empty() ? rest.front()
                                                          : value);
  return usageError(
      "whistler",
      "unknown option `" + name.str() + "`" +
          compiler::didYouMean(name, {"--help", "--version", "--completion"}));
}

int dispatch(CommandArguments arguments) {
  if (arguments.empty()) {
    printHelp(llvm::errs());
    return kBadUsage;
  }
  const std::string &first = arguments.front();
  if (first == "help")
    return help(arguments.drop_front());
  if (llvm::StringRef(first).starts_with("-")) {
    auto [name, value] = llvm::StringRef(first).split('=');
    return option(name, value.str(), arguments.drop_front());
  }
  const Command *command = findCommand(first);
  return command ? command->run(arguments.drop_front()) : unknownCommand(first);
}

} // namespace

llvm::ArrayRef<Command> tools::commands() { return kCommands; }

int main(int argc, char **argv) {
  useLargePages();
  std::vector<std::string> arguments(argv + 1, argv + argc);
  int status = dispatch(arguments);
  llvm::outs().flush();
  std::error_code error = llvm::outs().error();
  if (!error)
    return status;
  llvm::outs().clear_error(); // LLVM would abort at exit
  return worse(status,
               fail("whistler",
                    "cannot write to standard output: " + error.message(),
                    kBadInput));
}
