// Registers of an interrupted function, by role: (pt-regs-parm1) and so on,
// and the arguments of a system call.
//
// The names of the registers are the architecture's, and which one it is the
// kernel's BTF tells: its pt_regs has `di` on x86-64, `regs` on arm64. arm64's
// numbered registers are at the same place in every kernel, because user
// space is shown them.
//
// A system call is entered through a wrapper that is handed the registers of
// user space as its one argument (x86-64 since 4.17, arm64 since 4.19: every
// kernel that has BTF). So its arguments are in that pt_regs, not in the one
// of the probe.

#include "Analyzer.h"

namespace whistler::compiler {

namespace {

enum Role { Parameter1, Result = 6, StackPointer, InstructionPointer, Roles };
constexpr uint64_t kSyscallArguments = 6;

struct Architecture {
  const char *tell; ///< a member that only its pt_regs has
  const char *registers[Roles];
  const char *syscall[kSyscallArguments];
};

// A number is an index into `regs`.
constexpr Architecture kArchitectures[] = {
    {"di",
     {"di", "si", "dx", "cx", "r8", "r9", "ax", "sp", "ip"},
     {"di", "si", "dx", "r10", "r8", "r9"}},
    {"regs",
     {"0", "1", "2", "3", "4", "5", "0", "sp", "pc"},
     {"orig_x0", "1", "2", "3", "4", "5"}},
};

struct Registers {
  const StructInfo *record = nullptr;
  const Architecture *architecture = nullptr;
};

Registers registersOf(Analyzer &a, const Form *form) {
  const StructInfo *record = a.kernelStruct("pt_regs", form);
  if (record == nullptr)
    return {};
  for (const Architecture &row : kArchitectures)
    if (record->find(row.tell))
      return {record, &row};
  a.report(form, Kind::UnsupportedArchitecture, {toString(form->cons.car)});
  return {};
}

/// The member, and the offset in it of a numbered register.
std::pair<const FieldInfo *, uint64_t> place(const StructInfo &record,
                                             llvm::StringRef name) {
  unsigned number = 0;
  if (name.getAsInteger(10, number))
    return {record.find(name), 0};
  return {record.find("regs"), number * 8};
}

NodePtr contextRegister(Analyzer &a, const Form *form, const char *name,
                        const StructInfo &record) {
  auto [field, offset] = place(record, name);
  if (field == nullptr)
    return a.fail(form, Kind::UnsupportedArchitecture,
                  {toString(form->cons.car)});
  bool isNumbered = !field->type.isScalar();
  NodePtr node =
      makeNode(isNumbered ? NodeKind::ContextLoadAt : NodeKind::ContextLoad,
               integerType(), form->span);
  if (isNumbered)
    node->integer = field->bitOffset / 8 + offset;
  else
    node->field = makeField(record, *field);
  return node;
}

NodePtr savedRegister(Analyzer &a, const Form *form, NodePtr saved,
                      const char *name, const StructInfo &record) {
  auto [field, offset] = place(record, name);
  if (field == nullptr)
    return a.fail(form, Kind::UnsupportedArchitecture,
                  {toString(form->cons.car)});
  NodePtr index =
      field->type.isScalar() ? nullptr : makeInteger(offset / 8, form->span);
  NodePtr value =
      readField(a, form, std::move(saved), record, *field, std::move(index));
  if (!isError(value))
    value->type = integerType();
  return value;
}

bool isProbe(llvm::StringRef type) {
  return type == "KPROBE" || type == "KPROBE-MULTI" || type == "KRETPROBE" ||
         type == "UPROBE" || type == "URETPROBE";
}

/// `args` or `ret` of the record that a syscall's tracepoint is given.
NodePtr tracepointMember(Analyzer &a, const Form *form, const char *record,
                         const char *member, uint64_t index) {
  const StructInfo *info = a.kernelStruct(record, form);
  const FieldInfo *field = info ? info->find(member) : nullptr;
  if (field == nullptr)
    return info ? a.fail(form, Kind::UnsupportedArchitecture,
                         {toString(form->cons.car)})
                : makeError(form->span);
  bool isArray = !field->type.isScalar();
  NodePtr node =
      makeNode(isArray ? NodeKind::ContextLoadAt : NodeKind::ContextLoad,
               isArray ? integerType() : valueTypeOf(field->type), form->span);
  if (isArray)
    node->integer = field->bitOffset / 8 + index * 8;
  else
    node->field = makeField(*info, *field);
  return node;
}

/// Where the registers of user space are, by the program's type.
NodePtr savedRegisters(Analyzer &a, const Call &call,
                       const Registers &registers) {
  llvm::StringRef type = a.function->type->keyword;
  NodePtr saved;
  if (type == "KPROBE" || type == "KPROBE-MULTI") {
    saved = contextRegister(a, call.form, registers.architecture->registers[0],
                            *registers.record);
    if (isError(saved))
      return saved;
    saved = makeConvert(std::move(saved), pointerType(Space::Kernel, "pt_regs"),
                        call.form->span);
  } else if (type == "FENTRY" || type == "FEXIT" || type == "FMOD-RET" ||
             type == "TP-BTF" || type == "RAW-TRACEPOINT") {
    bool isTrusted = type != "RAW-TRACEPOINT";
    saved = makeNode(
        isTrusted ? NodeKind::ContextTyped : NodeKind::ContextLoadAt,
        pointerType(isTrusted ? Space::Trusted : Space::Kernel, "pt_regs"),
        call.form->span);
    saved->extra = type == "TP-BTF";
  } else {
    return a.fail(call.form, Kind::NoArguments,
                  {toString(call.form->cons.car), type.lower()});
  }
  return saved;
}

} // namespace

NodePtr analyzePtRegs(Analyzer &a, const Call &call) {
  llvm::StringRef type = a.function->type->keyword;
  if (!isProbe(type) && type != "PERF-EVENT")
    return a.fail(call.form, Kind::NoRegisters,
                  {toString(call.form->cons.car), type.lower()});
  Registers registers = registersOf(a, call.form);
  if (!registers.architecture)
    return makeError(call.form->span);
  return contextRegister(a, call.form,
                         registers.architecture->registers[call.data],
                         *registers.record);
}

NodePtr analyzeRetval(Analyzer &a, const Call &call) {
  llvm::StringRef type = a.function->type->keyword;
  if (type == "TRACEPOINT")
    return tracepointMember(a, call.form, "trace_event_raw_sys_exit", "ret", 0);
  if (!isProbe(type))
    return attachedResult(a, call);
  Registers registers = registersOf(a, call.form);
  if (!registers.architecture)
    return makeError(call.form->span);
  return contextRegister(a, call.form,
                         registers.architecture->registers[Result],
                         *registers.record);
}

NodePtr analyzeSyscallArgument(Analyzer &a, const Call &call) {
  std::optional<uint64_t> index = a.constant(call.args[0]);
  if (!index)
    return makeError(call.form->span);
  if (*index >= kSyscallArguments)
    return a.fail(call.args[0], Kind::ArgumentOutOfRange,
                  {"a system call", std::to_string(kSyscallArguments),
                   toString(call.args[0])});
  if (llvm::StringRef(a.function->type->keyword) == "TRACEPOINT")
    return tracepointMember(a, call.form, "trace_event_raw_sys_enter", "args",
                            *index);
  Registers registers = registersOf(a, call.form);
  if (!registers.architecture)
    return makeError(call.form->span);
  NodePtr saved = savedRegisters(a, call, registers);
  if (isError(saved))
    return saved;
  return savedRegister(a, call.form, std::move(saved),
                       registers.architecture->syscall[*index],
                       *registers.record);
}

} // namespace whistler::compiler
