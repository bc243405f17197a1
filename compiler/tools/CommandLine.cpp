// Command lines from tables. Each command states its options as rows; this
// file turns the rows into a Boost.Program_options parser and into --help, and
// answers mistakes with the closest name. Nothing else in the project sees
// Boost.
//
// Abbreviated long options are refused: a script that uses one breaks when a
// later version adds an option with the same beginning.
#include "CommandLine.h"

#include "whistler/compiler/Diagnostics.h"

#include <llvm/ADT/STLExtras.h>
#include <llvm/ADT/SmallVector.h>
#include <llvm/ADT/StringExtras.h>
#include <llvm/Support/FormatVariadic.h>
#include <llvm/Support/raw_ostream.h>

#include <boost/program_options.hpp>

namespace po = boost::program_options;

namespace whistler::tools {

namespace {

constexpr const char *kOperands = "operands";

bool isSwitch(const Option &option) { return *option.value == 0; }

po::options_description describe(const Grammar &grammar) {
  po::options_description description;
  auto add = description.add_options();
  for (const Option &option : grammar.options) {
    std::string name = option.name;
    if (option.letter)
      name += std::string(",") + option.letter;
    if (isSwitch(option)) {
      add(name.c_str(), "");
      continue;
    }
    add(name.c_str(), po::value<std::vector<std::string>>(), "");
  }
  add("help,h", "");
  add(kOperands, po::value<std::vector<std::string>>(), "");
  return description;
}

/// `--report` to `--report=text`. Boost's own implicit values also take the
/// next word, which would eat an operand.
std::vector<std::string> withBareValues(const Grammar &grammar,
                                        llvm::ArrayRef<std::string> given) {
  std::vector<std::string> result = given.vec();
  for (std::string &word : result) {
    if (word == "--")
      break;
    for (const Option &option : grammar.options)
      if (option.bare && word == std::string("--") + option.name)
        word += std::string("=") + option.bare;
  }
  return result;
}

std::string spelling(const Option &option) {
  std::string text = "    ";
  if (option.letter)
    text = std::string("-") + option.letter + ", ";
  text += std::string("--") + option.name;
  if (isSwitch(option))
    return text;
  return text + (option.bare ? std::string("[=") + option.value + "]"
                             : std::string("=") + option.value);
}

void printHelp(const Grammar &grammar, llvm::raw_ostream &os) {
  os << "usage: " << grammar.command << ' ' << grammar.operands
     << (*grammar.operands ? " " : "") << "[options]\n\n"
     << grammar.summary << "\n\n";
  auto row = [&os](const std::string &left, llvm::StringRef right) {
    os << "  " << left;
    if (left.size() > 30)
      os << '\n' << std::string(34, ' ');
    else
      os << std::string(32 - left.size(), ' ');
    os << right << '\n';
  };
  for (const Option &option : grammar.options)
    row(spelling(option), option.summary);
  row("-h, --help", "this text");
}

/// An option's values are checked here so that every command words it alike.
std::string wrongValue(const Option &option, const std::string &value) {
  llvm::StringRef allowed = option.value;
  if (!allowed.contains('|'))
    return "";
  llvm::SmallVector<llvm::StringRef> choices;
  allowed.split(choices, '|');
  if (llvm::is_contained(choices, value))
    return "";
  std::vector<std::string> names(choices.begin(), choices.end());
  return llvm::formatv("`{0}` is no value of --{1}, which takes {2}{3}", value,
                       option.name, llvm::join(choices, ", "),
                       compiler::didYouMean(value, names));
}

std::string wrongCount(const Grammar &grammar, size_t count) {
  if (count < grammar.minOperands)
    return llvm::formatv("needs {0}", grammar.operands);
  if (count > 0 && grammar.maxOperands == 0)
    return "takes options only";
  if (count > grammar.maxOperands)
    return llvm::formatv("takes {0} and no more, but {1} were given",
                         grammar.operands, count);
  return "";
}

/// Moves what Boost found into plain values; returns what is wrong, or "".
std::string collect(const Grammar &grammar, const po::variables_map &found,
                    Arguments &result) {
  using Strings = std::vector<std::string>;
  for (const Option &option : grammar.options) {
    if (!found.count(option.name))
      continue;
    std::string &value = result.options[option.name];
    if (isSwitch(option))
      continue;
    value = found[option.name].as<Strings>().back();
    if (std::string wrong = wrongValue(option, value); !wrong.empty())
      return wrong;
  }
  if (found.count(kOperands))
    result.operands = found[kOperands].as<Strings>();
  return wrongCount(grammar, result.operands.size());
}

std::string unknownOption(const Grammar &grammar, llvm::StringRef given) {
  given = given.split('=').first;
  std::vector<std::string> names{"--help"};
  for (const Option &option : grammar.options)
    names.push_back(std::string("--") + option.name);
  return "unknown option `" + given.str() + "`" +
         compiler::didYouMean(given, names);
}

} // namespace

std::string Arguments::get(const std::string &name,
                           const std::string &fallback) const {
  auto found = options.find(name);
  return found == options.end() ? fallback : found->second;
}

int usageError(llvm::StringRef command, const std::string &text) {
  llvm::errs() << command << ": " << text << "\ntry: " << command
               << " --help\n";
  return kBadUsage;
}

int fail(llvm::StringRef command, const std::string &text, int status) {
  llvm::errs() << command << ": error: " << text << '\n';
  return status;
}

std::optional<Arguments> parse(const Grammar &grammar,
                               llvm::ArrayRef<std::string> arguments,
                               int &status) {
  using namespace po::command_line_style;
  po::positional_options_description positional;
  positional.add(kOperands, -1);
  po::variables_map found;
  try {
    po::options_description description = describe(grammar);
    po::store(po::command_line_parser(withBareValues(grammar, arguments))
                  .options(description)
                  .positional(positional)
                  .style(unix_style & ~allow_guessing)
                  .run(),
              found);
  } catch (const po::unknown_option &error) {
    status = usageError(grammar.command,
                        unknownOption(grammar, error.get_option_name()));
    return std::nullopt;
  } catch (const po::error &error) {
    status = usageError(grammar.command, error.what());
    return std::nullopt;
  }
  if (found.count("help")) {
    printHelp(grammar, llvm::outs());
    status = kDone;
    return std::nullopt;
  }
  Arguments result;
  if (std::string wrong = collect(grammar, found, result); !wrong.empty()) {
    status = usageError(grammar.command, wrong);
    return std::nullopt;
  }
  return result;
}

} // namespace whistler::tools
