// One run of sema over the core forms of a compilation.
//
// Top-level forms go in source order to the handlers that Declarations.def
// names: a struct or map is declared before its use, as in C. A mistake ends
// the form it is in, not the run; names whose declaration failed are kept so
// that their uses say nothing more.

#include "Analyzer.h"

#include <llvm/ADT/StringExtras.h>

namespace whistler::compiler {

llvm::Expected<TypedProgram> analyze(const std::vector<const Form *> &forms,
                                     FormContext &context,
                                     const SemaInputs &inputs,
                                     DiagnosticEngine &diagnostics) {
  Analyzer analyzer(context, inputs, diagnostics);
  return analyzer.run(forms);
}

namespace {

/// A struct of linux/bpf.h, from the table of its fields.
std::unique_ptr<StructInfo> sharedRecord(const SharedRecordRow &row) {
  auto record = std::make_unique<StructInfo>();
  record->name = row.name;
  record->isPrelude = true;
  record->bytes = row.bytes;
  record->align = 8;
  for (const ContextFieldRow &field : contextFields()) {
    if (row.name != llvm::StringRef(field.record))
      continue;
    MemoryType element;
    element.bytes = field.elementBytes;
    element.isSigned = field.isSigned;
    FieldInfo info{field.field, uint64_t(field.offset) * 8, 0, element};
    if (field.bytes != field.elementBytes) {
      info.type.kind = MemoryType::Kind::Array;
      info.type.count = field.bytes / field.elementBytes;
      info.type.bytes = field.bytes;
      info.type.element = std::make_shared<const MemoryType>(element);
    }
    record->fields.push_back(std::move(info));
  }
  return record;
}

} // namespace

Analyzer::Analyzer(FormContext &forms, const SemaInputs &inputs,
                   DiagnosticEngine &diagnostics)
    : forms(forms), inputs(inputs), diagnostics(diagnostics) {}

llvm::Expected<TypedProgram>
Analyzer::run(const std::vector<const Form *> &topLevelForms) {
  isInPrelude = true;
  for (const SharedRecordRow &row : sharedRecords())
    addRecord(*this, sharedRecord(row));
  for (const Form *form : inputs.prelude)
    topLevel(form);
  isInPrelude = false;
  for (const Form *form : topLevelForms) {
    announceSubprograms(form);
    announceStructOps(form);
  }
  below = topLevelForms;
  for (const Form *form : topLevelForms) {
    below = below.drop_front();
    topLevel(form);
    if (worldError)
      return std::move(worldError);
  }
  checkNamedPrograms();
  checkStructOps(*this);
  finishSubprograms(*this);
  checkAtomicResults(*this);
  checkPackets(*this);
  checkResults(*this);
  checkBounds(*this);
  if (worldError)
    return std::move(worldError);
  return std::move(result);
}

void Analyzer::topLevel(const Form *form) {
  if (!form->isCons() || !form->cons.car->isSymbol()) {
    report(form, Kind::TopLevelNotForm);
    return;
  }
  const Form *head = form->cons.car;
  llvm::SmallVector<const Form *, 8> args = items(form->cons.cdr);
  if (const DeclarationRow *row = findDeclaration(head->symbol->name)) {
    row->handler(*this, form, args);
    return;
  }
  if (head->isNamed("PROGN")) {
    for (const Form *inner : args)
      topLevel(inner);
    return;
  }
  std::vector<std::string> names;
  for (const DeclarationRow &row : declarations())
    names.push_back(llvm::StringRef(row.name).lower());
  std::string name = toString(head);
  if (findBuiltin(head->symbol->name)) {
    report(head, Kind::ExpressionAtTopLevel, {name});
    return;
  }
  report(head, Kind::UnknownTopLevel, {name, didYouMean(name, names)});
}

bool Analyzer::claim(const Form *name) {
  auto [at, isNew] = symbols.try_emplace(cName(name), name->span);
  if (!isNew)
    duplicate(name, at->second);
  return isNew;
}

void Analyzer::checkNamedPrograms() {
  std::vector<std::string> names;
  for (const Program &program : result.programs)
    names.push_back(lispName(program.name));
  for (const Form *form : namedPrograms)
    if (llvm::none_of(result.programs, [&](const Program &program) {
          return program.name == cName(form);
        }))
      report(form, Kind::UnknownProgram,
             {toString(form), didYouMean(toString(form), names)});
}

std::string cName(const Symbol *symbol) {
  std::string name = symbol->name.str();
  bool isFolded =
      llvm::none_of(name, [](char c) { return c >= 'a' && c <= 'z'; });
  for (char &c : name) {
    if (isFolded)
      c = llvm::toLower(c);
    if (c == '-')
      c = '_';
  }
  return name;
}

std::string cName(const Form *form) { return cName(form->symbol); }

std::string accessorKey(llvm::StringRef name) {
  std::string key = name.lower();
  for (char &c : key)
    if (c == '-')
      c = '_';
  return key;
}

} // namespace whistler::compiler
