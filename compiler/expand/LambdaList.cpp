// Binds arguments to a lambda list: required, &optional, &rest or &body, &key,
// &aux, and in macros a list in place of any variable (destructuring).

#include "expand/Evaluator.h"

#include <optional>

namespace whistler::compiler {

namespace {

enum class Section { Required, Optional, Rest, Key, Aux };

/// The words of a lambda list; without a section, &allow-other-keys.
struct MarkerRow {
  llvm::StringLiteral name;
  std::optional<Section> section;
};
constexpr MarkerRow kMarkers[] = {
    {"&OPTIONAL", Section::Optional}, {"&REST", Section::Rest},
    {"&BODY", Section::Rest},         {"&KEY", Section::Key},
    {"&AUX", Section::Aux},           {"&ALLOW-OTHER-KEYS", std::nullopt},
};

class Binder {
public:
  Binder(Evaluator &evaluator, const Form *call, Environment &scope,
         bool isMacro)
      : evaluator_(evaluator), call_(call), scope_(scope), isMacro_(isMacro) {}

  bool bindList(const Form *pattern, const Form *arguments);

private:
  std::string name() const {
    return call_->isCons() ? toString(call_->cons.car) : "lambda";
  }
  bool enter(const Form *marker, Section &section);
  bool bindOne(const Form *pattern, const Form *value);
  bool bindRequired(const Form *parameter, const Form *&rest);
  bool bindDefaulted(const Form *parameter, const Form *value);
  bool bindKey(const Form *parameter, const Form *arguments);
  bool checkKeys(const Form *arguments);
  bool tooFew();

