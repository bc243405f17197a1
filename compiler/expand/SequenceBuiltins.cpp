// Functions over whole lists and strings of the compile-time Lisp.

#include "expand/Evaluator.h"

namespace whistler::compiler {

const Form *asList(Evaluator &ev, const Form *sequence, const Form *call) {
  if (isProperList(sequence))
    return sequence;
  if (!sequence->isString())
    return ev.typeError(call, sequence, "a list or string");
  llvm::SmallVector<const Form *, 16> characters;
  for (char c : sequence->text())
    characters.push_back(ev.forms().character(static_cast<unsigned char>(c),
                                              call->span, ev.expansion()));
  return ev.list(characters, call);
}

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
  if (args[0]->isString()) {
    std::string text = args[0]->text().str();
    return ev.string(std::string(text.rbegin(), text.rend()), call);
  }
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

/// `member` in any sequence, whose list form is `whole` then.
const Form *search(Evaluator &ev, Arguments args, const Form *call,
                   const Form *&whole) {
  whole = asList(ev, args[1], call);
  if (!whole)
    return nullptr;
  llvm::SmallVector<const Form *, 4> inList(args.begin(), args.end());
  inList[1] = whole;
  return member(ev, inList, call);
}

const Form *findBuiltin(Evaluator &ev, Arguments args, const Form *call) {
  const Form *whole = nullptr;
  const Form *at = search(ev, args, call, whole);
  return at && at->isCons() ? at->cons.car : at;
}

const Form *position(Evaluator &ev, Arguments args, const Form *call) {
  const Form *whole = nullptr;
  const Form *at = search(ev, args, call, whole);
  if (!at || at->isNil())
    return at;
  return ev.integer(items(whole).size() - items(at).size(), call);
}

/// The items that are, or are not, `wanted`.
template <bool Keep>
const Form *select(Evaluator &ev, Arguments args, const Form *call,
                   llvm::SmallVectorImpl<const Form *> &out) {
  const Form *whole = asList(ev, args[1], call);
  if (!whole)
    return nullptr;
  for (const Form *item : items(whole)) {
    const Form *found = matches(ev, args[0], item, args.drop_front(2), call);
    if (!found)
      return nullptr;
    if (isTrue(found) == Keep)
      out.push_back(item);
  }
  return whole;
}

const Form *removeBuiltin(Evaluator &ev, Arguments args, const Form *call) {
  llvm::SmallVector<const Form *, 8> kept;
  return select<false>(ev, args, call, kept) ? ev.list(kept, call) : nullptr;
}

const Form *count(Evaluator &ev, Arguments args, const Form *call) {
  llvm::SmallVector<const Form *, 8> found;
  return select<true>(ev, args, call, found) ? ev.integer(found.size(), call)
                                             : nullptr;
}

/// Of equal items the last one stays, as in Common Lisp.
const Form *removeDuplicates(Evaluator &ev, Arguments args, const Form *call) {
  llvm::SmallVector<const Form *, 8> kept;
  for (const Form *at = args[0]; at->isCons(); at = at->cons.cdr) {
    llvm::SmallVector<const Form *, 4> again{at->cons.car, at->cons.cdr};
    again.append(args.begin() + 1, args.end());
    const Form *later = ev.charge(call) ? member(ev, again, call) : nullptr;
    if (!later)
      return nullptr;
    if (later->isNil())
      kept.push_back(at->cons.car);
  }
  return ev.list(kept, call);
}

/// Calls `function` on the items of several lists in step until one ends;
/// `each` gets every value and says whether to go on. False: failed.
template <typename Each>
bool forEach(Evaluator &ev, Arguments args, const Form *call, Each each) {
  llvm::SmallVector<const Form *, 4> at(args.begin() + 1, args.end());
  for (const Form *&list : at) {
    list = asList(ev, list, call);
    if (!list)
      return false;
  }
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

const Form *countIf(Evaluator &ev, Arguments args, const Form *call) {
  size_t found = 0;
  bool ok = forEach(ev, args, call, [&](const Form *, const Form *value) {
    found += isTrue(value);
    return true;
  });
  return ok ? ev.integer(found, call) : nullptr;
}

const Form *positionIf(Evaluator &ev, Arguments args, const Form *call) {
  size_t at = 0;
  bool found = false;
  bool ok = forEach(ev, args, call, [&](const Form *, const Form *value) {
    found = isTrue(value);
    at += !found;
    return !found;
  });
  return !ok ? nullptr : found ? ev.integer(at, call) : ev.nil();
}

template <const Form *(*Of)(Evaluator &, Arguments, const Form *)>
const Form *negate(Evaluator &ev, Arguments args, const Form *call) {
  const Form *value = Of(ev, args, call);
  return value ? ev.boolean(!isTrue(value)) : nullptr;
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

constexpr FunctionRow kRows[] = {
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
    {"POSITION-IF", 2, 2, positionIf},
    {"REMOVE", 2, -1, removeBuiltin},
    {"REMOVE-DUPLICATES", 1, -1, removeDuplicates},
    {"COUNT", 2, -1, count},
    {"COUNT-IF", 2, 2, countIf},
    {"NOTANY", 2, -1, negate<some>},
    {"NOTEVERY", 2, -1, negate<every>},
    {"REDUCE", 2, -1, reduce},
    {"SORT", 2, -1, sort},
    {"SUBSEQ", 2, 3, subseq},
};

} // namespace

llvm::ArrayRef<FunctionRow> sequenceBuiltins() { return kRows; }

} // namespace whistler::compiler
