// Which values are pointers that the verifier knows the record of, and what
// may be loaded through them. It starts from helper 158, from arguments in the
// context and from casts, and follows pointer members as
// check_ptr_to_btf_access (kernel/bpf/verifier.c) does: the pointer in a member
// of struct type is typed in turn, its trust by TrustedFields.def.
//
// A join of two pointers is typed when both are the same kind of pointer. One
// load instruction that sees a trusted and an untrusted pointer is refused on
// some kernels ("same insn cannot be used with different pointers").

#include "TypedPointers.h"

#include "BitfieldLoad.h"
#include "whistler/ir/HelperCall.h"

#include <linux/bpf.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/IR/Instructions.h>

using namespace llvm;

namespace whistler::passes {

namespace {

struct TrustedFieldRow {
  StringLiteral record, member;
  Trust trust;
  bool isNullable;
};

constexpr TrustedFieldRow kTrustedFields[] = {
#define WHISTLER_TRUSTED_FIELD(RECORD, MEMBER, TRUST, NULLABLE)                \
  {RECORD, MEMBER, Trust::TRUST, NULLABLE},
#include "TrustedFields.def"
};

const std::string &recordOf(const ir::Field &field) {
  return field.steps.front().record;
}

/// The pointer that a load of `field` through `base` gives.
TypedPointer follow(const TypedPointer &base, const ir::Field &field) {
  TypedPointer result{field.pointee, Trust::None, base.isNullable};
  if (base.trust == Trust::None)
    return result;
  for (const TrustedFieldRow &row : kTrustedFields)
    if (row.record == recordOf(field) &&
        row.member == field.steps.back().member) {
      result.trust = row.trust;
      result.isNullable |= row.isNullable;
    }
  return result;
}

bool isCastable(const ir::Field &field) {
  return field.steps.front().recordKind != ir::RecordKind::Typedef;
}

/// Looks through the addresses of embedded records.
void lookThrough(ReadSite &site) {
  while (auto *inst = dyn_cast<Instruction>(site.base)) {
    auto outer = ir::matchOperation(*inst);
    if (!outer || outer->operation != ir::Operation::KernelAddress ||
        !outer->field->isAggregate || outer->field->dimensions)
      return;
    site.field = ir::compose(*outer->field, site.field);
    site.base = outer->base();
  }
}

/// A part of an array member, at a constant place of it.
std::optional<ReadSite> arraySite(const ir::OperationCall &operation,
                                  uint64_t offset, uint64_t bytes) {
  auto *inst = dyn_cast<Instruction>(operation.base());
  auto array = inst ? ir::matchOperation(*inst) : std::nullopt;
  if (!array || array->operation != ir::Operation::KernelAddress)
    return std::nullopt;
  ReadSite site{operation, array->base(), *array->field, offset, bytes};
  lookThrough(site);
  return site;
}

StringRef refusal(const ReadSite &site) {
  const ir::Field &field = site.field;
  if (field.isBitfield())
    return bitfieldLoad(field) ? "" : "no load has just the bitfield's bytes";
  if (!field.isDirect)
    return "the verifier finds another member at its offset";
  if (!field.isAggregate)
    return field.byteOffset() % field.bytes ? "it is not aligned" : "";
  // An array of numbers may be loaded in any width up to its end.
  if (field.dimensions == 0 || field.shape != ir::FieldShape::Integer)
    return "it is no array of numbers";
  if (site.offset + site.bytes > field.bytes)
    return "it goes beyond the end of the array";
  bool isCopy = site.operation.operation == ir::Operation::KernelCopy;
  if (!isCopy && (field.byteOffset() + site.offset) % site.bytes)
    return "it is not aligned";
  return "";
}

} // namespace

std::optional<ReadSite> readSite(const ir::OperationCall &operation) {
  switch (operation.operation) {
  case ir::Operation::KernelLoad:
  case ir::Operation::KernelLoadVolatile: {
    ReadSite site{operation, operation.base(), *operation.field, 0,
                  operation.field->bytes};
    lookThrough(site);
    if (auto bits =
            site.field.isBitfield() ? bitfieldLoad(site.field) : std::nullopt)
      site.bytes = bits->bytes;
    return site;
  }
  case ir::Operation::KernelLoadAt:
  case ir::Operation::KernelLoadVolatileAt: {
    auto *offset = dyn_cast<ConstantInt>(operation.call->getArgOperand(1));
    if (!offset || offset->isNegative())
      return std::nullopt;
    return arraySite(operation, offset->getZExtValue(),
                     operation.call->getType()->getIntegerBitWidth() / 8);
  }
  case ir::Operation::KernelCopy: {
    auto *bytes = cast<ConstantInt>(operation.call->getArgOperand(1));
    return arraySite(operation, 0, bytes->getZExtValue());
  }
  default:
    return std::nullopt;
  }
}

Value *stripCasts(Value *value) {
  while (isa<IntToPtrInst, PtrToIntInst, FreezeInst>(value))
    value = cast<Instruction>(value)->getOperand(0);
  return value;
}

bool isTypedRoot(Instruction &inst) {
  auto *call = dyn_cast<CallInst>(&inst);
  auto operation = ir::matchOperation(inst);
  return call &&
         (ir::helperId(*call) == BPF_FUNC_get_current_task_btf ||
          (operation && operation->operation == ir::Operation::ContextPointer));
}

TypedPointers::TypedPointers(Function &function, PointerRules rules,
                             ArrayRef<std::pair<Value *, TypedPointer>> assumed)
    : rules_(rules) {
  for (const auto &[join, type] : assumed)
    assumed_[join] = typed(type);
  solveJoins(function);
}

/// From the best case down: every join starts undecided and takes what its
/// inputs agree on, until nothing changes.
void TypedPointers::solveJoins(Function &function) {
  for (Instruction &inst : instructions(function)) {
    bool isPointer =
        inst.getType()->isPointerTy() || inst.getType()->isIntegerTy(64);
    if (isPointer && isa<PHINode, SelectInst>(inst))
      joins_[&inst] = {Knowledge::State::Undecided, {}};
  }
  for (bool changed = true; changed;) {
    changed = false;
    others_.clear();
    for (auto &[join, known] : joins_) {
      auto given = assumed_.find(join);
      Knowledge now = given != assumed_.end()
                          ? given->second
                          : ofInputs(*cast<Instruction>(join));
      changed |= !(now == known);
      known = std::move(now);
    }
  }
  for (auto &[join, known] : joins_)
    if (known.state == Knowledge::State::Undecided)
      known.state = Knowledge::State::Number;
  others_.clear();
}

TypedPointers::Knowledge TypedPointers::ofInputs(Instruction &join) {
  Knowledge result{Knowledge::State::Undecided, {}};
  for (Value *input : drop_begin(join.operands(), isa<SelectInst>(join))) {
    Knowledge known = know(input);
    if (known.state == Knowledge::State::Undecided)
      continue;
    bool isFirst = result.state == Knowledge::State::Undecided;
    if (known.state == Knowledge::State::Number || known.type.isNullable ||
        (!isFirst && !(known == result)))
      return {};
    result = known;
  }
  return result;
}

TypedPointers::Knowledge TypedPointers::ofCall(CallInst &call) {
  uint32_t helper = ir::helperId(call);
  if (helper == BPF_FUNC_get_current_task_btf ||
      (helper == BPF_FUNC_get_current_task && rules_.currentTask))
    return typed({"task_struct", Trust::Full});
  auto operation = ir::matchOperation(call);
  if (!operation)
    return ofCast(call);
  if (operation->pointer)
    return typed({operation->pointer->record, Trust::Full,
                  operation->pointer->isNullable});
  return ofLoad(*operation);
}

/// A call of bpf_rdonly_cast makes a pointer to the record of its second
/// argument, without trust.
TypedPointers::Knowledge TypedPointers::ofCast(CallInst &call) {
  const Function *callee = call.getCalledFunction();
  if (!callee || callee->getName() != "bpf_rdonly_cast")
    return {};
  auto *id = dyn_cast<CastInst>(call.getArgOperand(1));
  auto *fact = id ? dyn_cast<Instruction>(id->getOperand(0)) : nullptr;
  auto operation = fact ? ir::matchOperation(*fact) : std::nullopt;
  if (!operation || !operation->type)
    return {};
  return typed({operation->type->name});
}

TypedPointers::Knowledge
TypedPointers::ofLoad(const ir::OperationCall &operation) {
  bool isFieldLoad = operation.operation == ir::Operation::KernelLoad ||
                     operation.operation == ir::Operation::KernelLoadVolatile;
  if (!isFieldLoad)
    return {};
  auto site = readSite(operation);
  if (!site->field.isTyped || site->field.pointee.empty())
    return {};
  Knowledge base = know(site->base);
  if (base.state == Knowledge::State::Undecided)
    return base;
  switch (plan(*site).how) {
  case DirectRead::How::Refused:
    return {};
  case DirectRead::How::Cast:
    return typed({site->field.pointee});
  case DirectRead::How::Typed:
    return typed(follow(base.type, site->field));
  }
  llvm_unreachable("every read is done somehow");
}

TypedPointers::Knowledge TypedPointers::know(Value *value) {
  value = stripCasts(value);
  if (auto join = joins_.find(value); join != joins_.end())
    return join->second;
  if (auto found = others_.find(value); found != others_.end())
    return found->second;
  Knowledge known;
  if (auto *call = dyn_cast<CallInst>(value))
    known = ofCall(*call);
  others_[value] = known;
  return known;
}

std::optional<TypedPointer> TypedPointers::typeOf(Value *value) {
  Knowledge known = know(value);
  if (known.state != Knowledge::State::Typed)
    return std::nullopt;
  return known.type;
}

DirectRead TypedPointers::plan(const ReadSite &site) {
  DirectRead result;
  result.reason = refusal(site);
  if (!result.reason.empty())
    return result;
  auto type = typeOf(site.base);
  bool canCast = rules_.casts && isCastable(site.field);
  // A cast costs no more than a test and a 0 in its place, and what is read
  // through it needs no test in turn.
  if (type && type->record == recordOf(site.field) &&
      site.field.steps.front().recordKind == ir::RecordKind::Struct &&
      !(type->isNullable && canCast)) {
    result.how = DirectRead::How::Typed;
    result.isNullable = type->isNullable;
    // Two choices in one read, for a base that few programs have.
    if (type->isNullable && site.field.isBitfield())
      result = {DirectRead::How::Refused, "its base may be null"};
  } else if (canCast) {
    result.how = DirectRead::How::Cast;
  } else {
    result.reason = "its base is no pointer that the verifier knows";
  }
  return result;
}

} // namespace whistler::passes
