// Reads chains of CO-RE intrinsics: from the call whose value is used back to
// the address that the first one starts from, then forward through the types
// to the path and the number of the relocation. Every malformed chain or piece
// of metadata that LLVM's passes answer by ending the process is an error.

#include "CoreAccess.h"

#include "FieldInfo.h"
#include "whistler/backend/Target.h"

#include <llvm/BinaryFormat/Dwarf.h>
#include <llvm/DebugInfo/BTF/BTF.h>
#include <llvm/IR/DebugInfo.h>
#include <llvm/IR/IntrinsicInst.h>
#include <llvm/IR/IntrinsicsBPF.h>

using namespace llvm;

namespace whistler::backend {

namespace {

Error refuse(const Twine &what) {
  return make_error<BackendError>("", 0, "CO-RE access: " + what.str());
}

Intrinsic::ID intrinsicOf(const Value *value) {
  auto *call = dyn_cast<CallInst>(value);
  return call ? call->getIntrinsicID() : Intrinsic::not_intrinsic;
}

bool isAddressStep(const Value *value) {
  switch (intrinsicOf(value)) {
  case Intrinsic::preserve_array_access_index:
  case Intrinsic::preserve_union_access_index:
  case Intrinsic::preserve_struct_access_index:
    return true;
  default:
    return false;
  }
}

/// Through casts and GEPs that change nothing.
Value *throughCasts(Value *value) {
  while (true) {
    if (auto *cast = dyn_cast<BitCastInst>(value))
      value = cast->getOperand(0);
    else if (auto *gep = dyn_cast<GetElementPtrInst>(value);
             gep && gep->hasAllZeroIndices())
      value = gep->getPointerOperand();
    else
      return value;
  }
}

/// One address computation of the chain.
struct Step {
  CallInst *call = nullptr;
  DIType *type = nullptr;
  uint64_t index = 0;
  uint64_t alignment = 1;
  bool isArray = false;
};

Expected<DIType *> typeOf(const CallInst &call) {
  MDNode *node = call.getMetadata(LLVMContext::MD_preserve_access_index);
  if (!node)
    return refuse("a call of `" + call.getCalledFunction()->getName() +
                  "` has no !llvm.preserve.access.index metadata");
  auto *type = dyn_cast<DIType>(node);
  if (!type)
    return refuse("the !llvm.preserve.access.index metadata of a call of `" +
                  call.getCalledFunction()->getName() + "` is no type");
  return type;
}

Expected<uint64_t> constantOperand(const CallInst &call, unsigned operand) {
  auto *constant = dyn_cast<ConstantInt>(call.getArgOperand(operand));
  if (!constant)
    return refuse("operand " + Twine(operand) + " of `" +
                  call.getCalledFunction()->getName() + "` is no constant");
  return constant->getZExtValue();
}

Error checkTypeOf(const Step &step, Intrinsic::ID id) {
  DIType *type = strip(step.type);
  auto *composite = dyn_cast_or_null<DICompositeType>(type);
  unsigned tag = type ? type->getTag() : 0;
  if (id == Intrinsic::preserve_array_access_index) {
    if (tag == dwarf::DW_TAG_pointer_type ||
        (composite && tag == dwarf::DW_TAG_array_type))
      return Error::success();
    return refuse("an array access whose type is no array and no pointer");
  }
  bool isUnion = id == Intrinsic::preserve_union_access_index;
  if (composite && (isUnion ? tag == dwarf::DW_TAG_union_type
                            : tag == dwarf::DW_TAG_structure_type))
    return Error::success();
  return refuse(isUnion ? "a union access whose type is no union"
                        : "a struct access whose type is no struct");
}

Expected<Step> readStep(CallInst &call) {
  Step step;
  step.call = &call;
  Intrinsic::ID id = call.getIntrinsicID();
  step.isArray = id == Intrinsic::preserve_array_access_index;
  Expected<DIType *> type = typeOf(call);
  if (!type)
    return type.takeError();
  step.type = *type;
  bool isUnion = id == Intrinsic::preserve_union_access_index;
  Expected<uint64_t> index = constantOperand(call, isUnion ? 1 : 2);
  if (!index)
    return index.takeError();
  step.index = *index;
  if (Error error = checkTypeOf(step, id))
    return error;
  if (isUnion)
    return step;
  Type *element = call.getParamElementType(0);
  if (!element || !element->isSized())
    return refuse("an access without elementtype on its first operand");
  const DataLayout &layout = call.getModule()->getDataLayout();
  step.alignment = layout.getABITypeAlign(element).value();
  return step;
}

/// Whether the second step goes on from what the first one points to; a cast
/// between them starts a new chain.
bool continues(const Step &parent, const Step &child) {
  DIType *outer = strip(parent.type), *inner = strip(child.type);
  if (isa<DIDerivedType>(inner))
    return false;
  if (auto *pointer = dyn_cast<DIDerivedType>(outer))
    return strip(pointer->getBaseType()) == inner;
  auto *outerType = cast<DICompositeType>(outer);
  auto *innerType = cast<DICompositeType>(inner);
  if (parent.isArray && innerType->getTag() == dwarf::DW_TAG_array_type)
    return outerType->getBaseType() == innerType->getBaseType();
  if (parent.isArray)
    return strip(outerType->getBaseType()) == innerType;
  if (parent.index >= outerType->getElements().size())
    return false;
  auto *member = dyn_cast<DIType>(outerType->getElements()[parent.index]);
  return strip(member) == innerType;
}

/// The steps from the first to the one that ends in `last`.
Expected<std::vector<Step>> readChain(CallInst &last) {
  std::vector<Step> steps;
  Expected<Step> step = readStep(last);
  if (!step)
    return step.takeError();
  steps.push_back(*step);
  while (true) {
    Value *address = throughCasts(steps.back().call->getArgOperand(0));
    if (!isAddressStep(address))
      break;
    step = readStep(*cast<CallInst>(address));
    if (!step)
      return step.takeError();
    if (!continues(*step, steps.back()))
      break;
    steps.push_back(*step);
  }
  std::reverse(steps.begin(), steps.end());
  return steps;
}

/// An anonymous type is relocated under the name of its only typedef.
Expected<DIType *> named(DIType *type, const Module &module) {
  if (!type->getName().empty())
    return type;
  DebugInfoFinder finder;
  finder.processModule(module);
  DIType *found = nullptr;
  for (DIType *candidate : finder.types())
    if (candidate->getTag() == dwarf::DW_TAG_typedef &&
        strip(candidate) == type) {
      if (found)
        return refuse("an anonymous type with more than one typedef");
      found = candidate;
    }
  if (!found)
    return refuse("an anonymous type without typedef");
  return found;
}

/// Where the path starts: the type, and the index into an array of it.
struct Start {
  DIType *type = nullptr;
  uint64_t index = 0, offset = 0;
  size_t consumed = 0; ///< steps that only index
};

/// Arrays before the first struct add up to one leading index. `type` stays
/// null when no struct follows.
Expected<Start> findStart(ArrayRef<Step> steps) {
  Start start;
  for (const Step &step : steps) {
    DIType *type = strip(step.type);
    if (!step.isArray) {
      start.type = strip(step.type, /*keepTypedef=*/true);
      start.offset = start.index * (type->getSizeInBits() / 8);
      return start;
    }
    ++start.consumed;
    auto *array = dyn_cast<DICompositeType>(type);
    DIType *element = strip(array ? array->getBaseType()
                                  : cast<DIDerivedType>(type)->getBaseType());
    auto *elementType = dyn_cast_or_null<DICompositeType>(element);
    bool elementIsArray =
        elementType && elementType->getTag() == dwarf::DW_TAG_array_type;
    Expected<uint64_t> scale =
        array ? elementCount(*array, 1)
              : (elementIsArray ? elementCount(*elementType, 0)
                                : Expected<uint64_t>(1));
    if (!scale)
      return scale.takeError();
    start.index += step.index * *scale;
    bool last = array ? array->getElements().size() == 1 : !elementIsArray;
    if (!last)
      continue;
    bool isRecord =
        elementType && (elementType->getTag() == dwarf::DW_TAG_structure_type ||
                        elementType->getTag() == dwarf::DW_TAG_union_type);
    if (isRecord) {
      start.type = elementType;
      start.offset = start.index * (elementType->getSizeInBits() / 8);
    }
    return start;
  }
  return start;
}

Expected<std::optional<CoreAccess>> readField(CallInst &last, uint32_t kind) {
  Expected<std::vector<Step>> steps = readChain(last);
  if (!steps)
    return steps.takeError();
  Expected<Start> start = findStart(*steps);
  if (!start)
    return start.takeError();
  if (!start->type)
    return std::nullopt;
  CoreAccess access;
  access.root = steps->front().call;
  access.kind = kind;
  access.depth = steps->size();
  access.wide = true;
  Expected<DIType *> type = named(start->type, *last.getModule());
  if (!type)
    return type.takeError();
  access.type = *type;
  access.path = std::to_string(start->index);
  access.value = start->offset;
  for (size_t i = start->consumed; i < steps->size(); ++i) {
    const Step &step = (*steps)[i];
    auto *composite = dyn_cast<DICompositeType>(strip(step.type));
    if (!composite)
      return refuse("a pointer in the middle of a path");
    access.path += ":" + std::to_string(step.index);
    bool final = i + 1 == steps->size();
    Expected<uint64_t> value =
        fieldInfo(final ? kind : uint32_t(BTF::FIELD_BYTE_OFFSET), *composite,
                  step.index, access.value, step.alignment);
    if (!value)
      return value.takeError();
    access.value = *value;
  }
  if (kind == BTF::FIELD_EXISTENCE)
    access.value = 1;
  return access;
}

Expected<std::optional<CoreAccess>> readFieldInfo(CallInst &call) {
  Expected<uint64_t> kind = constantOperand(call, 1);
  if (!kind)
    return kind.takeError();
  if (*kind > BTF::FIELD_RSHIFT_U64)
    return refuse("unknown kind of field relocation " + Twine(*kind));
  Value *address = throughCasts(call.getArgOperand(0));
  if (!isAddressStep(address))
    return refuse("llvm.bpf.preserve.field.info of something that is no field");
  auto access = readField(*cast<CallInst>(address), *kind);
  if (!access)
    return access.takeError();
  if (!*access)
    return refuse("llvm.bpf.preserve.field.info of an array of scalars");
  (*access)->root = nullptr;
  (*access)->depth += 1;
  (*access)->wide = false;
  return access;
}

Expected<std::optional<CoreAccess>> readTypeInfo(CallInst &call) {
  static constexpr uint32_t kKinds[] = {BTF::TYPE_EXISTENCE, BTF::TYPE_SIZE,
                                        BTF::TYPE_MATCH};
  Expected<DIType *> type = typeOf(call);
  if (!type)
    return type.takeError();
  Expected<uint64_t> flag = constantOperand(call, 1);
  if (!flag)
    return flag.takeError();
  if (*flag >= std::size(kKinds))
    return refuse("unknown kind of type relocation " + Twine(*flag));
  CoreAccess access;
  access.type = strip(*type, /*keepTypedef=*/true);
  if (!access.type || access.type->getName().empty())
    return refuse("a type relocation of a type without name");
  access.kind = kKinds[*flag];
  DIType *whole = strip(access.type);
  access.value = access.kind != BTF::TYPE_SIZE ? 1
                 : whole                       ? whole->getSizeInBits() / 8
                                               : 0;
  access.path = "0";
  return access;
}

Expected<std::optional<CoreAccess>> readTypeId(CallInst &call) {
  Expected<DIType *> type = typeOf(call);
  if (!type)
    return type.takeError();
  Expected<uint64_t> flag = constantOperand(call, 1);
  if (!flag)
    return flag.takeError();
  if (*flag > 1)
    return refuse("unknown kind of type id relocation " + Twine(*flag));
  CoreAccess access;
  access.type = *type;
  while (auto *derived = dyn_cast_or_null<DIDerivedType>(access.type)) {
    if (derived->getTag() != dwarf::DW_TAG_const_type &&
        derived->getTag() != dwarf::DW_TAG_volatile_type)
      break;
    access.type = derived->getBaseType();
  }
  access.kind = *flag ? BTF::BTF_TYPE_ID_REMOTE : BTF::BTF_TYPE_ID_LOCAL;
  if (!access.type || (*flag && access.type->getName().empty()))
    return refuse("the id of a type without name");
  access.wide = true;
  return access;
}

/// "NAME:VALUE", the string that operand 1 points to.
Expected<StringRef> enumeratorText(const CallInst &call) {
  auto *global =
      dyn_cast<GlobalVariable>(call.getArgOperand(1)->stripPointerCasts());
  auto *data = global && global->hasInitializer()
                   ? dyn_cast<ConstantDataArray>(global->getInitializer())
                   : nullptr;
  if (!data || !data->isString() || !data->getAsString().contains(':'))
    return refuse("llvm.bpf.preserve.enum.value without `NAME:VALUE` string");
  return data->getAsString();
}

Expected<std::optional<CoreAccess>> readEnumValue(CallInst &call) {
  Expected<DIType *> type = typeOf(call);
  if (!type)
    return type.takeError();
  Expected<uint64_t> flag = constantOperand(call, 2);
  if (!flag)
    return flag.takeError();
  if (*flag > 1)
    return refuse("unknown kind of enumerator relocation " + Twine(*flag));
  Expected<StringRef> text = enumeratorText(call);
  if (!text)
    return text.takeError();
  CoreAccess access;
  access.type = strip(*type, /*keepTypedef=*/true);
  auto *enumeration = dyn_cast_or_null<DICompositeType>(strip(access.type));
  if (!enumeration || enumeration->getTag() != dwarf::DW_TAG_enumeration_type ||
      access.type->getName().empty())
    return refuse("an enumerator relocation whose type is no named enum");
  auto [name, number] = text->rtrim('\0').split(':');
  unsigned index = 0;
  for (DINode *element : enumeration->getElements()) {
    auto *enumerator = dyn_cast_or_null<DIEnumerator>(element);
    if (enumerator && enumerator->getName() == name)
      break;
    ++index;
  }
  if (index == enumeration->getElements().size())
    return refuse("`" + enumeration->getName() + "` has no enumerator `" +
                  name + "`");
  access.path = std::to_string(index);
  access.kind = *flag ? BTF::ENUM_VALUE : BTF::ENUM_VALUE_EXISTENCE;
  access.value = 1;
  int64_t value = 0;
  if (*flag && number.getAsInteger(10, value))
    return refuse("`" + number + "` is no value of an enumerator");
  if (*flag)
    access.value = uint64_t(value);
  access.wide = true;
  return access;
}

} // namespace

bool isCoreIntrinsic(const Instruction &instruction) {
  switch (intrinsicOf(&instruction)) {
  case Intrinsic::preserve_array_access_index:
  case Intrinsic::preserve_union_access_index:
  case Intrinsic::preserve_struct_access_index: {
    auto *address = const_cast<Value *>(instruction.getOperand(0));
    while (isAddressStep(address = throughCasts(address)))
      address = cast<CallInst>(address)->getArgOperand(0);
    return intrinsicOf(address) != Intrinsic::preserve_static_offset;
  }
  case Intrinsic::bpf_preserve_field_info:
  case Intrinsic::bpf_preserve_type_info:
  case Intrinsic::bpf_preserve_enum_value:
  case Intrinsic::bpf_btf_type_id:
    return true;
  default:
    return false;
  }
}

Expected<std::optional<CoreAccess>> readCoreAccess(CallInst &call) {
  switch (call.getIntrinsicID()) {
  case Intrinsic::bpf_preserve_field_info:
    return readFieldInfo(call);
  case Intrinsic::bpf_preserve_type_info:
    return readTypeInfo(call);
  case Intrinsic::bpf_preserve_enum_value:
    return readEnumValue(call);
  case Intrinsic::bpf_btf_type_id:
    return readTypeId(call);
  default:
    return readField(call, BTF::FIELD_BYTE_OFFSET);
  }
}

} // namespace whistler::backend
