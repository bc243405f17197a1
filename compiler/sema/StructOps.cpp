// (defstruct-ops name kernel-struct (member value)…): an object of an interface
// of the kernel, such as a congestion control of TCP. Members that are
// functions name programs of type :struct-ops, which are verified against the
// member's prototype.
//
// The object's struct has the kernel's name and only the members that are set,
// laid out anew: libbpf copies each to the place that the running kernel has
// for a member of that name.

#include "Analyzer.h"

#include <llvm/Support/MathExtras.h>

namespace whistler::compiler {

namespace {

/// `(member value)`.
struct OpsMember {
  const Form *name, *value;
};

std::optional<OpsMember> parseMember(const Form *form) {
  llvm::SmallVector<const Form *, 2> parts = items(form);
  bool isRight = form->isCons() && parts.size() == 2 && parts[0]->isSymbol() &&
                 !parts[0]->isKeyword();
  if (!isRight)
    return std::nullopt;
  return OpsMember{parts[0], parts[1]};
}

bool isProgramName(const Form *form) {
  return form->isSymbol() && !form->isKeyword();
}

/// Is the field a pointer to a function?
bool isFunction(const StructInfo &record, const FieldInfo &field) {
  llvm::Expected<btf::Function> found =
      record.home->functionType(field.kernelType);
  bool isOne = field.type.kind == MemoryType::Kind::Pointer && bool(found);
  llvm::consumeError(found.takeError());
  return isOne;
}

bool isText(const MemoryType &type) {
  return type.kind == MemoryType::Kind::Array && type.element->bytes == 1 &&
         type.count != 0;
}

std::shared_ptr<const ir::DataType> memberType(const MemoryType &type,
                                               bool isFunction) {
  if (!isFunction)
    return dataType(type);
  auto pointer = std::make_shared<ir::DataType>();
  pointer->kind = ir::DataType::Kind::Pointer;
  pointer->bytes = type.bytes;
  pointer->isFunction = true;
  return pointer;
}

/// What a member of the type takes.
std::string wantedValue(const MemoryType &type, bool isFunction) {
  if (isFunction)
    return "the name of a program";
  if (isText(type))
    return "a string of at most " + std::to_string(type.count - 1) +
           " characters";
  return type.kind == MemoryType::Kind::Integer ? "an integer" : "no value";
}

/// The value's bytes or program; false when it does not fit the member.
bool setValue(Analyzer &a, const OpsMember &member, const MemoryType &type,
              bool isFunction, ir::StructOps::Value &value) {
  const Form *form = member.value;
  if (isFunction) {
    if (!isProgramName(form))
      return false;
    value.program = cName(form);
    a.namedPrograms.push_back(form);
    return true;
  }
  value.bytes.resize(type.bytes);
  if (isText(type)) {
    if (!form->isString() || form->text().size() >= type.count)
      return false;
    llvm::copy(form->text(), value.bytes.begin());
    return true;
  }
  if (type.kind != MemoryType::Kind::Integer || form->isString())
    return false;
  std::optional<uint64_t> number = a.constant(form);
  if (!number || !fitsIn(*number, unsigned(type.bytes * 8)))
    return false;
  for (size_t i = 0; i < value.bytes.size(); ++i)
    value.bytes[i] = uint8_t(*number >> (8 * i));
  return true;
}

void addMember(Analyzer &a, const StructInfo &record, const Form *form,
               ir::StructOps &ops) {
  std::optional<OpsMember> member = parseMember(form);
  if (!member) {
    a.report(form, Kind::MalformedOpsMember, {toString(form)});
    return;
  }
  std::string name = toString(member->name);
  const FieldInfo *field = record.find(cName(member->name));
  if (field == nullptr || field->bitSize) {
    a.report(
        member->name, Kind::UnknownField,
        {lispName(record.name), name, didYouMean(name, record.fieldNames())});
    return;
  }
  bool isKnown = llvm::any_of(ops.type.members, [&](const auto &known) {
    return known.name == field->name;
  });
  if (isKnown) {
    a.report(member->name, Kind::DuplicateField, {name});
    return;
  }
  bool isCode = isFunction(record, *field);
  ir::StructOps::Value value;
  if (!setValue(a, *member, field->type, isCode, value)) {
    a.report(member->value, Kind::OpsMemberValue,
             {name, lispName(record.name), wantedValue(field->type, isCode),
              toString(member->value)});
    return;
  }
  uint64_t align = isText(field->type) ? 1 : field->type.bytes;
  uint64_t offset = llvm::alignTo(ops.type.bytes, align);
  ops.type.members.push_back(
      {field->name, offset, memberType(field->type, isCode)});
  ops.type.bytes = offset + field->type.bytes;
  ops.values.push_back(std::move(value));
}

} // namespace

void Analyzer::announceStructOps(const Form *form) {
  if (!form->isCons() || !isProperList(form))
    return;
  llvm::SmallVector<const Form *, 8> parts = items(form);
  if (parts[0]->isNamed("PROGN"))
    for (const Form *inner : Forms(parts).drop_front())
      announceStructOps(inner);
  if (!parts[0]->isNamed("DEFSTRUCT-OPS") || parts.size() < 3 ||
      !parts[2]->isSymbol())
    return;
  for (const Form *form : Forms(parts).drop_front(3))
    if (std::optional<OpsMember> member = parseMember(form);
        member && isProgramName(member->value))
      opsFunctions[cName(member->value)] =
          cName(parts[2]) + "." + cName(member->name);
}

/// BTF has no names for the parameters of a type; a stub that the kernel calls
/// struct__member has them, with what may be null (find_stub_func_proto in
/// kernel/bpf/bpf_struct_ops.c).
static void nameParameters(const btf::Btf &types, llvm::StringRef record,
                           llvm::StringRef member, btf::Function &function) {
  llvm::Expected<btf::Function> stub =
      types.findFunction((record + "__" + member).str());
  if (stub && stub->parameters.size() == function.parameters.size())
    for (size_t i = 0; i < function.parameters.size(); ++i)
      function.parameters[i].name = stub->parameters[i].name;
  llvm::consumeError(stub.takeError());
}

std::optional<btf::Function> opsFunction(Analyzer &a, llvm::StringRef path,
                                         const Form *at) {
  auto [recordName, member] = path.split('.');
  const StructInfo *record = a.findKernelStruct(recordName, at);
  const FieldInfo *field = record ? record->find(member) : nullptr;
  if (field == nullptr)
    return std::nullopt; // reported at the defstruct-ops
  llvm::Expected<btf::Function> found =
      record->home->functionType(field->kernelType);
  if (found) {
    found->name = path.str();
    nameParameters(*record->home, recordName, member, *found);
    return std::move(*found);
  }
  llvm::consumeError(found.takeError());
  return std::nullopt;
}

void declareStructOps(Analyzer &a, const Form *form, Forms args) {
  if (args.size() < 2 || !args[0]->isSymbol() || !args[1]->isSymbol()) {
    a.report(form, Kind::MissingName, {toString(form->cons.car)});
    return;
  }
  if (!a.claim(args[0]))
    return;
  const StructInfo *record = a.kernelStruct(cName(args[1]), args[1]);
  if (record == nullptr)
    return;
  // The struct that the kernel wraps around what it lets programs implement.
  std::string wrapper = "bpf_struct_ops_" + record->name;
  if (!record->isKernel || !a.findKernelStruct(wrapper, args[1])) {
    a.report(args[1], Kind::NoKernelInterface, {toString(args[1]), wrapper});
    return;
  }
  KernelInterface object;
  object.span = form->span;
  object.ops.name = cName(args[0]);
  object.ops.type.kind = ir::DataType::Kind::Struct;
  object.ops.type.name = record->name;
  for (const Form *member : args.drop_front(2))
    addMember(a, *record, member, object.ops);
  object.ops.type.bytes = llvm::alignTo(object.ops.type.bytes, 8);
  a.result.interfaces.push_back(std::move(object));
}

void checkStructOps(Analyzer &a) {
  for (const KernelInterface &object : a.result.interfaces)
    for (const ir::StructOps::Value &value : object.ops.values)
      for (const Program &program : a.result.programs)
        if (program.name == value.program &&
            program.type->keyword != llvm::StringRef("STRUCT-OPS"))
          a.diagnostics.report(program.span, Kind::NotStructOps,
                               {lispName(program.name)});
  for (const Program &program : a.result.programs)
    if (program.type->keyword == llvm::StringRef("STRUCT-OPS") &&
        !a.opsFunctions.count(program.name))
      a.diagnostics.report(program.span, Kind::StructOpsUnused,
                           {lispName(program.name)});
}

} // namespace whistler::compiler
