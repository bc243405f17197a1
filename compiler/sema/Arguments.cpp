// (arg name), (arg n), (retval): arguments of what a program is attached to,
// with the types that the kernel's BTF gives them.
//
// The section says which function that is: `fentry/NAME` the function itself,
// `lsm/NAME` the hook bpf_lsm_NAME, `tp_btf/NAME` and `raw_tp/NAME` the
// tracepoint. A tracepoint's own type has no names for its parameters, but the
// function that walks its probes, __traceiter_NAME, has; its first one is
// hidden from programs.
//
// Programs that the kernel checks by BTF get trusted pointers. Those of a
// tracepoint may be null: which ones, the kernel keeps in a list of its own
// (raw_tp_null_args in kernel/bpf/btf.c) that grows, so all are taken to be.

#include "Analyzer.h"

#include "whistler/btf/Errors.h"

namespace whistler::compiler {

namespace {

struct TargetRow {
  const char *programType;
  const char *prefix; ///< of the function in BTF, before the section's name
  unsigned hidden;    ///< parameters that programs do not see
  Space space;        ///< of pointers
  bool mayBeNull;
};

constexpr TargetRow kTargets[] = {
    {"FENTRY", "", 0, Space::Trusted, false},
    {"FEXIT", "", 0, Space::Trusted, false},
    {"FMOD-RET", "", 0, Space::Trusted, false},
    {"LSM", "bpf_lsm_", 0, Space::Trusted, false},
    {"TP-BTF", "__traceiter_", 1, Space::Trusted, true},
    {"RAW-TRACEPOINT", "__traceiter_", 1, Space::Kernel, false},
    {"STRUCT-OPS", nullptr, 0, Space::Trusted, false},
};

const TargetRow *targetOf(const FunctionState &function) {
  for (const TargetRow &row : kTargets)
    if (llvm::StringRef(function.type->keyword) == row.programType)
      return &row;
  return nullptr;
}

/// "" when the section names no function.
std::string targetName(const FunctionState &function, const TargetRow &row) {
  llvm::StringRef name = llvm::StringRef(function.section).split('/').second;
  if (name.empty())
    return "";
  if (row.prefix == nullptr) // a function of an interface: struct.member
    return name.contains('.') ? name.str() : "";
  return row.prefix + name.split('+').first.str();
}

/// Nothing when the section names no function, or after a mistake (`failed`).
std::optional<btf::Function> target(Analyzer &a, const Form *at,
                                    const TargetRow &row, bool &failed) {
  a.function->usesTarget = true;
  std::string name = targetName(*a.function, row);
  const btf::Btf *types = name.empty() ? nullptr : a.btf(at);
  if (types == nullptr) {
    failed = !name.empty();
    return std::nullopt;
  }
  if (row.prefix == nullptr) {
    std::optional<btf::Function> function = opsFunction(a, name, at);
    failed = !function;
    return function;
  }
  llvm::Expected<btf::Function> found = types->findFunction(name);
  if (found) {
    auto &parameters = found->parameters;
    parameters.erase(parameters.begin(),
                     parameters.begin() +
                         std::min<size_t>(row.hidden, parameters.size()));
    return std::move(*found);
  }
  llvm::consumeError(found.takeError());
  a.report(at, Kind::UnknownTarget,
           {a.function->section, closestFunctions(*types, name, row.prefix)});
  failed = true;
  return std::nullopt;
}

/// Words that an argument takes in the context: a struct passed by value takes
/// as many as it fills.
unsigned wordsOf(const btf::Btf &types, btf::TypeId id) {
  llvm::Expected<btf::Type> type = types.type(id);
  if (!type) {
    llvm::consumeError(type.takeError());
    return 1;
  }
  return unsigned(std::max<uint64_t>(1, (type->bytes + 7) / 8));
}

struct ContextWord {
  unsigned word = 0;
  btf::TypeId type = 0;
  std::string name;
  Space space = Space::Trusted;
  bool mayBeNull = false;
};

/// A pointer that the kernel's btf_ctx_access lets a program have: to a
/// struct, or as a number when to an integer or void.
bool isReadable(const btf::Btf &types, const btf::Type &pointer) {
  if (pointer.target == 0)
    return true;
  llvm::Expected<btf::Type> target = types.type(pointer.target);
  if (!target) {
    llvm::consumeError(target.takeError());
    return false;
  }
  return target->kind != btf::TypeKind::Pointer &&
         target->kind != btf::TypeKind::Function &&
         target->kind != btf::TypeKind::Array;
}

NodePtr loadWord(Analyzer &a, const Form *form, const btf::Btf &types,
                 const ContextWord &word) {
  SourceSpan span = form->span;
  llvm::Expected<btf::Type> found = types.type(word.type);
  llvm::Expected<MemoryType> memory = kernelMemoryType(types, word.type);
  if (!found || !memory) {
    llvm::consumeError(found.takeError());
    llvm::consumeError(memory.takeError());
    return a.fail(form, Kind::UnreadableArgument, {word.name});
  }
  bool isBtf = word.space == Space::Trusted;
  if (found->kind == btf::TypeKind::Pointer && isBtf &&
      !isReadable(types, *found))
    return a.fail(form, Kind::UnreadableArgument, {word.name});
  bool isStruct =
      memory->kind == MemoryType::Kind::Pointer && !memory->name.empty();
  NodePtr node = makeNode(isStruct && isBtf ? NodeKind::ContextTyped
                                            : NodeKind::ContextLoadAt,
                          integerType(), span);
  node->integer = word.word * 8;
  if (isStruct) {
    node->type = pointerType(word.space, memory->name);
    node->extra = word.mayBeNull;
    return node;
  }
  if (!memory->isScalar())
    return node; // a struct by value: its first word
  return makeConvert(std::move(node), valueTypeOf(*memory), span);
}

/// Without any types: the word as it is.
NodePtr plainWord(uint64_t index, SourceSpan span) {
  NodePtr node = makeNode(NodeKind::ContextLoadAt, integerType(), span);
  node->integer = index * 8;
  return node;
}

constexpr llvm::StringLiteral kNullable = "__nullable";

/// As a program writes it: the kernel marks some that may be null.
llvm::StringRef plainName(const btf::Parameter &parameter) {
  llvm::StringRef name = parameter.name;
  name.consume_back(kNullable);
  return name;
}

std::vector<std::string> parameterNames(const btf::Function &function) {
  std::vector<std::string> names;
  for (const btf::Parameter &parameter : function.parameters)
    names.push_back(lispName(plainName(parameter)));
  return names;
}

std::optional<size_t> parameterIndex(Analyzer &a, const Form *which,
                                     const btf::Function &function) {
  const auto &parameters = function.parameters;
  std::string text = toString(which);
  bool isName = which->isSymbol() && !which->isKeyword() &&
                !a.constants.count(which->symbol->name);
  if (isName) {
    std::string wanted = accessorKey(which->symbol->name);
    for (size_t i = 0; i < parameters.size(); ++i)
      if (accessorKey(plainName(parameters[i])) == wanted)
        return i;
    a.report(which, Kind::UnknownArgument,
             {function.name, text, didYouMean(text, parameterNames(function))});
    return std::nullopt;
  }
  std::optional<uint64_t> index = a.constant(which);
  if (!index || *index < parameters.size())
    return index;
  a.report(which, Kind::ArgumentOutOfRange,
           {function.name, std::to_string(parameters.size()), text});
  return std::nullopt;
}

/// `what` asks for the function that the section ought to name.
NodePtr noTarget(Analyzer &a, const Form *at, const Form *what) {
  const std::string &section = a.function->section;
  return a.fail(
      at, Kind::NoTarget,
      {toString(what), section, section.substr(0, section.find('/'))});
}

NodePtr untypedArgument(Analyzer &a, const Call &call) {
  const Form *which = call.args[0];
  if (which->isSymbol() && !a.constants.count(which->symbol->name))
    return noTarget(a, which, which);
  std::optional<uint64_t> index = a.constant(which);
  return index ? plainWord(*index, call.form->span)
               : makeError(call.form->span);
}

/// One prototype of the name, or several.
bool hasFunction(const btf::Btf &types, llvm::StringRef name) {
  llvm::Expected<btf::Function> found = types.findFunction(name);
  bool isThere = found || found.errorIsA<btf::AmbiguousTypeError>();
  llvm::consumeError(found.takeError());
  return isThere;
}

NodePtr noArguments(Analyzer &a, const Call &call) {
  return a.fail(call.form, Kind::NoArguments,
                {toString(call.form->cons.car),
                 llvm::StringRef(a.function->type->keyword).lower()});
}

} // namespace

bool hasTypedWords(const FunctionState &function) {
  const TargetRow *row = targetOf(function);
  return (row && row->space == Space::Trusted) ||
         llvm::StringRef(function.type->keyword) == "ITER";
}

void checkTarget(Analyzer &a, const Form *at) {
  const FunctionState &function = *a.function;
  const TargetRow *row = targetOf(function);
  bool isIterator = llvm::StringRef(function.type->keyword) == "ITER";
  llvm::StringRef prefix = isIterator           ? "bpf_iter_"
                           : row && row->prefix ? row->prefix
                                                : "";
  bool isChecked =
      isIterator || (row && row->prefix && row->space == Space::Trusted);
  llvm::StringRef named = llvm::StringRef(function.section).split('/').second;
  // `module:function` is another's to know.
  if (!isChecked || named.empty() || named.contains(':'))
    return;
  const btf::Btf *types = a.btfIfThere();
  std::string name = (prefix + named.split('+').first).str();
  if (types == nullptr || hasFunction(*types, name))
    return;
  a.report(at, Kind::TargetAbsent,
           {function.section, closestFunctions(*types, name, prefix)});
}

NodePtr analyzeArgument(Analyzer &a, const Call &call) {
  const TargetRow *row = targetOf(*a.function);
  if (row == nullptr)
    return noArguments(a, call);
  bool failed = false;
  std::optional<btf::Function> function = target(a, call.form, *row, failed);
  if (failed)
    return makeError(call.form->span);
  if (!function)
    return untypedArgument(a, call);
  std::optional<size_t> index = parameterIndex(a, call.args[0], *function);
  if (!index)
    return makeError(call.form->span);
  const btf::Btf &types = *a.btf(call.form);
  ContextWord word{0, function->parameters[*index].type,
                   function->parameters[*index].name, row->space,
                   row->mayBeNull ||
                       llvm::StringRef(function->parameters[*index].name)
                           .ends_with(kNullable)};
  for (size_t i = 0; i < *index; ++i)
    word.word += wordsOf(types, function->parameters[i].type);
  return loadWord(a, call.form, types, word);
}

NodePtr attachedResult(Analyzer &a, const Call &call) {
  const TargetRow *row = targetOf(*a.function);
  llvm::StringRef type = a.function->type->keyword;
  bool hasResult =
      row && (type == "FEXIT" || type == "FMOD-RET" || type == "LSM");
  if (!hasResult)
    return noArguments(a, call);
  bool failed = false;
  std::optional<btf::Function> function = target(a, call.form, *row, failed);
  if (failed)
    return makeError(call.form->span);
  if (!function)
    return noTarget(a, call.form, call.form->cons.car);
  if (function->result == 0)
    return a.fail(call.form, Kind::VoidResult, {function->name});
  const btf::Btf &types = *a.btf(call.form);
  // What a function returns nobody promises to be there.
  ContextWord word{0, function->result, "retval", Space::Trusted, true};
  for (const btf::Parameter &parameter : function->parameters)
    word.word += wordsOf(types, parameter.type);
  return loadWord(a, call.form, types, word);
}

namespace {

/// The struct that an iterator's context is, by the section's target.
const StructInfo *iteratorContext(Analyzer &a, const Form *at) {
  a.function->usesTarget = true;
  llvm::StringRef name = llvm::StringRef(a.function->section).split('/').second;
  if (name.empty()) {
    a.report(at, Kind::NoTarget, {toString(at), a.function->section, "iter"});
    return nullptr;
  }
  return a.kernelStruct(("bpf_iter__" + name).str(), at);
}

} // namespace

NodePtr iteratorField(Analyzer &a, const Form *form, const Form *name) {
  const StructInfo *record = iteratorContext(a, form);
  if (record == nullptr)
    return makeError(form->span);
  std::string text = toString(name);
  const FieldInfo *field =
      name->isSymbol() ? record->find(cName(name)) : nullptr;
  if (field == nullptr)
    return a.fail(
        name, Kind::UnknownField,
        {lispName(record->name), text, didYouMean(text, record->fieldNames())});
  bool isPointer = field->type.kind == MemoryType::Kind::Pointer;
  bool isStruct = isPointer && !field->type.name.empty();
  NodePtr node =
      makeNode(isStruct ? NodeKind::ContextTyped : NodeKind::ContextLoadAt,
               valueTypeOf(field->type), form->span);
  node->integer = field->bitOffset / 8;
  if (isStruct && field->name == "meta") {
    // The same on all kernels, and what it leads to is for helpers.
    node->kind = NodeKind::ContextLoadAt;
    node->type.space = Space::Context;
  } else if (isStruct) {
    node->type.space = Space::Trusted;
    node->extra = true;
  } else if (isPointer) { // a key or a value of a map
    node->type = pointerType(Space::MapValue);
    node->type.maybeNull = true;
  }
  return node;
}

} // namespace whistler::compiler
