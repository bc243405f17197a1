// `whistler btf STRUCT [FIELD...]`: a kernel struct as a probe sees it: every
// field with its offset, size, type and accessor, members of anonymous members
// flattened in. What `import-kernel-struct` would define, before writing it.
#include "CommandLine.h"
#include "Commands.h"

#include "whistler/btf/Btf.h"
#include "whistler/btf/Errors.h"
#include "whistler/compiler/Diagnostics.h"

#include <llvm/ADT/STLExtras.h>
#include <llvm/ADT/StringExtras.h>
#include <llvm/Support/Format.h>
#include <llvm/Support/raw_ostream.h>

namespace whistler::tools {

namespace {

constexpr const char *kCommand = "whistler btf";

constexpr Option kOptions[] = {
    {"btf", 0, "FILE", "types from FILE; default the running kernel's"},
};

} // namespace

const Grammar kBtfGrammar = {
    kCommand, "STRUCT [FIELD...]",
    "Shows a kernel struct or union as a probe imports it. STRUCT may be\n"
    "MODULE:STRUCT, FIELD a path through structs and pointers: f_path.dentry.",
    kOptions};

namespace {

std::string cName(const std::string &name) {
  std::string result = name;
  std::replace(result.begin(), result.end(), '-', '_');
  return result;
}

std::string lispName(llvm::StringRef name) {
  std::string result = name.lower();
  std::replace(result.begin(), result.end(), '_', '-');
  return result;
}

/// The type as C would write it, more or less.
std::string spell(const btf::Btf &btf, btf::TypeId id) {
  auto type = btf.type(id);
  if (!type) {
    llvm::consumeError(type.takeError());
    return "?";
  }
  auto tagged = [&](const char *keyword) {
    return type->isTypedefName ? type->name : std::string(keyword) + type->name;
  };
  switch (type->kind) {
  case btf::TypeKind::Pointer:
    return spell(btf, type->target) + " *";
  case btf::TypeKind::Array:
    return spell(btf, type->target) + "[" +
           (type->count ? std::to_string(type->count) : "") + "]";
  case btf::TypeKind::Struct:
  case btf::TypeKind::Forward:
    return tagged("struct ");
  case btf::TypeKind::Union:
    return tagged("union ");
  case btf::TypeKind::Enum:
    return tagged("enum ");
  case btf::TypeKind::Void:
    return "void";
  case btf::TypeKind::Function:
    return "function";
  default:
    return type->name;
  }
}

uint64_t bytesOf(const btf::Btf &btf, btf::TypeId id) {
  auto type = btf.type(id);
  if (type)
    return type->bytes;
  llvm::consumeError(type.takeError());
  return 0;
}

void printField(const btf::Btf &btf, const btf::Aggregate &aggregate,
                const btf::Field &field) {
  llvm::raw_ostream &os = llvm::outs();
  os << llvm::format("%7llu", (unsigned long long)(field.bitOffset / 8));
  if (field.bitSize)
    os << llvm::format(".%u %6ub  ", unsigned(field.bitOffset % 8),
                       field.bitSize);
  else
    os << llvm::format("   %6llu  ",
                       (unsigned long long)bytesOf(btf, field.type));
  os << llvm::left_justify(lispName(aggregate.name + "-" + field.name), 40)
     << ' ' << spell(btf, field.type) << '\n';
}

void printHeading(const btf::Aggregate &aggregate) {
  llvm::outs() << (aggregate.isTypedefName                       ? ""
                   : aggregate.kind == btf::AggregateKind::Union ? "union "
                                                                 : "struct ")
               << aggregate.name << ", " << aggregate.bytes << " bytes\n"
               << " offset     size  accessor" << std::string(33, ' ')
               << "type\n";
}

const btf::Field *findField(const btf::Aggregate &aggregate,
                            const std::string &name) {
  for (const btf::Field &field : aggregate.fields)
    if (field.name == cName(name))
      return &field;
  std::vector<std::string> names;
  for (const btf::Field &field : aggregate.fields)
    names.push_back(field.name);
  fail(kCommand,
       "`" + aggregate.name + "` has no field `" + name + "`" +
           compiler::didYouMean(cName(name), names),
       kBadInput);
  return nullptr;
}

/// The struct that a field is, or points to; nothing when it is none.
std::optional<btf::Aggregate> behind(const btf::Btf &btf,
                                     const btf::Field &field) {
  auto type = btf.type(field.type);
  if (type && type->kind == btf::TypeKind::Pointer)
    type = btf.type(type->target);
  if (type && (type->kind == btf::TypeKind::Struct ||
               type->kind == btf::TypeKind::Union)) {
    auto aggregate = btf.aggregate(type->id);
    if (aggregate)
      return std::move(*aggregate);
    llvm::consumeError(aggregate.takeError());
    return std::nullopt;
  }
  if (!type)
    llvm::consumeError(type.takeError());
  return std::nullopt;
}

/// `f_path.dentry` from `file`: through embedded structs and pointers, the
/// last field with the struct that it is in.
int printPath(const btf::Btf &btf, btf::Aggregate aggregate,
              llvm::StringRef path) {
  while (true) {
    auto [name, rest] = path.split('.');
    const btf::Field *field = findField(aggregate, name.str());
    if (!field)
      return kBadInput;
    std::optional<btf::Aggregate> inner = behind(btf, *field);
    if (rest.empty()) {
      printHeading(aggregate);
      printField(btf, aggregate, *field);
      return kDone;
    }
    if (!inner)
      return fail(kCommand,
                  "`" + name.str() + "` of `" + aggregate.name +
                      "` is no struct and points to none",
                  kBadInput);
    path = rest;
    aggregate = std::move(*inner);
  }
}

int printAggregate(const btf::Btf &btf, const btf::Aggregate &aggregate,
                   llvm::ArrayRef<std::string> wanted) {
  std::vector<const btf::Field *> rows;
  int status = kDone;
  for (const std::string &name : wanted)
    if (llvm::StringRef(name).contains('.'))
      status = worse(status, printPath(btf, aggregate, name));
    else if (const btf::Field *field = findField(aggregate, name))
      rows.push_back(field);
    else
      status = kBadInput;
  if (wanted.empty())
    for (const btf::Field &field : aggregate.fields)
      rows.push_back(&field);
  if (status != kDone || rows.empty())
    return status;
  printHeading(aggregate);
  for (const btf::Field *field : rows)
    printField(btf, aggregate, *field);
  return kDone;
}

/// `module:struct` looks into the module's own BTF.
llvm::Expected<std::shared_ptr<const btf::Btf>>
openFor(btf::BtfCache &cache, const Arguments &arguments, std::string &name) {
  auto [module, rest] = llvm::StringRef(name).split(':');
  std::string kernel = arguments.get("btf", btf::Btf::kKernelPath);
  if (rest.empty())
    return cache.open(kernel);
  std::string moduleName = module.str();
  name = rest.str();
  return cache.openModule(moduleName, kernel);
}

/// A struct that can't be had: unknown (with the closest names) or ambiguous.
int reportMissing(const btf::Btf &btf, const std::string &name,
                  llvm::Error error) {
  std::string hint;
  if (error.isA<btf::UnknownTypeError>()) {
    std::vector<std::string> names;
    btf.forEachAggregateName(
        [&](llvm::StringRef candidate) { names.push_back(candidate.str()); });
    llvm::sort(names);
    names.erase(std::unique(names.begin(), names.end()), names.end());
    hint = compiler::didYouMean(name, names);
  }
  int status = error.isA<btf::CorruptBtfError>() ? kMachineLacks : kBadInput;
  return fail(kCommand, llvm::toString(std::move(error)) + hint, status);
}

} // namespace

int runBtfCommand(CommandArguments given) {
  int status = kDone;
  auto arguments = parse(kBtfGrammar, given, status);
  if (!arguments)
    return status;
  std::string name = cName(arguments->operands.front());
  btf::BtfCache cache;
  auto btf = openFor(cache, *arguments, name);
  if (!btf)
    return fail(kCommand, llvm::toString(btf.takeError()), kMachineLacks);
  auto aggregate = (*btf)->findAggregate(name);
  if (!aggregate)
    return reportMissing(**btf, name, aggregate.takeError());
  return printAggregate(**btf, *aggregate,
                        llvm::ArrayRef(arguments->operands).drop_front());
}

} // namespace whistler::tools
