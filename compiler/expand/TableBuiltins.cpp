// Hash tables of the compile-time Lisp. Entries keep the order in which they
// were made, so that what a macro writes does not depend on hashing.

#include "expand/Evaluator.h"

namespace whistler::compiler {

namespace {

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

const Form *removeHash(Evaluator &ev, Arguments args, const Form *call) {
  Object *table = tableOf(ev, args[1], call);
  if (!table)
    return nullptr;
  auto at = table->index.find(keyText(args[0]));
  if (at == table->index.end())
    return ev.nil();
  size_t removed = at->second;
  table->index.erase(at);
  table->entries.erase(table->entries.begin() + long(removed));
  for (auto &entry : table->index)
    entry.second -= entry.second > removed;
  return ev.boolean(true);
}

const Form *clearHash(Evaluator &ev, Arguments args, const Form *call) {
  Object *table = tableOf(ev, args[0], call);
  if (!table)
    return nullptr;
  table->index.clear();
  table->entries.clear();
  return args[0];
}

const Form *isTable(Evaluator &ev, Arguments args, const Form *) {
  return ev.boolean(args[0]->kind == Form::Kind::Object &&
                    static_cast<const Object *>(args[0]->object)->kind ==
                        Object::Kind::Table);
}

const Form *hashCount(Evaluator &ev, Arguments args, const Form *call) {
  Object *table = tableOf(ev, args[0], call);
  return table ? ev.integer(table->entries.size(), call) : nullptr;
}

constexpr FunctionRow kRows[] = {
    {"MAKE-HASH-TABLE", 0, -1, makeTable}, {"GETHASH", 2, 3, getHash},
    {"%PUTHASH", 3, 3, putHash},           {"REMHASH", 2, 2, removeHash},
    {"CLRHASH", 1, 1, clearHash},          {"MAPHASH", 2, 2, mapHash},
    {"HASH-TABLE-COUNT", 1, 1, hashCount}, {"HASH-TABLE-P", 1, 1, isTable},
};

} // namespace

llvm::ArrayRef<FunctionRow> tableBuiltins() { return kRows; }

} // namespace whistler::compiler
