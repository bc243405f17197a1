// Completion for bash: `eval "$(whistler --completion=bash)"`, or the output in
// /usr/share/bash-completion/completions/whistler.
//
// The script is data (each command's options and each option's values, from
// the same tables that parse the command line) and one function that looks in
// it. bash gives `--opt=value` as three words, since `=` is in COMP_WORDBREAKS.
#include "Completion.h"

#include "Commands.h"

#include "whistler/compiler/Reference.h"

#include <llvm/ADT/StringExtras.h>

namespace whistler::tools {

namespace {

/// The words an option's value may be: "a b", or "" for any (a file).
std::string choices(const Option &option) {
  llvm::StringRef value = option.value;
  if (!value.contains('|'))
    return "";
  std::string words = value.str();
  for (char &c : words)
    c = c == '|' ? ' ' : c;
  return words;
}

void printCommand(const Command &command, llvm::raw_ostream &os) {
  os << "  _whistler_options[" << command.name << "]='--help";
  for (const Option &option : command.grammar->options) {
    os << " --" << option.name;
    if (*option.value && !option.bare)
      os << '=';
  }
  os << "'\n";
  for (const Option &option : command.grammar->options)
    if (*option.value)
      os << "  _whistler_values[" << command.name << ",--" << option.name
         << "]='" << choices(option) << "'\n";
}

constexpr const char *kFunction = R"(
_whistler() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
  local command=${COMP_WORDS[1]} option='' words=''
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    words=${_whistler_options[-]}
  elif [[ $current == '=' ]]; then
    option=$previous current=''
  elif [[ $previous == '=' ]]; then
    option=${COMP_WORDS[COMP_CWORD-2]}
  elif [[ $current == -* ]]; then
    words=${_whistler_options[$command]-}
  elif [[ $command == help ]]; then
    words=${_whistler_commands}
  fi
  if [[ -n $option ]]; then
    ((COMP_CWORD <= 3)) && [[ $command == --* ]] && command=-
    words=${_whistler_values[$command,$option]-}
  fi
  if [[ -n $words ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
    [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace
  else
    mapfile -t COMPREPLY < <(compgen -f -- "$current")
    compopt -o filenames
  fi
  return 0
} 2>/dev/null
complete -F _whistler whistler
)";

} // namespace

void printBashCompletion(llvm::raw_ostream &os) {
  std::string names;
  for (const Command &command : commands())
    names += std::string(command.name) + ' ';
  os << "# bash completion for whistler; made by whistler --completion=bash\n"
        "declare -gA _whistler_options _whistler_values\n"
        "declare -g _whistler_commands='"
     << names << "'\n_whistler_tables() {\n"
     << "  _whistler_options[-]='" << names
     << "help --help --version --completion='\n"
        "  _whistler_values[-,--help]='"
     << llvm::join(compiler::referenceTableNames(), " ")
     << "'\n  _whistler_values[-,--completion]='bash'\n";
  for (const Command &command : commands())
    printCommand(command, os);
  os << "}\n_whistler_tables\n" << kFunction;
}

} // namespace whistler::tools
