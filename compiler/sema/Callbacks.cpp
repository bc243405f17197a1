// #'name as an argument of a helper that calls back: a defsubprog, made for
// what the helper passes to it.
//
// The kernel verifies a callback's result too: 0 or 1 where it says whether the
// helper goes on, 0 where it says nothing. So any value but 0 is made 1, or
// nothing, and no program is refused for its callback's last form.

#include "Analyzer.h"

namespace whistler::compiler {

namespace {

/// What a helper passes.
enum class Passed : uint8_t {
  Map,
  Key,
  Value,
  Index,
  Dynptr,
  Task,
  Area,
  Context, ///< the argument of the helper that follows the callback
};

struct CallbackRow {
  const char *helper;
  CallbackResult result;
  std::initializer_list<Passed> parameters;
};

const CallbackRow kRows[] = {
    {"for_each_map_elem",
     CallbackResult::ZeroOrOne,
     {Passed::Map, Passed::Key, Passed::Value, Passed::Context}},
    {"loop", CallbackResult::ZeroOrOne, {Passed::Index, Passed::Context}},
    {"timer_set_callback",
     CallbackResult::Zero,
     {Passed::Map, Passed::Key, Passed::Value}},
    {"user_ringbuf_drain",
     CallbackResult::ZeroOrOne,
     {Passed::Dynptr, Passed::Context}},
    {"find_vma",
     CallbackResult::ZeroOrOne,
     {Passed::Task, Passed::Area, Passed::Context}},
};

const CallbackRow *findRow(llvm::StringRef helper) {
  for (const CallbackRow &row : kRows)
    if (helper == row.helper)
      return &row;
  return nullptr;
}

/// Memory of a key or value of the map; of one that nobody named, whatever the
/// parameter's declaration says.
ValueType entryType(const MapInfo *map, bool isKey) {
  const std::optional<MemoryType> *type =
      map ? (isKey ? &map->key : &map->value) : nullptr;
  return type && *type ? pointerTo(**type, Space::MapValue)
                       : pointerType(Space::MapValue);
}

ValueType passedType(Analyzer &a, Passed what, const MapInfo *map,
                     const ValueType &context) {
  switch (what) {
  case Passed::Map:
    return map && !map->variable
               ? pointerType(Space::Map, a.result.maps[map->index].name)
               : pointerType(Space::Kernel);
  case Passed::Key:
  case Passed::Value:
    return entryType(map, what == Passed::Key);
  case Passed::Index:
    return integerType();
  case Passed::Dynptr:
    return pointerType(Space::Stack, "bpf_dynptr");
  case Passed::Task:
    return pointerType(Space::Trusted, "task_struct");
  case Passed::Area:
    return pointerType(Space::Trusted, "vm_area_struct");
  case Passed::Context:
    return context;
  }
  llvm_unreachable("every kind of parameter has a type");
}

/// The function that `form`, #'name, names.
SubprogramInfo *namedFunction(Analyzer &a, const Form *form,
                              llvm::StringRef helper) {
  llvm::SmallVector<const Form *, 2> parts = items(form);
  bool isName = form->isCons() && parts.size() == 2 &&
                parts[0]->isNamed("FUNCTION") && parts[1]->isSymbol();
  if (!isName) {
    a.report(form, Kind::CallbackNotFunction,
             {lispName(helper), toString(form)});
    return nullptr;
  }
  if (SubprogramInfo *info = a.findSubprogram(cName(parts[1])))
    return info;
  std::vector<std::string> names;
  for (const auto &entry : a.subprograms)
    names.push_back(lispName(entry.getKey()));
  std::string name = toString(parts[1]);
  a.report(parts[1], Kind::UnknownFunction, {name, didYouMean(name, names)});
  return nullptr;
}

} // namespace

NodePtr callbackArgument(Analyzer &a, const Form *form, llvm::StringRef helper,
                         const MapInfo *map, const ValueType &context) {
  const CallbackRow *row = findRow(helper);
  SubprogramInfo *info = row ? namedFunction(a, form, helper) : nullptr;
  if (info == nullptr)
    return row ? makeError(form->span)
               : a.fail(form, Kind::CallbackNotFunction,
                        {lispName(helper), toString(form)});
  std::vector<ValueType> types;
  for (Passed what : row->parameters)
    types.push_back(passedType(a, what, map, context));
  return subprogramReference(a, form, *info, lispName(helper), types,
                             row->result);
}

} // namespace whistler::compiler