  Evaluator &evaluator_;
  const Form *call_;
  Environment &scope_;
  bool isMacro_;
  bool allowOtherKeys_ = false;
  llvm::SmallVector<const Symbol *, 8> keys_;
  const Form *whole_ = nullptr, *all_ = nullptr;
};

bool Binder::enter(const Form *marker, Section &section) {
  for (const MarkerRow &row : kMarkers)
    if (marker->symbol->name == row.name) {
      if (row.section)
        section = *row.section;
      else
        allowOtherKeys_ = true;
      return true;
    }
  return false;
}

bool Binder::bindOne(const Form *pattern, const Form *value) {
  if (pattern->isSymbol() && !pattern->isKeyword()) {
    evaluator_.push(scope_, pattern->symbol, value);
    return true;
  }
  if (isMacro_ && (pattern->isCons() || pattern->isNil()))
    return Binder(evaluator_, call_, scope_, true).bindList(pattern, value);
  evaluator_.fail(pattern, DiagnosticKind::MalformedForm,
                  {name(), "a parameter is a name"});
  return false;
}

bool Binder::tooFew() {
  int least = 0, most = 0;
  bool open = false;
  Section section = Section::Required;
  const Form *at = whole_;
  for (; at->isCons(); at = at->cons.cdr) {
    const Form *parameter = at->cons.car;
    if (parameter->isSymbol() && enter(parameter, section)) {
      open |= section == Section::Rest || section == Section::Key;
      continue;
    }
    least += section == Section::Required;
    most += section == Section::Required || section == Section::Optional;
  }
  open |= !at->isNil();
  std::string wanted = std::to_string(least);
  if (open)
    wanted += " or more";
  else if (most != least)
    wanted += " to " + std::to_string(most);
  evaluator_.fail(call_, DiagnosticKind::WrongArgumentCount,
                  {name(), wanted, std::to_string(items(all_).size())});
  return false;
}

bool Binder::bindRequired(const Form *parameter, const Form *&rest) {
  if (!rest->isCons())
    return tooFew();
  const Form *value = rest->cons.car;
  rest = rest->cons.cdr;
  return bindOne(parameter, value);
}

/// `v`, `(v default)` or `(v default supplied-p)`; a null value is absent.
bool Binder::bindDefaulted(const Form *parameter, const Form *value) {
  if (!parameter->isCons())
    return bindOne(parameter, value ? value : evaluator_.nil());
  auto parts = items(parameter);
  bool supplied = value != nullptr;
  if (!value)
    value =
        parts.size() > 1 ? evaluator_.eval(parts[1], scope_) : evaluator_.nil();
  return value && bindOne(parts[0], value) &&
         (parts.size() < 3 || bindOne(parts[2], evaluator_.boolean(supplied)));
}

bool Binder::bindKey(const Form *parameter, const Form *arguments) {
  const Form *variable = parameter->isCons() ? parameter->cons.car : parameter;
  const Form *keyName = variable;
  const Form *plain = parameter;
  if (variable->isCons()) { // ((:key variable) default)
    auto pair = items(variable);
    if (pair.size() != 2)
      return bindOne(evaluator_.boolean(true), nullptr);
    keyName = pair[0];
    plain = evaluator_.cons(pair[1], parameter->cons.cdr, parameter);
  }
  if (!keyName->isSymbol())
    return bindOne(keyName, nullptr);
  const Symbol *key =
      evaluator_.forms().intern(keyName->symbol->name, /*keyword=*/true);
  keys_.push_back(key);
  for (const Form *at = arguments; at->isCons() && at->cons.cdr->isCons();
       at = at->cons.cdr->cons.cdr)
    if (at->cons.car->isKeyword() && at->cons.car->symbol == key)
      return bindDefaulted(plain, at->cons.cdr->cons.car);
  return bindDefaulted(plain, nullptr);
}

bool Binder::checkKeys(const Form *arguments) {
  for (const Form *at = arguments; at->isCons(); at = at->cons.cdr) {
    const Form *key = at->cons.car;
    if (!key->isKeyword() || !llvm::is_contained(keys_, key->symbol)) {
      std::vector<std::string> names;
      for (const Symbol *known : keys_)
        names.push_back(":" + known->name.lower());
      if (allowOtherKeys_)
        return true;
      evaluator_.fail(
          key->isNil() ? call_ : key, DiagnosticKind::UnknownKeywordArgument,
          {name(), toString(key), didYouMean(toString(key), names)});
      return false;
    }
    at = at->cons.cdr;
    if (!at->isCons())
      break;
  }
  return true;
}

bool Binder::bindList(const Form *pattern, const Form *arguments) {
  whole_ = pattern;
  all_ = arguments;
  Section section = Section::Required;
  bool open = false, keyed = false;
  const Form *rest = arguments;
  for (; pattern->isCons(); pattern = pattern->cons.cdr) {
    const Form *parameter = pattern->cons.car;
    if (parameter->isSymbol() && enter(parameter, section)) {
      keyed |= section == Section::Key;
      open |= section == Section::Rest || keyed;
      continue;
    }
    bool bound = true;
    if (section == Section::Required) {
      bound = bindRequired(parameter, rest);
    } else if (section == Section::Optional) {
      bound =
          bindDefaulted(parameter, rest->isCons() ? rest->cons.car : nullptr);
      if (rest->isCons())
        rest = rest->cons.cdr;
    } else if (section == Section::Rest) {
      bound = bindOne(parameter, rest);
    } else if (section == Section::Key) {
      bound = bindKey(parameter, rest);
    } else {
      bound = bindDefaulted(parameter, nullptr);
    }
    if (!bound)
      return false;
  }
  if (!pattern->isNil())
    return bindOne(pattern, rest);
  if (keyed)
    return checkKeys(rest);
  return open || rest->isNil() || tooFew();
}

} // namespace

bool Evaluator::checkLambdaList(const Form *list, const Form *definition) {
  for (; list->isCons(); list = list->cons.cdr) {
    const Form *part = list->cons.car;
    if (part->isCons() && !checkLambdaList(part, definition))
      return false;
    if (!part->isSymbol() || !part->symbol->name.starts_with("&") ||
        llvm::any_of(kMarkers, [&](const MarkerRow &row) {
          return part->symbol->name == row.name;
        }))
      continue;
    std::vector<std::string> names;
    for (const MarkerRow &row : kMarkers)
      names.push_back(row.name.lower());
    std::string seen = toString(part);
    fail(part, DiagnosticKind::MalformedForm,
         {toString(definition->cons.car), "`" + seen +
                                              "` is no word of a lambda list" +
                                              didYouMean(seen, names)});
    return false;
  }
  return true;
}

bool Evaluator::bind(const Form *lambdaList, const Form *arguments,
                     const Form *call, Environment &scope, bool isMacro) {
  return Binder(*this, call, scope, isMacro).bindList(lambdaList, arguments);
}

} // namespace whistler::compiler
