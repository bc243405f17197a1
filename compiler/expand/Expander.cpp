// Replaces macro calls until only core forms are left.
//
// Which parts of a core form are expressions is data (SpecialForms.def): the
// expander knows no form by name except those that define things at compile
// time, which are rows of a table here. A form whose parts did not change is
// handed on as it is, so plain programs cost one walk.

#include "expand/Expander.h"

#include "expand/Evaluator.h"
#include "prelude/Prelude.h"
#include "reader/FormDiagnostics.h"
#include "reader/Reader.h"

#include <llvm/ADT/SmallString.h>
#include <llvm/Support/Path.h>

namespace whistler::compiler {

namespace {

constexpr unsigned kMaxRounds = 500, kMaxDepth = 2500;

struct SpecialForm {
  llvm::StringLiteral name, shape;
};
constexpr SpecialForm kSpecialForms[] = {
#define WHISTLER_SPECIAL_FORM(NAME, SHAPE, DOC) {NAME, SHAPE},
#include "expand/SpecialForms.def"
};

std::string join(llvm::StringRef directory, llvm::StringRef path) {
  if (llvm::sys::path::is_absolute(path) || directory.empty())
    return path.str();
  llvm::SmallString<128> whole(directory);
  llvm::sys::path::append(whole, path);
  return whole.str().str();
}

} // namespace

struct Expander::Impl {
  using TopLevel = void (Impl::*)(const Form *);

  Impl(FormContext &forms, SourceManager &sources,
       DiagnosticEngine &diagnostics, FileLoader loader)
      : forms(forms), sources(sources), diagnostics(diagnostics),
        loader(std::move(loader)), evaluator(forms, diagnostics) {
    for (const SpecialForm &row : kSpecialForms)
      shapes[forms.intern(row.name)] = row.shape;
    defineTopLevel();
    for (const PreludeFile &file : preludeFiles())
      processAll(read(sources.add(file.name.str(), file.text.str()), forms,
                      diagnostics));
    prelude = std::exchange(out, {});
  }

  void defineTopLevel();
  void processAll(const std::vector<const Form *> &topLevel);
  void process(const Form *form);
  const Form *expandHead(const Form *form);
  const Form *expand(const Form *form);
  const Form *expandParts(const Form *form, llvm::StringRef shape);
  const Form *expandPart(const Form *part, char shape);
  const Form *expandBindings(const Form *bindings);
  const Form *expandHeader(const Form *header);
  template <typename Each> const Form *mapList(const Form *list, Each each);

  void ignore(const Form *) {}
  void processBody(const Form *form);
  void evalWhen(const Form *form);
  void include(const Form *form);
  void defineMacro(const Form *form);
  void defineFunction(const Form *form);
  void defineVariable(const Form *form);
  void defineConstant(const Form *form);
  bool isDefinition(const Form *form);
  bool isForSema(const Form *value);

