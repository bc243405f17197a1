// Functions over whole lists, and hash tables, of the compile-time Lisp.

#include "expand/Evaluator.h"

namespace whistler::compiler {

namespace {

bool isList(Evaluator &ev, const Form *form, const Form *call) {
  if (isProperList(form))
    return true;
  ev.typeError(call, form, "a list");
  return false;
}

/// The value of a keyword argument, or null.
const Form *option(Arguments args, llvm::StringRef name) {
  for (size_t i = 0; i + 1 < args.size(); ++i)
    if (args[i]->isKeyword() && args[i]->symbol->name == name)
      return args[i + 1];
  return nullptr;
}

/// Is `item` (through :key) the wanted one (through :test)? Null: failed.
const Form *matches(Evaluator &ev, const Form *wanted, const Form *item,
                    Arguments options, const Form *call) {
  if (const Form *key = option(options, "KEY"))
    item = ev.apply(key, {item}, call);
  if (!item)
    return nullptr;
  if (const Form *test = option(options, "TEST"))
    return ev.apply(test, {wanted, item}, call);
  return ev.boolean(isEql(wanted, item));
}

const Form *length(Evaluator &ev, Arguments args, const Form *call) {
  if (args[0]->isString())
    return ev.integer(args[0]->text().size(), call);
  return isList(ev, args[0], call) ? ev.integer(items(args[0]).size(), call)
                                   : nullptr;
}

const Form *reverse(Evaluator &ev, Arguments args, const Form *call) {
  if (!isList(ev, args[0], call))
    return nullptr;
  const Form *out = ev.nil();
  for (const Form *item : items(args[0]))
    out = ev.cons(item, out, call);
  return out;
}

const Form *member(Evaluator &ev, Arguments args, const Form *call) {
  for (const Form *at = args[1]; at->isCons(); at = at->cons.cdr) {
    const Form *found =
        matches(ev, args[0], at->cons.car, args.drop_front(2), call);
    if (!found || isTrue(found))
      return found ? at : nullptr;
  }
  return ev.nil();
}

const Form *assoc(Evaluator &ev, Arguments args, const Form *call) {
  for (const Form *entry : items(args[1])) {
    if (!entry->isCons())
      continue;
    const Form *found =
        matches(ev, args[0], entry->cons.car, args.drop_front(2), call);
    if (!found || isTrue(found))
      return found ? entry : nullptr;
  }
  return ev.nil();
}

const Form *findBuiltin(Evaluator &ev, Arguments args, const Form *call) {
  const Form *at = member(ev, args, call);
  return at && at->isCons() ? at->cons.car : at;
}

const Form *position(Evaluator &ev, Arguments args, const Form *call) {
  const Form *at = member(ev, args, call);
  if (!at || at->isNil())
    return at;
  return ev.integer(items(args[1]).size() - items(at).size(), call);
}

/// Calls `function` on the items of several lists in step until one ends;
/// `each` gets every value and says whether to go on. False: failed.
template <typename Each>
bool forEach(Evaluator &ev, Arguments args, const Form *call, Each each) {
  llvm::SmallVector<const Form *, 4> at(args.begin() + 1, args.end());
  for (const Form *list : at)
    if (!isList(ev, list, call))
      return false;
  while (llvm::all_of(at, [](const Form *list) { return list->isCons(); })) {
    llvm::SmallVector<const Form *, 4> heads;
    for (const Form *&list : at) {
      heads.push_back(list->cons.car);
      list = list->cons.cdr;
    }
    const Form *value =
        ev.charge(call) ? ev.apply(args[0], heads, call) : nullptr;
    if (!value)
      return false;
    if (!each(heads[0], value))
      return true;
  }
  return true;
}

const Form *mapcar(Evaluator &ev, Arguments args, const Form *call) {
  llvm::SmallVector<const Form *, 8> out;
  bool ok = forEach(ev, args, call, [&](const Form *, const Form *value) {
    out.push_back(value);
    return true;
  });
  return ok ? ev.list(out, call) : nullptr;
}

const Form *mapcan(Evaluator &ev, Arguments args, const Form *call) {
  llvm::SmallVector<const Form *, 8> out;
  bool ok = forEach(ev, args, call, [&](const Form *, const Form *value) {
    for (const Form *item : items(value))
      out.push_back(item);
    return true;
  });
  return ok ? ev.list(out, call) : nullptr;
}

const Form *mapc(Evaluator &ev, Arguments args, const Form *call) {
  bool ok =
      forEach(ev, args, call, [](const Form *, const Form *) { return true; });
  return ok ? args[1] : nullptr;
}

const Form *every(Evaluator &ev, Arguments args, const Form *call) {
  const Form *out = ev.boolean(true);
  bool ok = forEach(ev, args, call, [&](const Form *, const Form *value) {
    out = value;
    return isTrue(value);
  });
  return ok ? out : nullptr;
}

const Form *some(Evaluator &ev, Arguments args, const Form *call) {
  const Form *out = ev.nil();
  bool ok = forEach(ev, args, call, [&](const Form *, const Form *value) {
    out = value;
    return !isTrue(value);
  });
  return ok ? out : nullptr;
}

template <bool Keep>
const Form *filter(Evaluator &ev, Arguments args, const Form *call) {
  llvm::SmallVector<const Form *, 8> out;
  bool ok = forEach(ev, args, call, [&](const Form *item, const Form *value) {
    if (isTrue(value) == Keep)
      out.push_back(item);
    return true;
  });
  return ok ? ev.list(out, call) : nullptr;
}

const Form *findIf(Evaluator &ev, Arguments args, const Form *call) {
  const Form *out = ev.nil();
  bool ok = forEach(ev, args, call, [&](const Form *item, const Form *value) {
    out = isTrue(value) ? item : out;
    return !isTrue(value);
  });
  return ok ? out : nullptr;
}

const Form *reduce(Evaluator &ev, Arguments args, const Form *call) {
  if (!isList(ev, args[1], call))
    return nullptr;
  const Form *total = option(args.drop_front(2), "INITIAL-VALUE");
  for (const Form *item : items(args[1])) {
    total = total ? ev.apply(args[0], {total, item}, call) : item;
    if (!total)
      return nullptr;
  }
  return total ? total : ev.apply(args[0], {}, call);
}

const Form *sort(Evaluator &ev, Arguments args, const Form *call) {
  if (!isList(ev, args[0], call))
    return nullptr;
  // Insertion sort: stable, and safe with any predicate.
  llvm::SmallVector<const Form *, 8> sorted;
  const Form *key = option(args.drop_front(2), "KEY");
  auto keyOf = [&](const Form *item) {
    return key ? ev.apply(key, {item}, call) : item;
  };
  for (const Form *item : items(args[0])) {
    size_t at = sorted.size();
    for (; at != 0; --at) {
      const Form *a = keyOf(item);
      const Form *b = a ? keyOf(sorted[at - 1]) : nullptr;
      const Form *less =
          b && ev.charge(call) ? ev.apply(args[1], {a, b}, call) : nullptr;
      if (!less)
        return nullptr;
      if (!isTrue(less))
        break;
    }
    sorted.insert(sorted.begin() + at, item);
  }
  return ev.list(sorted, call);
}

const Form *subseq(Evaluator &ev, Arguments args, const Form *call) {
  size_t size =
      args[0]->isString() ? args[0]->text().size() : items(args[0]).size();
  for (const Form *bound : args.drop_front())
    if (!isNumber(bound) || wideValue(bound) < 0 || wideValue(bound) > size)
      return ev.typeError(call, bound, "bounds within the sequence");
  size_t begin = args[1]->integer;
  size_t end = args.size() > 2 ? args[2]->integer : size;
  if (begin > end)
    return ev.typeError(call, args[1], "bounds in order");
  if (args[0]->isString())
    return ev.string(args[0]->text().slice(begin, end), call);
  auto all = items(args[0]);
  return ev.list(Arguments(all).slice(begin, end - begin), call);
}

Object *tableOf(Evaluator &ev, const Form *form, const Form *call) {
  auto *object = form->kind == Form::Kind::Object
                     ? static_cast<Object *>(form->object)
                     : nullptr;
  if (object && object->kind == Object::Kind::Table)
    return object;
  ev.typeError(call, form, "a hash table");
  return nullptr;
}

/// Equal keys have equal text; uninterned symbols and objects keep their own.
std::string keyText(const Form *key) {
  std::string out = std::to_string(static_cast<int>(key->kind));
  const void *identity = key->isSymbol() && key->symbol->isUninterned
                             ? key->symbol
                         : key->kind == Form::Kind::Object ? key->object
                                                           : nullptr;
  return out + (identity ? std::to_string(reinterpret_cast<uintptr_t>(identity))
                         : toString(key));
}

const Form *makeTable(Evaluator &ev, Arguments, const Form *call) {
  const Form *form = nullptr;
  ev.newObject(Object::Kind::Table, call, form);
  return form;
}

const Form *getHash(Evaluator &ev, Arguments args, const Form *call) {
  Object *table = tableOf(ev, args[1], call);
  if (!table)
    return nullptr;
  auto at = table->index.find(keyText(args[0]));
  bool found = at != table->index.end();
  const Form *value = found             ? table->entries[at->second].second
                      : args.size() > 2 ? args[2]
                                        : ev.nil();
  ev.values = {value, ev.boolean(found)};
  return value;
}

const Form *putHash(Evaluator &ev, Arguments args, const Form *call) {
  Object *table = tableOf(ev, args[1], call);
  if (!table)
    return nullptr;
  auto [at, isNew] =
      table->index.try_emplace(keyText(args[0]), table->entries.size());
  if (isNew)
    table->entries.push_back({args[0], args[2]});
  else
    table->entries[at->second].second = args[2];
  return args[2];
}

const Form *mapHash(Evaluator &ev, Arguments args, const Form *call) {
  Object *table = tableOf(ev, args[1], call);
  if (!table)
    return nullptr;
  for (size_t i = 0; i != table->entries.size(); ++i) {
    auto [key, value] = table->entries[i];
    if (!ev.apply(args[0], {key, value}, call))
      return nullptr;
  }
  return ev.nil();
}

const Form *hashCount(Evaluator &ev, Arguments args, const Form *call) {
  Object *table = tableOf(ev, args[0], call);
  return table ? ev.integer(table->entries.size(), call) : nullptr;
}

constexpr BuiltinRow kRows[] = {
    {"LENGTH", 1, 1, length},
    {"REVERSE", 1, 1, reverse},
    {"NREVERSE", 1, 1, reverse},
    {"MEMBER", 2, -1, member},
    {"ASSOC", 2, -1, assoc},
    {"FIND", 2, -1, findBuiltin},
    {"POSITION", 2, -1, position},
    {"MAPCAR", 2, -1, mapcar},
    {"MAPCAN", 2, -1, mapcan},
    {"MAPC", 2, -1, mapc},
    {"EVERY", 2, -1, every},
    {"SOME", 2, -1, some},
    {"REMOVE-IF", 2, 2, filter<false>},
    {"REMOVE-IF-NOT", 2, 2, filter<true>},
    {"FIND-IF", 2, 2, findIf},
    {"REDUCE", 2, -1, reduce},
    {"SORT", 2, -1, sort},
    {"SUBSEQ", 2, 3, subseq},
    {"MAKE-HASH-TABLE", 0, -1, makeTable},
    {"GETHASH", 2, 3, getHash},
    {"%PUTHASH", 3, 3, putHash},
    {"MAPHASH", 2, 2, mapHash},
    {"HASH-TABLE-COUNT", 1, 1, hashCount},
};

} // namespace

llvm::ArrayRef<BuiltinRow> sequenceBuiltins() { return kRows; }

} // namespace whistler::compiler
