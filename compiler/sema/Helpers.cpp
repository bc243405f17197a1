// Helpers of the kernel by name. Prototypes and ids come from the kernel's
// header when the project is built; effects on memory, permissions and map
// types are tables of ours. The result has the type of the prototype, so that
// a negative error of a `long` is below 0.

#include "Analyzer.h"

#include "../expand/Expander.h"

#include <linux/bpf.h>

namespace whistler::compiler {

namespace {

ValueType resultType(const HelperRow &row, const HelperEffectsRow &effects) {
  if (effects.pointee[0] != '\0')
    return pointerType(effects.resultSpace, effects.pointee);
  switch (row.result) {
  case ResultKind::I64:
    return integerType(64, true);
  case ResultKind::I32:
    return integerType(32, true);
  case ResultKind::U32:
    return integerType(32);
  case ResultKind::Pointer: {
    ValueType type = pointerType(effects.resultSpace, row.pointee);
    type.maybeNull = true;
    return type;
  }
  default:
    return integerType();
  }
}

/// `:tc, :lwt-xmit`: the words of a list as keywords.
std::string keywords(llvm::StringRef list) {
  std::string text;
  llvm::SmallVector<llvm::StringRef, 8> words;
  list.split(words, ' ');
  for (llvm::StringRef word : words)
    text += (text.empty() ? "`:" : ", `:") + word.lower() + "`";
  return text;
}

/// Reports a helper that the kernel refuses to this type of program.
bool isPermitted(Analyzer &a, const Form *form, const HelperRow &row) {
  const ProgramTypeRow *type = a.function ? a.function->type : nullptr;
  if (type == nullptr || type->group[0] == '\0')
    return true;
  llvm::StringRef groups = helperGroups(row.name);
  if (groups.empty() || hasWord(groups, type->group))
    return true;
  a.report(form, Kind::HelperNotPermitted,
           {lispName(row.name), llvm::StringRef(type->keyword).lower(),
            keywords(groups)});
  return false;
}

} // namespace

NodePtr callHelper(Analyzer &a, const Form *form, llvm::StringRef cName,
                   std::vector<NodePtr> arguments) {
  const HelperRow *row = findHelper(cName);
  if (row == nullptr)
    return a.fail(form, Kind::UnknownHelper, {lispName(cName)});
  if (!isPermitted(a, form, *row))
    return makeError(form->span);
  HelperEffectsRow effects = helperEffects(cName);
  NodePtr node =
      makeNode(NodeKind::Call, resultType(*row, effects), form->span);
  ir::HelperSignature signature;
  signature.id = row->id;
  signature.effects = effects.effects;
  signature.returnsPointer = row->result == ResultKind::Pointer;
  signature.returnsFresh = cName == "ringbuf_reserve";
  node->helper = signature;
  node->children = std::move(arguments);
  return node;
}

bool checkHelperMap(Analyzer &a, const Form *form, llvm::StringRef helper,
                    const MapInfo &map) {
  llvm::StringRef types = helperMapTypes(helper);
  if (types.empty() || hasWord(types, map.type->keyword))
    return true;
  a.report(form, Kind::HelperMapType,
           {lispName(helper), toString(form), keywords(types),
            llvm::StringRef(map.type->keyword).lower()});
  return false;
}

namespace {

struct ArgumentCheck {
  Analyzer &a;
  const Form *call;
  const HelperRow &row;
  const MapInfo *map = nullptr; ///< the last map argument
  ValueType memory = {};        ///< of the last argument that leads to memory
};

NodePtr mapOf(ArgumentCheck &check, const Form *form) {
  check.map = mapArgument(check.a, form);
  if (!check.map || !checkHelperMap(check.a, form, check.row.name, *check.map))
    return makeError(form->span);
  return mapNode(*check.map, form->span);
}

NodePtr memoryOf(ArgumentCheck &check, const Form *form) {
  Analyzer &a = check.a;
  NodePtr node = a.expression(form);
  check.memory = node->type;
  bool isZero = isLiteral(node) && node->integer == 0;
  if (!isError(node) && !isZero &&
      (!node->type.isPointer || !isProgramSpace(node->type.space)))
    return a.fail(
        form, Kind::NotProgramMemory,
        {toString(check.call->cons.car), toString(form), describe(node->type)});
  return node;
}

/// How many bytes of the memory before: no more than a struct on the stack has.
NodePtr sizeOf(ArgumentCheck &check, const Form *form) {
  NodePtr node = check.a.expression(form);
  const StructInfo *record = check.memory.pointee.empty()
                                 ? nullptr
                                 : check.a.findStruct(check.memory.pointee);
  if (!isError(node) && isLiteral(node) && record &&
      node->integer > record->bytes && check.memory.space == Space::Stack)
    return check.a.fail(
        form, Kind::MemoryTooSmall,
        {toString(check.call->cons.car), std::to_string(node->integer),
         lispName(check.memory.pointee), std::to_string(record->bytes)});
  return node;
}

/// A number: not the address of the program's own memory.
NodePtr scalarOf(ArgumentCheck &check, const Form *form) {
  NodePtr node = check.a.expression(form);
  if (!isError(node) && node->type.isPointer && node->type.space == Space::Map)
    return check.a.fail(
        form, Kind::ArgumentNotScalar,
        {toString(check.call->cons.car), toString(form), "map"});
  return node;
}

/// One argument by its kind; an error node when it does not fit.
NodePtr helperArgument(ArgumentCheck &check, const Form *form,
                       ArgumentKind kind) {
  Analyzer &a = check.a;
  switch (kind) {
  case ArgumentKind::Map:
    return mapOf(check, form);
  case ArgumentKind::Key:
  case ArgumentKind::Value:
    if (check.map && (kind == ArgumentKind::Key ? check.map->keyBytes
                                                : check.map->valueBytes))
      return mapOperand(a, form, *check.map, kind == ArgumentKind::Key,
                        /*byAddress=*/true);
    return a.expression(form);
  case ArgumentKind::Memory:
  case ArgumentKind::Text:
    return memoryOf(check, form);
  case ArgumentKind::Size:
    return sizeOf(check, form);
  case ArgumentKind::Scalar:
    return scalarOf(check, form);
  default:
    return a.expression(form);
  }
}

/// What a helper is given beside such a map is a record for user space.
bool isBuffer(const MapInfo &map) {
  return map.type->type == BPF_MAP_TYPE_RINGBUF ||
         map.type->type == BPF_MAP_TYPE_PERF_EVENT_ARRAY;
}

} // namespace

NodePtr callHelperByName(Analyzer &a, const Form *form, const HelperRow &row,
                         Forms args) {
  bool isRight = row.isVariadic
                     ? args.size() >= row.argumentCount && args.size() <= 5
                     : args.size() == row.argumentCount;
  // `loop` is a helper's name too, but (loop for …) is not a call of that.
  if (!isRight && isCompileTimeFunction(form->cons.car->symbol->name)) {
    a.unknownFunction(form->cons.car);
    return makeError(form->span);
  }
  if (!isRight)
    return a.fail(form, Kind::WrongArgumentCount,
                  {toString(form->cons.car), std::to_string(row.argumentCount),
                   std::to_string(args.size())});
  ArgumentCheck check{a, form, row};
  std::vector<NodePtr> arguments;
  bool hasError = false;
  std::optional<size_t> callback;
  for (size_t i = 0; i < args.size(); ++i) {
    ArgumentKind kind =
        i < row.argumentCount ? row.arguments[i] : ArgumentKind::Scalar;
    if (kind == ArgumentKind::Function) {
      callback = i; // made for what the others are
      arguments.push_back(nullptr);
      continue;
    }
    arguments.push_back(helperArgument(check, args[i], kind));
    hasError |= isError(arguments.back());
  }
  if (callback && !hasError) {
    ValueType context = *callback + 1 < arguments.size()
                            ? arguments[*callback + 1]->type
                            : integerType();
    arguments[*callback] =
        callbackArgument(a, args[*callback], row.name, check.map, context);
    hasError = isError(arguments[*callback]);
  }
  if (hasError)
    return makeError(form->span);
  for (const NodePtr &argument : arguments)
    if (check.map && argument->type.isPointer && isBuffer(*check.map))
      noteRecord(a, *check.map, argument->type.pointee);
  return callHelper(a, form, row.name, std::move(arguments));
}

} // namespace whistler::compiler
