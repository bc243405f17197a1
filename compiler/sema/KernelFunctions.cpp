// (kfunc name args…), (kfunc-exists name): functions of the kernel itself. The
// prototype comes from the build host's BTF and goes into the object whole,
// because the loader compares it with the running kernel's.
//
// A pointer that a kfunc gives is read like any kernel address, so accessors
// on it ask for no null test; handing it to another kfunc may, which the
// kernel says when it verifies the program.

#include "Analyzer.h"

namespace whistler::compiler {

namespace {

constexpr unsigned kDeepest = 8; ///< pointers to pointers to …

using TypePtr = std::shared_ptr<const ir::DataType>;

/// The type as debug info, kinds all the way down; null for void. Nothing for
/// what no prototype of ours can say.
std::optional<TypePtr> dataTypeOf(const btf::Btf &types, btf::TypeId id,
                                  unsigned depth = 0) {
  if (id == 0)
    return TypePtr();
  llvm::Expected<btf::Type> type = types.type(id);
  if (!type || depth > kDeepest) {
    llvm::consumeError(type.takeError());
    return std::nullopt;
  }
  auto data = std::make_shared<ir::DataType>();
  data->bytes = type->bytes;
  data->name = type->name;
  data->isSigned = type->isSigned;
  switch (type->kind) {
  case btf::TypeKind::Void:
    return TypePtr();
  case btf::TypeKind::Integer:
    break;
  case btf::TypeKind::Bool:
    data->kind = ir::DataType::Kind::Bool;
    break;
  case btf::TypeKind::Enum:
    data->kind = ir::DataType::Kind::Enum;
    break;
  case btf::TypeKind::Struct:
  case btf::TypeKind::Forward:
    data->kind = ir::DataType::Kind::Struct;
    break;
  case btf::TypeKind::Union:
    data->kind = ir::DataType::Kind::Union;
    break;
  case btf::TypeKind::Pointer: {
    std::optional<TypePtr> target = dataTypeOf(types, type->target, depth + 1);
    if (!target)
      return std::nullopt;
    data->kind = ir::DataType::Kind::Pointer;
    data->element = *target;
    data->bytes = 8;
    break;
  }
  default:
    return std::nullopt;
  }
  return data;
}

std::shared_ptr<const ir::FunctionPrototype>
prototypeOf(const btf::Btf &types, const btf::Function &function) {
  auto prototype = std::make_shared<ir::FunctionPrototype>();
  prototype->name = function.name;
  std::optional<TypePtr> result = dataTypeOf(types, function.result);
  if (!result || function.isVariadic ||
      function.parameters.size() > kMostParameters)
    return nullptr;
  prototype->result = *result;
  for (const btf::Parameter &parameter : function.parameters) {
    std::optional<TypePtr> type = dataTypeOf(types, parameter.type);
    if (!type || !*type)
      return nullptr;
    prototype->parameters.push_back({parameter.name, *type});
  }
  return prototype;
}

/// The kernel function `form` names; nothing after a message.
std::optional<btf::Function> findKernelFunction(Analyzer &a, const Form *form) {
  const btf::Btf *types = form->isSymbol() ? a.btf(form) : nullptr;
  if (types == nullptr)
    return std::nullopt;
  llvm::Expected<btf::Function> found = types->findFunction(cName(form));
  if (found)
    return std::move(*found);
  llvm::consumeError(found.takeError());
  return std::nullopt;
}

/// The kernel marks what programs may call, from Linux 6.9 on: known there by
/// one that is surely marked.
bool isCallable(const btf::Btf &types, const btf::Function &function) {
  if (function.isKfunc)
    return true;
  llvm::Expected<btf::Function> marked = types.findFunction("bpf_rdonly_cast");
  if (marked)
    return !marked->isKfunc;
  llvm::consumeError(marked.takeError());
  return true;
}

/// An argument for a parameter of that type.
NodePtr argument(Analyzer &a, const Form *call, const Form *form,
                 const btf::Btf &types, const btf::Parameter &parameter) {
  NodePtr value = a.expression(form);
  llvm::Expected<MemoryType> type = kernelMemoryType(types, parameter.type);
  if (!type) {
    llvm::consumeError(type.takeError());
    return makeError(form->span);
  }
  if (isError(value))
    return value;
  if (type->kind != MemoryType::Kind::Pointer)
    return makeConvert(std::move(value), valueTypeOf(*type), form->span);
  const ValueType &given = value->type;
  bool isNull = isLiteral(value) && value->integer == 0;
  bool isKnown = given.isPointer && !given.pointee.empty() &&
                 !type->name.empty() && !isProgramSpace(given.space);
  if (isKnown && given.pointee != type->name)
    return a.fail(form, Kind::WrongPointerType,
                  {toString(call), "(ptr " + lispName(type->name) + ")",
                   describe(given), lispName(type->name)});
  if (!given.isPointer && !isNull)
    return a.fail(form, Kind::KernelFunctionPointer,
                  {toString(call), toString(form), describe(given)});
  return value;
}

} // namespace

std::string closestFunctions(const btf::Btf &types, llvm::StringRef name,
                             llvm::StringRef prefix) {
  std::vector<std::string> names;
  types.forEachFunctionName([&](llvm::StringRef candidate) {
    bool isClose = candidate.size() + 3 >= name.size() &&
                   candidate.size() <= name.size() + 3;
    if (isClose && candidate.consume_front(prefix))
      names.push_back(candidate.str());
  });
  name.consume_front(prefix);
  return didYouMean(name, names);
}

NodePtr analyzeKernelFunction(Analyzer &a, const Call &call) {
  const Form *name = call.args[0];
  SourceSpan span = call.form->span;
  std::optional<btf::Function> function = findKernelFunction(a, name);
  const btf::Btf *types = function ? a.btf(name) : nullptr;
  if (types == nullptr) {
    if (const btf::Btf *known = name->isSymbol() ? a.btf(name) : nullptr)
      return a.fail(
          name, Kind::UnknownKernelFunction,
          {toString(name), closestFunctions(*known, cName(name), "")});
    return name->isSymbol() ? makeError(span)
                            : a.fail(name, Kind::HeadNotName, {toString(name)});
  }
  if (!isCallable(*types, *function))
    return a.fail(name, Kind::UnknownKernelFunction,
                  {toString(name), " that programs may call"});
  Forms args = call.args.drop_front();
  if (args.size() != function->parameters.size())
    return a.fail(call.form, Kind::WrongArgumentCount,
                  {toString(name), std::to_string(function->parameters.size()),
                   std::to_string(args.size())});
  auto prototype = prototypeOf(*types, *function);
  if (!prototype)
    return a.fail(name, Kind::UnsupportedPrototype, {toString(name)});
  NodePtr node = makeNode(NodeKind::CallKernelFunction, integerType(), span);
  bool hasError = false;
  for (size_t i = 0; i < args.size(); ++i) {
    node->children.push_back(
        argument(a, name, args[i], *types, function->parameters[i]));
    hasError |= isError(node->children.back());
  }
  if (hasError)
    return makeError(span);
  if (llvm::Expected<MemoryType> result =
          kernelMemoryType(*types, function->result))
    node->type = function->result ? valueTypeOf(*result) : integerType();
  else
    llvm::consumeError(result.takeError());
  node->kernelFunction = std::move(prototype);
  return node;
}

NodePtr analyzeKernelFunctionExists(Analyzer &a, const Call &call) {
  const Form *name = call.args[0];
  if (!name->isSymbol())
    return a.fail(name, Kind::HeadNotName, {toString(name)});
  std::optional<btf::Function> function = findKernelFunction(a, name);
  const btf::Btf *types = function ? a.btf(name) : nullptr;
  auto prototype = types ? prototypeOf(*types, *function) : nullptr;
  if (!prototype) {
    // Nobody could call it without its prototype.
    a.report(name, Kind::AbsentHere, {toString(name)});
    return makeInteger(0, call.form->span);
  }
  NodePtr node =
      makeNode(NodeKind::KernelFunctionExists, integerType(), call.form->span);
  node->kernelFunction = std::move(prototype);
  return node;
}

} // namespace whistler::compiler
