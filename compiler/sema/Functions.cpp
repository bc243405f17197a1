// Instances of defsubprogs, calls of them, and what `return` means in programs,
// functions and callbacks.
//
// A function is analyzed at its first call: the memory behind an argument
// belongs to the value that is passed, so an accessor in the body is a load or
// a kernel read by the call. Calls that pass other memory, or come from a
// program with another context, make another instance of the function; so do
// programs in other sections where it asks what the section names. A global
// function, which the kernel verifies on its own, has one instance,
// made from its declaration alone.

#include "Analyzer.h"

#include <llvm/ADT/StringExtras.h>

namespace whistler::compiler {

namespace {

constexpr unsigned kMostFrames = 8; ///< the kernel's MAX_CALL_FRAMES

/// What is passed for a parameter when only the declaration is known.
ValueType declaredArgument(Analyzer &a, const SubprogramInfo &info,
                           const MemoryType &type) {
  ValueType value = valueTypeOf(type);
  const StructInfo *record =
      value.isPointer ? a.findStruct(value.pointee) : nullptr;
  if (!record || record->isKernel)
    return value;
  value.space = Space::Stack;
  value.maybeNull = info.isGlobal;
  return value;
}

/// Instances differ in what accessors on their parameters do, and in which
/// context they see.
std::string keyOf(Analyzer &a, const SubprogramInfo &info,
                  llvm::ArrayRef<ValueType> types) {
  if (info.isGlobal)
    return "global";
  std::string key = a.function ? a.function->type->keyword : "";
  for (const ValueType &type : types)
    key += type.isPointer
               ? "|" + std::to_string(int(type.space)) + " " + type.pointee +
                     " " + std::to_string(type.elementBits)
               : "|";
  return key;
}

std::string instanceName(const SubprogramInfo &info) {
  std::string name = cName(info.name);
  for (char &c : name)
    if (!llvm::isAlnum(c))
      c = '_';
  if (!info.instances.empty())
    name += "__" + std::to_string(info.instances.size() + 1);
  return name;
}

void bindParameters(Analyzer &a, const SubprogramInfo &info,
                    llvm::ArrayRef<ValueType> types, Subprogram &code) {
  for (size_t i = 0; i < info.parameters.size(); ++i) {
    const Form *name = info.parameters[i].name;
    Variable *variable = a.declare(name->symbol, types[i], name->span);
    code.parameters.push_back(variable);
    bool isMemory = types[i].isPointer && isProgramSpace(types[i].space);
    if (info.isGlobal && isMemory)
      variable->pointee = a.findStruct(types[i].pointee)->dataType;
  }
}

/// The type of what several ways out give.
ValueType uniteResults(const ValueType &a, const ValueType &b) {
  ValueType type = a.isPointer ? a : b;
  if (a.isPointer && b.isPointer) {
    if (a.pointee != b.pointee)
      type.pointee.clear();
    if (isProgramSpace(a.space) != isProgramSpace(b.space))
      type.space = Space::Unknown;
    type.maybeNull = a.maybeNull || b.maybeNull;
  } else if (type.isPointer) {
    type.maybeNull = true;
  } else if (a.bits != b.bits || a.isSigned != b.isSigned) {
    type = integerType(64, a.isSigned && b.isSigned);
  }
  return type;
}

/// What the kernel takes from a callback, in place of `value`.
NodePtr callbackResult(FunctionState &state, NodePtr value, SourceSpan span) {
  state.result = integerType();
  if (state.callbackResult == CallbackResult::ZeroOrOne)
    return isLiteral(value)
               ? makeInteger(value->integer != 0, span)
               : makeBinary(Op::Ne, std::move(value), makeInteger(0, span),
                            integerType(), span);
  std::vector<NodePtr> sequence;
  sequence.push_back(std::move(value));
  sequence.push_back(makeInteger(0, span));
  return makeSequence(std::move(sequence), span);
}

/// A value on its way out of the function `state`; integers get the type that
/// was declared.
NodePtr resultValue(Analyzer &a, FunctionState &state, NodePtr value,
                    SourceSpan span) {
  if (isError(value) || neverReturns(*value))
    return value;
  if (value->type.isPointer && value->type.space == Space::Stack) {
    const Node *last = value.get(); // of a body: its last form
    while (last->kind == NodeKind::Sequence && !last->children.empty())
      last = last->children.back().get();
    a.diagnostics.report(last->span, Kind::ReturnsStackPointer);
    return makeError(span);
  }
  // 0 is a null pointer as well as a number.
  if (state.callbackResult != CallbackResult::None)
    return callbackResult(state, std::move(value), span);
  bool isNull = isLiteral(value) && value->integer == 0;
  const std::optional<MemoryType> &declared = state.subprogram->result;
  if (declared)
    checkFits(a, value, valueTypeOf(*declared));
  if (declared && !value->type.isPointer && !isNull)
    value = makeConvert(std::move(value), valueTypeOf(*declared), span);
  if (!state.result)
    state.result = isNull ? state.result : value->type;
  else if (!isNull || state.result->isPointer)
    state.result = uniteResults(*state.result, value->type);
  return value;
}

void makeInstance(Analyzer &a, SubprogramInfo &info,
                  llvm::ArrayRef<ValueType> types, std::string key,
                  CallbackResult callback) {
  auto code = std::make_unique<Subprogram>();
  code->name = instanceName(info);
  code->span = info.form->span;
  code->isGlobal = info.isGlobal;
  code->isCalledBack = callback != CallbackResult::None;
  FunctionState *caller = a.function;
  FunctionState state;
  state.code = code.get();
  state.type = caller ? caller->type : a.lastProgramType;
  state.section = caller ? caller->section : "";
  state.subprogram = &info;
  state.callbackResult = callback;
  a.function = &state;
  info.isOpen = true;
  unsigned errors = a.diagnostics.errorCount();
  size_t firstSubprogram = a.result.subprograms.size();
  bindParameters(a, info, types, *code);
  NodePtr body = a.body(info.body, info.form->span);
  SourceSpan end = info.body.empty() ? info.form->span : info.body.back()->span;
  code->body = resultValue(a, state, std::move(body), end);
  code->result = state.result.value_or(info.result ? valueTypeOf(*info.result)
                                                   : integerType());
  finishCode(a, *code, firstSubprogram);
  info.isOpen = false;
  info.isBroken |= a.diagnostics.errorCount() != errors;
  a.function = caller;
  SubprogramInfo::Instance made{
      std::move(key), uint32_t(a.result.subprograms.size()),
      state.callDepth + 1, state.kernelRead, std::nullopt};
  if (state.usesTarget)
    made.target = state.section;
  info.instances.push_back(std::move(made));
  a.result.subprograms.push_back(std::move(code));
}

/// Limits that an instance may turn out to break.
bool checkInstance(Analyzer &a, SubprogramInfo &info,
                   const Subprogram &instance, CallbackResult callback) {
  Kind kind;
  if (instance.usesContext && callback != CallbackResult::None)
    kind = Kind::CallbackUsesContext;
  else if (instance.usesContext && info.isGlobal)
    kind = Kind::GlobalUsesContext;
  else if (instance.usesContext && info.parameters.size() == kMostParameters)
    kind = Kind::NoRoomForContext;
  else if (info.isGlobal && instance.result.isPointer &&
           isProgramSpace(instance.result.space))
    kind = Kind::GlobalReturnsPointer;
  else
    return true;
  a.report(info.name, kind, {toString(info.name)});
  info.isBroken = true;
  return false;
}

const SubprogramInfo::Instance *
instance(Analyzer &a, SubprogramInfo &info, llvm::ArrayRef<ValueType> types,
         CallbackResult callback = CallbackResult::None) {
  std::string key =
      keyOf(a, info, types) + "|callback " + std::to_string(int(callback));
  std::string section = a.function ? a.function->section : "";
  for (const SubprogramInfo::Instance &known : info.instances)
    if (known.key == key && known.target.value_or(section) == section)
      return &known;
  makeInstance(a, info, types, std::move(key), callback);
  const SubprogramInfo::Instance &made = info.instances.back();
  if (info.isBroken ||
      !checkInstance(a, info, *a.result.subprograms[made.index], callback))
    return nullptr;
  return &made;
}

/// What the code around a call needs for the function that it calls.
void noteCall(FunctionState &caller, const SubprogramInfo::Instance &callee) {
  caller.callDepth = std::max(caller.callDepth, callee.depth);
  caller.usesTarget |= callee.target.has_value();
  if (!caller.kernelRead)
    caller.kernelRead = callee.kernelRead;
}

/// One argument as its parameter takes it; `type` is the parameter's then.
NodePtr argument(Analyzer &a, const SubprogramInfo &info, const Form *form,
                 const SubprogramInfo::Parameter &parameter, ValueType &type) {
  NodePtr value = a.expression(form);
  if (isError(value))
    return value;
  ValueType declared = valueTypeOf(parameter.type);
  const ValueType &given = value->type;
  bool isOther = declared.isPointer && !mayLeadTo(a, given, declared.pointee);
  if (isOther)
    return a.fail(form, Kind::WrongPointerType,
                  {toString(info.name), describe(declared), describe(given),
                   lispName(declared.pointee)});
  type = boundType(given, parameter.type);
  type.maybeNull = false;           // nothing is certain in there
  if (type.space == Space::Trusted) // functions are passed numbers
    type.space = Space::Kernel;
  if (info.isGlobal) {
    ValueType fixed = declaredArgument(a, info, parameter.type);
    bool wantsMemory = fixed.isPointer && isProgramSpace(fixed.space);
    bool isMemory = given.isPointer && isProgramSpace(given.space);
    if (wantsMemory != isMemory)
      return a.fail(
          form, wantsMemory ? Kind::NotProgramMemory : Kind::GlobalTakesNumber,
          {toString(info.name), toString(form), describe(given)});
    type = fixed;
  }
  if (type.isPointer || given.isPointer)
    return value;
  checkFits(a, value, type);
  return makeConvert(std::move(value), type, form->span);
}

} // namespace

NodePtr callSubprogram(Analyzer &a, const Form *form, SubprogramInfo &info,
                       Forms args) {
  parseSubprogram(a, info);
  if (!info.isBroken && args.size() != info.parameters.size())
    return a.fail(form, Kind::WrongArgumentCount,
                  {toString(info.name), std::to_string(info.parameters.size()),
                   std::to_string(args.size())});
  if (info.isOpen)
    return a.fail(form, Kind::Recursion, {toString(info.name)});
  std::vector<NodePtr> arguments;
  std::vector<ValueType> types(info.parameters.size());
  bool hasError = info.isBroken;
  for (size_t i = 0; i < args.size(); ++i) {
    arguments.push_back(info.isBroken ? a.expression(args[i])
                                      : argument(a, info, args[i],
                                                 info.parameters[i], types[i]));
    hasError |= isError(arguments.back());
  }
  const SubprogramInfo::Instance *found =
      hasError ? nullptr : instance(a, info, types);
  if (!found)
    return makeError(form->span);
  const Subprogram &callee = *a.result.subprograms[found->index];
  noteCall(*a.function, *found);
  NodePtr node = makeNode(NodeKind::CallSubprogram, callee.result, form->span);
  node->index = found->index;
  if (callee.usesContext)
    arguments.insert(arguments.begin(),
                     makeNode(NodeKind::ContextPointer,
                              pointerType(Space::Context), form->span));
  node->children = std::move(arguments);
  return node;
}

NodePtr subprogramReference(Analyzer &a, const Form *form, SubprogramInfo &info,
                            const std::string &helper,
                            llvm::ArrayRef<ValueType> passed,
                            CallbackResult result) {
  parseSubprogram(a, info);
  if (info.isBroken)
    return makeError(form->span);
  if (info.isGlobal)
    return a.fail(form, Kind::CallbackIsGlobal, {toString(info.name)});
  if (info.isOpen)
    return a.fail(form, Kind::Recursion, {toString(info.name)});
  if (passed.size() != info.parameters.size())
    return a.fail(form, Kind::CallbackParameters,
                  {helper, toString(info.name), std::to_string(passed.size()),
                   std::to_string(info.parameters.size())});
  std::vector<ValueType> types;
  for (size_t i = 0; i < passed.size(); ++i) {
    ValueType declared = valueTypeOf(info.parameters[i].type);
    bool isOther = declared.isPointer && !declared.pointee.empty() &&
                   passed[i].space != Space::Map &&
                   !mayLeadTo(a, passed[i], declared.pointee);
    if (isOther)
      return a.fail(form, Kind::WrongPointerType,
                    {toString(info.name), describe(declared),
                     describe(passed[i]), lispName(declared.pointee)});
    types.push_back(boundType(passed[i], info.parameters[i].type));
    types.back().maybeNull = false;
  }
  const SubprogramInfo::Instance *found = instance(a, info, types, result);
  if (!found)
    return makeError(form->span);
  noteCall(*a.function, *found);
  NodePtr node =
      makeNode(NodeKind::CallbackRef, pointerType(Space::Global), form->span);
  node->index = found->index;
  return node;
}

NodePtr leaveWith(Analyzer &a, NodePtr value, SourceSpan span) {
  FunctionState &state = *a.function, &root = state.outermost();
  if (root.subprogram)
    value = resultValue(a, root, std::move(value), span);
  if (state.callback)
    return leaveCallback(a, std::move(value), span);
  std::vector<NodePtr> sequence;
  if (!state.records.empty() && !isLiteral(value)) {
    // The value may read the record: before that is given up.
    Variable *kept = a.once(std::move(value), sequence);
    value = makeRef(kept, span);
  }
  discardRecords(a, sequence, 0, span);
  NodePtr leave = makeNode(NodeKind::Return, integerType(), span);
  leave->children.push_back(std::move(value));
  sequence.push_back(std::move(leave));
  return makeSequence(std::move(sequence), span);
}

namespace {

/// The functions that `node` calls are part of what a helper calls.
void markCalled(TypedProgram &program, const Node &node) {
  if (node.kind == NodeKind::CallSubprogram) {
    Subprogram &callee = *program.subprograms[node.index];
    bool isNew = !callee.isCalledBack;
    callee.isCalledBack = true;
    if (isNew && callee.body)
      markCalled(program, *callee.body);
  }
  for (const NodePtr &child : node.children)
    if (child)
      markCalled(program, *child);
}

} // namespace

void finishSubprograms(Analyzer &a) {
  for (const auto &code : a.result.subprograms)
    if (code->isCalledBack && code->body)
      markCalled(a.result, *code->body);
  for (auto &entry : a.subprograms) {
    SubprogramInfo &info = entry.second;
    parseSubprogram(a, info);
    if (info.isBroken || !info.instances.empty())
      continue;
    std::vector<ValueType> types;
    for (const SubprogramInfo::Parameter &parameter : info.parameters)
      types.push_back(declaredArgument(a, info, parameter.type));
    size_t kept = a.result.subprograms.size();
    instance(a, info, types);
    if (!info.isGlobal)
      a.result.subprograms.resize(kept); // nobody calls it
  }
}

void checkCallDepth(Analyzer &a, const Form *program, unsigned frames) {
  if (frames > kMostFrames)
    a.report(program, Kind::CallsTooDeep,
             {std::to_string(frames), std::to_string(kMostFrames)});
}

namespace {

/// Variables that became pointers after a first use: references follow.
void settleTypes(Node &node) {
  if (node.kind == NodeKind::VariableRef)
    node.type = node.variable->type;
  for (NodePtr &child : node.children)
    if (child)
      settleTypes(*child);
}

/// Whether the context is needed here, and for callbacks from here.
void findContextUses(const TypedProgram &program, const Node &node,
                     Code &code) {
  switch (node.kind) {
  case NodeKind::ContextPointer:
  case NodeKind::ContextLoad:
  case NodeKind::ContextLoadAt:
  case NodeKind::ContextTyped:
  case NodeKind::ContextStoreAt:
    code.usesContext = true;
    break;
  case NodeKind::CallbackRef:
    if (program.subprograms[node.index]->usesContext)
      code.usesContext = code.keepsContext = true;
    break;
  default:
    break;
  }
  for (const NodePtr &child : node.children)
    if (child)
      findContextUses(program, *child, code);
}

} // namespace

void finishCode(Analyzer &a, Code &code, size_t firstSubprogram) {
  auto finish = [&](Code &one) {
    if (!one.body)
      return;
    settleTypes(*one.body);
    findContextUses(a.result, *one.body, one);
  };
  // Inner callbacks come before those around them.
  for (size_t i = firstSubprogram; i < a.result.subprograms.size(); ++i)
    finish(*a.result.subprograms[i]);
  finish(code);
}

} // namespace whistler::compiler