  FormContext &forms;
  SourceManager &sources;
  DiagnosticEngine &diagnostics;
  FileLoader loader;
  Evaluator evaluator;
  llvm::DenseMap<const Symbol *, llvm::StringRef> shapes;
  llvm::DenseMap<const Symbol *, TopLevel> topLevelForms;
  std::vector<std::string> including; ///< paths from the main file's folder
  std::vector<const Form *> out, prelude;
  unsigned depth = 0;
};

void Expander::Impl::defineTopLevel() {
  static constexpr struct {
    llvm::StringLiteral name;
    TopLevel handler;
  } kRows[] = {
#define WHISTLER_TOP_LEVEL_FORM(NAME, HANDLER, DOC) {NAME, &Impl::HANDLER},
#include "TopLevelForms.def"
  };
  for (const auto &row : kRows)
    topLevelForms[forms.intern(row.name)] = row.handler;
}

void Expander::Impl::processAll(const std::vector<const Form *> &topLevel) {
  for (const Form *form : topLevel)
    process(form);
}

void Expander::Impl::process(const Form *form) {
  form = expandHead(form);
  if (!form)
    return;
  if (form->isCons() && form->cons.car->isSymbol())
    if (TopLevel handler = topLevelForms.lookup(form->cons.car->symbol))
      return (this->*handler)(form);
  if (const Form *expanded = expand(form))
    out.push_back(expanded);
}

/// Expands macro calls at the head until none is left; null when one failed.
const Form *Expander::Impl::expandHead(const Form *form) {
  const Form *first = form;
  for (unsigned round = 0; form->isCons() && form->cons.car->isSymbol();
       ++round) {
    const Object *macro = evaluator.macro(form->cons.car->symbol);
    if (!macro)
      break;
    if (round == kMaxRounds) {
      reportAt(diagnostics, first, DiagnosticKind::EndlessExpansion,
               {toString(first->cons.car)});
      return nullptr;
    }
    form = evaluator.expandCall(*macro, form);
    if (!form)
      return nullptr;
  }
  return form;
}

const Form *Expander::Impl::expand(const Form *form) {
  form = expandHead(form);
  if (!form)
    return forms.nil();
  if (!form->isCons())
    return form;
  if (depth == kMaxDepth) {
    reportAt(diagnostics, form, DiagnosticKind::NestedTooDeeply,
             {std::to_string(kMaxDepth)});
    return forms.nil();
  }
  ++depth;
  llvm::StringRef shape = "e";
  if (form->cons.car->isSymbol())
    if (auto row = shapes.find(form->cons.car->symbol); row != shapes.end())
      shape = row->second;
  const Form *expanded = expandParts(form, shape);
  --depth;
  return expanded;
}

/// Applies `each` to the items; the cells are rebuilt only up to the last one
/// that changed.
template <typename Each>
const Form *Expander::Impl::mapList(const Form *list, Each each) {
  llvm::SmallVector<std::pair<const Form *, const Form *>, 8> cells;
  const Form *at = list;
  for (; at->isCons(); at = at->cons.cdr)
    cells.push_back({at, each(at->cons.car)});
  const Form *result = at;
  while (!cells.empty()) {
    auto [cell, item] = cells.pop_back_val();
    bool same = item == cell->cons.car && result == cell->cons.cdr;
    result =
        same ? cell : forms.cons(item, result, cell->span, cell->expansion);
  }
  return result;
}

const Form *Expander::Impl::expandParts(const Form *form,
                                        llvm::StringRef shape) {
  size_t index = 0;
  const Form *head = form->cons.car;
  const Form *rest = mapList(form->cons.cdr, [&](const Form *part) {
    char letter = shape[std::min(index, shape.size() - 1)];
    ++index;
    return expandPart(part, letter);
  });
  return rest == form->cons.cdr
             ? form
             : forms.cons(head, rest, form->span, form->expansion);
}

const Form *Expander::Impl::expandPart(const Form *part, char shape) {
  auto expandEach = [this](const Form *item) { return expand(item); };
  switch (shape) {
  case 'q':
    return part;
  case 'b':
    return expandBindings(part);
  case 'c':
    return mapList(part, expandEach);
  case 'l':
  case 'm':
    return expandHeader(part);
  default:
    return expand(part);
  }
}

/// `((v init) (v T init) v)`: only the last part of a binding is evaluated.
const Form *Expander::Impl::expandBindings(const Form *bindings) {
  return mapList(bindings, [this](const Form *binding) {
    size_t last = items(binding).size(), index = 0;
    return mapList(binding, [&](const Form *part) {
      ++index;
      return index > 1 && index == last ? expand(part) : part;
    });
  });
}

/// `(i n …)`: the name stays, the rest is evaluated.
const Form *Expander::Impl::expandHeader(const Form *header) {
  bool first = true;
  return mapList(header, [&](const Form *part) {
    return std::exchange(first, false) ? part : expand(part);
  });
}

void Expander::Impl::processBody(const Form *form) {
  for (const Form *part : items(form->cons.cdr))
    process(part);
}

void Expander::Impl::evalWhen(const Form *form) {
  if (form->cons.cdr->isCons())
    processBody(form->cons.cdr);
}

void Expander::Impl::include(const Form *form) {
  auto parts = items(form);
  if (parts.size() < 2 || !parts[1]->isString()) {
    reportAt(diagnostics, form, DiagnosticKind::MalformedForm,
             {toString(parts[0]), "it takes the name of a file"});
    return;
  }
  llvm::StringRef mainName =
      sources.name(userSpan(form->span, form->expansion).file);
  if (including.empty())
    including.push_back(llvm::sys::path::filename(mainName).str());
  llvm::SmallString<128> path(
      join(llvm::sys::path::parent_path(including.back()), parts[1]->text()));
  llvm::sys::path::remove_dots(path, /*remove_dot_dot=*/true);
  std::string name = path.str().str(), problem;
  if (llvm::is_contained(including, name)) {
    reportAt(diagnostics, parts[1], DiagnosticKind::IncludeCycle, {name});
    return;
  }
  std::optional<std::string> text = loader(name, problem);
  if (!text) {
    reportAt(diagnostics, parts[1], DiagnosticKind::CannotReadFile,
             {parts[1]->text().str(), problem});
    return;
  }
  FileId file =
      sources.add(join(llvm::sys::path::parent_path(sources.name(0)), name),
                  std::move(*text));
  including.push_back(name);
  processAll(read(file, forms, diagnostics));
  including.pop_back();
}

/// (def… name x …); reports when it is not.
bool Expander::Impl::isDefinition(const Form *form) {
  auto parts = items(form);
  if (parts.size() >= 3 && parts[1]->isSymbol() && !parts[1]->isKeyword())
    return true;
  reportAt(diagnostics, form, DiagnosticKind::MalformedForm,
           {toString(parts[0]), "it takes a name and a definition"});
  return false;
}

void Expander::Impl::defineMacro(const Form *form) {
  if (!isDefinition(form) ||
      !evaluator.checkLambdaList(form->cons.cdr->cons.cdr->cons.car, form))
    return;
  const Form *rest = form->cons.cdr;
  evaluator.defineMacro(rest->cons.car->symbol, rest->cons.cdr->cons.car,
                        rest->cons.cdr->cons.cdr);
}

void Expander::Impl::defineFunction(const Form *form) {
  if (!isDefinition(form) ||
      !evaluator.checkLambdaList(form->cons.cdr->cons.cdr->cons.car, form))
    return;
  const Form *rest = form->cons.cdr;
  evaluator.defineFunction(rest->cons.car->symbol, rest->cons.cdr->cons.car,
                           rest->cons.cdr->cons.cdr);
}

void Expander::Impl::defineVariable(const Form *form) {
  if (!isDefinition(form))
    return;
  const Form *rest = form->cons.cdr;
  if (const Form *value = evaluator.evaluate(rest->cons.cdr->cons.car))
    evaluator.defineVariable(rest->cons.car->symbol, value);
}

/// Does the value rest on what only sema knows: sizes, offsets, names that no
/// compile-time definition gives (constants of the kernel)?
bool Expander::Impl::isForSema(const Form *value) {
  if (value->isSymbol())
    return !value->isKeyword() && !value->isNamed("T") &&
           !evaluator.global(value->symbol);
  if (!value->isCons() || value->cons.car->isNamed("QUOTE"))
    return false;
  if (value->cons.car->isNamed("SIZEOF") ||
      value->cons.car->isNamed("OFFSETOF"))
    return true;
  if (value->cons.car->isSymbol() &&
      (value->cons.car->isNamed("LET") || value->cons.car->isNamed("LAMBDA") ||
       !evaluator.knowsFunction(value->cons.car->symbol)))
    return false;
  return llvm::any_of(items(value->cons.cdr),
                      [this](const Form *part) { return isForSema(part); });
}

void Expander::Impl::defineConstant(const Form *form) {
  if (!isDefinition(form))
    return;
  const Form *name = form->cons.cdr->cons.car;
  const Form *init = form->cons.cdr->cons.cdr->cons.car;
  const Form *value = init;
  if (isForSema(init)) {
    value = expand(init);
  } else {
    value = evaluator.evaluate(init);
    if (!value)
      return;
    evaluator.defineVariable(name->symbol, value);
    if (!isNumber(value) && !value->isString())
      return; // of use to macros only
    if (isNumber(value))
      value = forms.integer(value->integer, value->isNegative, init->span,
                            init->expansion);
  }
  out.push_back(
      forms.list({form->cons.car, name, value}, form->span, form->expansion));
}

Expander::Expander(FormContext &forms, SourceManager &sources,
                   DiagnosticEngine &diagnostics, FileLoader loader)
    : impl_(std::make_unique<Impl>(forms, sources, diagnostics,
                                   std::move(loader))) {}

Expander::~Expander() = default;

std::vector<const Form *>
Expander::expand(const std::vector<const Form *> &topLevel) {
  impl_->processAll(topLevel);
  return std::exchange(impl_->out, {});
}

const std::vector<const Form *> &Expander::prelude() const {
  return impl_->prelude;
}

const Form *Expander::expandExpression(const Form *form) {
  return impl_->expand(form);
}

} // namespace whistler::compiler
