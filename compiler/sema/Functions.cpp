// defsubprog, calls of it, and what `return` means in programs, functions and
// callbacks.
//
// A function is analyzed at its first call: the memory behind an argument
// belongs to the value that is passed, so an accessor in the body is a load or
// a kernel read by the call. Calls that pass other memory, or come from a
// program with another context, make another instance of the function. A
// global function, which the kernel verifies on its own, has one instance,
// made from its declaration alone.

#include "Analyzer.h"

#include <llvm/ADT/StringExtras.h>

namespace whistler::compiler {

namespace {

constexpr size_t kMostParameters = 5;
constexpr unsigned kMostFrames = 8; ///< the kernel's MAX_CALL_FRAMES

bool isSubprogram(const Form *form) {
  return form->isCons() && form->cons.car->isNamed("DEFSUBPROG") &&
         isProperList(form);
}

bool parseParameter(Analyzer &a, SubprogramInfo &info, const Form *form) {
  llvm::SmallVector<const Form *, 4> parts = items(form);
  bool isTyped = form->isCons() && isProperList(form) && parts.size() == 2 &&
                 parts[0]->isSymbol() && !parts[0]->isKeyword();
  if (!isTyped) {
    a.report(form, Kind::MalformedParameter, {toString(form)});
    return false;
  }
  std::optional<MemoryType> type = a.parseType(parts[1]);
  if (type && !type->isScalar()) {
    a.report(parts[1], Kind::NotScalarType, {toString(parts[1])});
    return false;
  }
  if (type)
    info.parameters.push_back({parts[0], parts[1], std::move(*type)});
  return type.has_value();
}

bool parseParameters(Analyzer &a, SubprogramInfo &info, const Form *list) {
  if (!list->isNil() && (!list->isCons() || !isProperList(list))) {
    a.report(list, Kind::MalformedParameter, {toString(list)});
    return false;
  }
  bool isRight = true;
  for (const Form *form : items(list))
    isRight &= parseParameter(a, info, form);
  if (info.parameters.size() <= kMostParameters)
    return isRight;
  a.report(list, Kind::TooManyParameters,
           {toString(info.name), std::to_string(kMostParameters),
            std::to_string(info.parameters.size())});
  return false;
}

/// `-> T`: nothing else about a result can be wrong.
bool parseResult(Analyzer &a, SubprogramInfo &info, const Form *form) {
  info.result = a.parseType(form);
  info.resultForm = form;
  if (info.result && !info.result->isScalar()) {
    a.report(form, Kind::NotScalarType, {toString(form)});
    return false;
  }
  return info.result.has_value();
}

/// What stands between the parameters and the body: `-> T`, `:global t`.
bool parseOptions(Analyzer &a, SubprogramInfo &info, Forms &rest) {
  bool isRight = true;
  while (rest.size() >= 2) {
    if (rest[0]->isNamed("->")) {
      isRight &= parseResult(a, info, rest[1]);
    } else if (rest[0]->isKeyword() && rest[0]->symbol->name == "GLOBAL") {
      info.isGlobal = !rest[1]->isNil();
    } else if (rest[0]->isKeyword()) {
      std::string text = toString(rest[0]);
      a.report(rest[0], Kind::UnknownOption,
               {text, "defsubprog", didYouMean(text, {":global"})});
      isRight = false;
    } else {
      break;
    }
    rest = rest.drop_front(2);
  }
  if (rest.size() > 1 && rest.front()->isString())
    rest = rest.drop_front(); // a documentation string
  return isRight;
}

bool isTaken(Analyzer &a, const Form *name) {
  std::string text = cName(name);
  if (findBuiltin(name->symbol->name) || a.maps.count(text) ||
      a.globals.count(text))
    return true;
  return llvm::any_of(a.result.programs, [&](const Program &program) {
    return program.name == text;
  });
}

void parse(Analyzer &a, SubprogramInfo &info) {
  if (info.isParsed)
    return;
  info.isParsed = true;
  llvm::SmallVector<const Form *, 8> args = items(info.form->cons.cdr);
  if (isTaken(a, info.name)) {
    a.duplicate(info.name, a.symbols.lookup(cName(info.name)));
    info.isBroken = true;
  }
  if (args.size() < 2) {
    a.report(info.form, Kind::MalformedParameter, {"nil"});
    info.isBroken = true;
    return;
  }
  info.isBroken |= !parseParameters(a, info, args[1]);
  Forms rest = Forms(args).drop_front(2);
  info.isBroken |= !parseOptions(a, info, rest);
  info.body.assign(rest.begin(), rest.end());
}

} // namespace

void Analyzer::announceSubprograms(const Form *form) {
  if (form->isCons() && form->cons.car->isNamed("PROGN"))
    for (const Form *inner : items(form->cons.cdr))
      announceSubprograms(inner);
  if (!isSubprogram(form))
    return;
  llvm::SmallVector<const Form *, 8> args = items(form->cons.cdr);
  if (args.empty() || !args[0]->isSymbol() || args[0]->isKeyword())
    return;
  SubprogramInfo &info = subprograms[cName(args[0])];
  if (info.form)
    return; // a second one: reported at its place
  info.form = form;
  info.name = args[0];
}

SubprogramInfo *Analyzer::findSubprogram(llvm::StringRef name) {
  auto found = subprograms.find(name);
  return found == subprograms.end() ? nullptr : &found->second;
}

void declareSubprogram(Analyzer &a, const Form *form, Forms args) {
  if (args.empty() || !args[0]->isSymbol() || args[0]->isKeyword()) {
    a.report(form, Kind::MissingName, {"defsubprog"});
    return;
  }
  SubprogramInfo *info = a.findSubprogram(cName(args[0]));
  if (info && info->form == form)
    parse(a, *info);
  else
    a.duplicate(args[0], info ? info->name->span : SourceSpan());
}

namespace {

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

/// A value on its way out of the function `state`; integers get the type that
/// was declared.
NodePtr resultValue(Analyzer &a, FunctionState &state, NodePtr value,
                    SourceSpan span) {
  if (isError(value) || neverReturns(*value))
    return value;
  if (value->type.isPointer && value->type.space == Space::Stack) {
    a.diagnostics.report(value->span, Kind::ReturnsStackPointer);
    return makeError(span);
  }
  // 0 is a null pointer as well as a number.
  bool isNull = isLiteral(value) && value->integer == 0;
  const std::optional<MemoryType> &declared = state.subprogram->result;
  if (declared && !value->type.isPointer && !isNull)
    value = makeConvert(std::move(value), valueTypeOf(*declared), span);
  if (!state.result)
    state.result = isNull ? state.result : value->type;
  else if (!isNull || state.result->isPointer)
    state.result = uniteResults(*state.result, value->type);
  return value;
}

void makeInstance(Analyzer &a, SubprogramInfo &info,
                  llvm::ArrayRef<ValueType> types, std::string key) {
  auto code = std::make_unique<Subprogram>();
  code->name = instanceName(info);
  code->span = info.form->span;
  code->isGlobal = info.isGlobal;
  FunctionState *caller = a.function;
  FunctionState state;
  state.code = code.get();
  state.type = caller ? caller->type : a.lastProgramType;
  state.section = caller ? caller->section : "";
  state.subprogram = &info;
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
  info.instances.push_back({std::move(key),
                            uint32_t(a.result.subprograms.size()),
                            state.callDepth + 1, state.kernelRead});
  a.result.subprograms.push_back(std::move(code));
}

/// Limits that an instance may turn out to break.
bool checkInstance(Analyzer &a, SubprogramInfo &info,
                   const Subprogram &instance) {
  Kind kind;
  if (instance.usesContext && info.isGlobal)
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

const SubprogramInfo::Instance *instance(Analyzer &a, SubprogramInfo &info,
                                         llvm::ArrayRef<ValueType> types) {
  std::string key = keyOf(a, info, types);
  for (const SubprogramInfo::Instance &known : info.instances)
    if (known.key == key)
      return &known;
  makeInstance(a, info, types, std::move(key));
  const SubprogramInfo::Instance &made = info.instances.back();
  if (info.isBroken ||
      !checkInstance(a, info, *a.result.subprograms[made.index]))
    return nullptr;
  return &made;
}

/// One argument as its parameter takes it; `type` is the parameter's then.
NodePtr argument(Analyzer &a, const SubprogramInfo &info, const Form *form,
                 const SubprogramInfo::Parameter &parameter, ValueType &type) {
  NodePtr value = a.expression(form);
  if (isError(value))
    return value;
  ValueType declared = valueTypeOf(parameter.type);
  const ValueType &given = value->type;
  bool isOther = declared.isPointer && given.isPointer &&
                 !given.pointee.empty() && given.pointee != declared.pointee;
  if (isOther)
    return a.fail(form, Kind::WrongPointerType,
                  {toString(info.name), describe(declared), describe(given),
                   lispName(declared.pointee)});
  type = boundType(given, parameter.type);
  type.maybeNull = false; // nothing is certain in there
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
  return makeConvert(std::move(value), type, form->span);
}

} // namespace

NodePtr callSubprogram(Analyzer &a, const Form *form, SubprogramInfo &info,
                       Forms args) {
  parse(a, info);
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
  a.function->callDepth = std::max(a.function->callDepth, found->depth);
  if (!a.function->kernelRead)
    a.function->kernelRead = found->kernelRead;
  NodePtr node = makeNode(NodeKind::CallSubprogram, callee.result, form->span);
  node->index = found->index;
  if (callee.usesContext)
    arguments.insert(arguments.begin(),
                     makeNode(NodeKind::ContextPointer,
                              pointerType(Space::Context), form->span));
  node->children = std::move(arguments);
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

void finishSubprograms(Analyzer &a) {
  for (auto &entry : a.subprograms) {
    SubprogramInfo &info = entry.second;
    parse(a, info);
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
