// Helpers of the kernel by name. Prototypes and ids come from the kernel's
// header when the project is built; effects on memory are a table of ours. The
// result has the type of the prototype, so that a negative error of a `long`
// is below 0.

#include "Analyzer.h"

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

} // namespace

NodePtr callHelper(Analyzer &a, const Form *form, llvm::StringRef cName,
                   std::vector<NodePtr> arguments) {
  const HelperRow *row = findHelper(cName);
  if (row == nullptr)
    return a.fail(form, Kind::UnknownHelper, {lispName(cName)});
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

namespace {

struct ArgumentCheck {
  Analyzer &a;
  const Form *call;
  const MapInfo *map = nullptr; ///< the last map argument
};

/// One argument by its kind; an error node when it does not fit.
NodePtr helperArgument(ArgumentCheck &check, const Form *form,
                       ArgumentKind kind) {
  Analyzer &a = check.a;
  switch (kind) {
  case ArgumentKind::Map:
    check.map = mapArgument(a, form);
    return check.map ? mapNode(*check.map, form->span) : makeError(form->span);
  case ArgumentKind::Key:
  case ArgumentKind::Value:
    if (check.map && (kind == ArgumentKind::Key ? check.map->keyBytes
                                                : check.map->valueBytes))
      return mapOperand(a, form, *check.map, kind == ArgumentKind::Key);
    return a.expression(form);
  case ArgumentKind::Memory:
  case ArgumentKind::Text: {
    NodePtr node = a.expression(form);
    bool isZero = isLiteral(node) && node->integer == 0;
    if (!isError(node) && !isZero &&
        (!node->type.isPointer || !isProgramSpace(node->type.space)))
      return a.fail(form, Kind::NotProgramMemory,
                    {toString(check.call->cons.car), toString(form),
                     describe(node->type)});
    return node;
  }
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
  if (!isRight)
    return a.fail(form, Kind::WrongArgumentCount,
                  {toString(form->cons.car), std::to_string(row.argumentCount),
                   std::to_string(args.size())});
  ArgumentCheck check{a, form};
  std::vector<NodePtr> arguments;
  bool hasError = false;
  for (size_t i = 0; i < args.size(); ++i) {
    ArgumentKind kind =
        i < row.argumentCount ? row.arguments[i] : ArgumentKind::Scalar;
    arguments.push_back(helperArgument(check, args[i], kind));
    hasError |= isError(arguments.back());
  }
  if (hasError)
    return makeError(form->span);
  for (const NodePtr &argument : arguments)
    if (check.map && argument->type.isPointer && isBuffer(*check.map))
      noteRecord(a, *check.map, argument->type.pointee);
  return callHelper(a, form, row.name, std::move(arguments));
}

NodePtr analyzeTracePrintk(Analyzer &a, const Call &call) {
  const Form *format = call.args[0];
  if (!format->isString())
    return a.fail(format, Kind::FormatNotString, {toString(format)});
  if (call.args.size() > 4)
    return a.fail(call.form, Kind::WrongArgumentCount,
                  {"trace-printk", "1 to 4", std::to_string(call.args.size())});
  std::vector<NodePtr> arguments;
  arguments.push_back(a.expression(format));
  arguments.push_back(makeInteger(format->text().size() + 1, format->span));
  for (const Form *form : call.args.drop_front()) {
    arguments.push_back(a.expression(form));
    if (isError(arguments.back()))
      return makeError(call.form->span);
  }
  return callHelper(a, call.form, "trace_printk", std::move(arguments));
}

} // namespace whistler::compiler
