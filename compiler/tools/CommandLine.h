#ifndef WHISTLER_TOOLS_COMMANDLINE_H
#define WHISTLER_TOOLS_COMMANDLINE_H

#include <llvm/ADT/ArrayRef.h>
#include <llvm/ADT/StringRef.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace whistler::tools {

/// Exit statuses of every command.
enum ExitStatus : int {
  kDone = 0,
  kBadInput = 1,     ///< the input is wrong; diagnostics were printed
  kBadUsage = 2,     ///< wrong options or operands
  kMachineLacks = 3, ///< no BTF, no permission
};

/// The worse of two statuses: what the machine lacks outranks bad input.
inline int worse(int a, int b) { return a > b ? a : b; }

/// One option of a command.
struct Option {
  const char *name;         ///< without dashes
  char letter = 0;          ///< of the short form, 0 for none
  const char *value = "";   ///< "FILE"; "a|b|c" allows these only; "": a switch
  const char *summary = ""; ///< for --help
  const char *bare = nullptr; ///< the value when given without one
};

/// What a command takes; `operands` as in a usage line, "IN...".
struct Grammar {
  const char *command; ///< "whistler compile"
  const char *operands;
  const char *summary;
  llvm::ArrayRef<Option> options;
  unsigned minOperands = 1, maxOperands = ~0u;
};

/// Options and operands as given.
struct Arguments {
  std::map<std::string, std::string> options; ///< switches hold ""
  std::vector<std::string> operands;

  bool has(const std::string &name) const { return options.count(name) != 0; }
  /// The option's value, or `fallback` when it was not given.
  std::string get(const std::string &name,
                  const std::string &fallback = "") const;
};

/// Parses by `grammar`. Handles --help (prints to stdout) and wrong usage
/// (prints to stderr, with the closest name): nothing is returned then and
/// `status` is the exit status.
std::optional<Arguments> parse(const Grammar &grammar,
                               llvm::ArrayRef<std::string> arguments,
                               int &status);

/// "COMMAND: TEXT" and a pointer to --help on stderr; returns kBadUsage.
int usageError(llvm::StringRef command, const std::string &text);

/// "COMMAND: error: TEXT" on stderr; returns `status`.
int fail(llvm::StringRef command, const std::string &text, int status);

} // namespace whistler::tools

#endif
