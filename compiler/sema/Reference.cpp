// The tables that sema looks names up in, as text: what `whistler --help=NAME`
// prints and what the reference part of the documentation is made from. The
// text is derived from the rows, so a new row is documented by being there.

#include "whistler/compiler/Reference.h"

#include "../prelude/Prelude.h"
#include "../reader/Form.h"
#include "../reader/Reader.h"
#include "Tables.h"

#include <llvm/ADT/STLExtras.h>
#include <llvm/ADT/StringExtras.h>

namespace whistler::compiler {

namespace {

using Rows = std::vector<std::vector<std::string>>;

struct HelperDocRow {
  const char *name, *parameters, *doc;
};

constexpr HelperDocRow kHelperDocs[] = {
#define WHISTLER_HELPER_DOC(NAME, PARAMETERS, DOC) {NAME, PARAMETERS, DOC},
#include "HelperDocs.def"
};

/// Forms that are gone when sema begins.
struct ExpanderFormRow {
  const char *name, *doc;
};

constexpr ExpanderFormRow kExpanderForms[] = {
#define WHISTLER_TOP_LEVEL_FORM(NAME, HANDLER, DOC) {NAME, DOC},
#include "../expand/TopLevelForms.def"
};

std::string spelled(llvm::StringRef name) {
  std::string result = name.lower();
  for (char &c : result)
    c = c == '_' ? '-' : c;
  return result;
}

std::string counted(int least, int most) {
  if (most < 0)
    return std::to_string(least) + "+";
  if (least == most)
    return std::to_string(least);
  return std::to_string(least) + "-" + std::to_string(most);
}

Rows helperRows() {
  Rows rows;
  for (const HelperRow &row : helpers()) {
    const HelperDocRow *doc =
        llvm::find_if(kHelperDocs, [&](const HelperDocRow &candidate) {
          return llvm::StringRef(candidate.name) == row.name;
        });
    bool known = doc != std::end(kHelperDocs);
    rows.push_back({spelled(row.name), std::to_string(row.id),
                    std::string("(") + (known ? doc->parameters : "") + ")",
                    known ? doc->doc : ""});
  }
  return rows;
}

const char *text(MapKey key) {
  static constexpr const char *kTexts[] = {
      "no key", "key of any size", "key u32", "key: prefix length, then data",
      "key u64 or struct bpf_cgroup_storage_key"};
  return kTexts[size_t(key)];
}

const char *text(MapValue value) {
  static constexpr const char *kTexts[] = {"no value",
                                           "value of any size",
                                           "value of up to 32 KiB",
                                           "value of 4 bytes",
                                           "value of 4 or 8 bytes",
                                           "value: a map",
                                           "value of n * 8 bytes"};
  return kTexts[size_t(value)];
}

const char *text(MapEntries entries) {
  static constexpr const char *kTexts[] = {
      "", "; :max-entries by default the number of CPUs", "; no :max-entries",
      "; :max-entries is bytes, a power of two of whole pages"};
  return kTexts[size_t(entries)];
}

Rows mapRows() {
  Rows rows;
  for (const MapTypeRow &row : mapTypes())
    rows.push_back({":" + spelled(row.keyword), std::to_string(row.type),
                    std::string(text(row.key)) + ", " + text(row.value) +
                        text(row.entries),
                    row.doc});
  return rows;
}

Rows programRows() {
  Rows rows;
  for (const ProgramTypeRow &row : programTypes()) {
    std::string context = row.context;
    rows.push_back(
        {":" + spelled(row.keyword), row.section,
         context.empty() ? "by number: (ctx T offset)" : "struct " + context,
         row.doc});
  }
  return rows;
}

/// The macros that the language defines in itself.
void addPreludeMacros(Rows &rows) {
  SourceManager sources;
  DiagnosticEngine diagnostics(sources);
  FormContext forms;
  for (const PreludeFile &file : preludeFiles())
    for (const Form *form : read(sources.add(file.name.str(), file.text.str()),
                                 forms, diagnostics)) {
      llvm::SmallVector<const Form *, 8> parts = items(form);
      if (parts.size() < 4 || !parts[0]->isNamed("DEFMACRO"))
        continue;
      bool hasDoc = parts.size() > 4 && parts[3]->isString();
      rows.push_back(
          {spelled(toString(parts[1])), "macro", "",
           hasDoc ? parts[3]->text().str()
                  : "(" + spelled(toString(parts[1])) + " " +
                        spelled(
                            llvm::StringRef(toString(parts[2])).drop_front())});
    }
}

Rows formRows() {
  Rows rows;
  for (const ExpanderFormRow &row : kExpanderForms)
    if (!findDeclaration(row.name))
      rows.push_back({spelled(row.name), "top level", "", row.doc});
  for (const DeclarationRow &row : declarations())
    rows.push_back({spelled(row.name), "top level", "", row.doc});
  for (const BuiltinRow &row : builtins())
    rows.push_back({spelled(row.name), "form",
                    counted(row.minArgs, row.maxArgs), row.doc});
  addPreludeMacros(rows);
  return rows;
}

struct TableRow {
  const char *name, *summary, *headings; ///< headings apart by `|`
  Rows (*rows)();
};

constexpr TableRow kTables[] = {
    {"helpers", "Helpers of the kernel: call one as a form, (ktime-get-ns).",
     "helper|id|parameters in C|what it does", helperRows},
    {"maps", "Map types, for (defmap name :type T ...).",
     ":type|number|sizes|what it is", mapRows},
    {"programs", "Program types, for (defprog name (:type T ...) ...).",
     ":type|default section|context|what it is", programRows},
    {"forms",
     "Top-level forms, expressions, and macros of the language's library.",
     "form|kind|arguments|what it is", formRows},
};

std::vector<std::string> splitHeadings(llvm::StringRef text) {
  llvm::SmallVector<llvm::StringRef> parts;
  text.split(parts, '|');
  return {parts.begin(), parts.end()};
}

} // namespace

std::vector<std::string> referenceTableNames() {
  std::vector<std::string> names;
  for (const TableRow &row : kTables)
    names.push_back(row.name);
  return names;
}

ReferenceTable referenceTable(const std::string &name) {
  for (const TableRow &row : kTables)
    if (name == row.name)
      return {row.name, row.summary, splitHeadings(row.headings), row.rows()};
  return {};
}

} // namespace whistler::compiler
