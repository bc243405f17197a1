// Everything relocatable becomes what LLVM's BPF target makes relocations of:
//
//   %a = call ptr @whistler.kernel.address.task_struct.pid(ptr %task)
//   %o = call i64 @whistler.core.field_byte_offset.task_struct.pid()
// =>
//   %a = call ptr @llvm.preserve.struct.access.index.p0.p0(
//            ptr elementtype({ i64 }) %task, i32 0, i32 3),
//            !llvm.preserve.access.index !task_struct
//   %n = call ptr @llvm.preserve.struct.access.index.p0.p0(ptr … null, …), …
//   %o = ptrtoint ptr %n to i64
//
// Must be the last pass of ours, directly before the target's pipeline: these
// intrinsics differ in metadata only, so one early-cse between here and there
// merges two fields into one without a word.
//
// Two limits of LLVM 19: a displacement above 32767 is cut off when it folds
// into a load, so far fields get their offset as a number; and a bitfield
// across 8-byte units ends the process, so it is refused here. With `baked`
// the build host's numbers are written instead, but for facts that are about
// the running kernel and not its layout (KernelFacts.cpp).

#include "LowerCore.h"

#include "CoreTypes.h"
#include "EnsureDebugInfo.h"
#include "KernelFacts.h"
#include "whistler/ir/Operations.h"
#include "whistler/ir/PinnedLoad.h"

#include <llvm/IR/DiagnosticInfo.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/IR/IntrinsicsBPF.h>
#include <llvm/IR/Module.h>

#define DEBUG_TYPE "whistler-lower-core"

using namespace llvm;

namespace whistler::passes {

namespace {

/// Beyond it, a field might leave the 16-bit displacement on another kernel.
constexpr uint64_t kFarOffset = 28 * 1024;

class Lowering {
public:
  Lowering(Module &module, bool baked)
      : baked_(baked), types_(module.getContext()) {}

  void add(const ir::OperationCall &operation) {
    if (operation.field && !baked_)
      types_.add(*operation.field);
    if (operation.type)
      types_.add(*operation.type);
  }

  Value *lower(const ir::OperationCall &operation) {
    CallInst &call = *operation.call;
    IRBuilder<> builder(&call);
    switch (operation.operation) {
    case ir::Operation::KernelAddress:
      return address(builder, *operation.field, operation.base());
    case ir::Operation::ContextLoad: {
      Value *source = address(builder, *operation.field, operation.base());
      return ir::pinLoad(builder.CreateAlignedLoad(
          call.getType(), source, Align(operation.field->bytes)));
    }
    case ir::Operation::ContextLoadAt:
    case ir::Operation::ContextPointer:
      return ir::pinLoad(builder.CreateAlignedLoad(
          call.getType(), contextAddress(builder, call),
          accessAlign(call.getType())));
    case ir::Operation::ContextStoreAt:
      builder.CreateAlignedStore(call.getArgOperand(2),
                                 contextAddress(builder, call),
                                 accessAlign(call.getArgOperand(2)->getType()));
      return nullptr;
    case ir::Operation::CoreFact:
      if (!operation.field)
        return facts_.lower(builder, operation);
      return baked_ ? bakedFact(builder, *operation.field, *operation.fact)
                    : fact(builder, *operation.field, *operation.fact);
    default:
      return nullptr;
    }
  }

private:
  static Align accessAlign(Type *type) {
    return Align(type->isPointerTy() ? 8 : type->getIntegerBitWidth() / 8);
  }

  /// The verifier wants `ctx + constant` in the access itself.
  static Value *contextAddress(IRBuilderBase &builder, CallInst &call) {
    Value *context = builder.CreateIntrinsic(Intrinsic::preserve_static_offset,
                                             {}, {call.getArgOperand(0)});
    return builder.CreateInBoundsPtrAdd(context, call.getArgOperand(1));
  }

  Value *address(IRBuilderBase &builder, const ir::Field &field, Value *base) {
    if (baked_)
      return builder.CreatePtrAdd(base, builder.getInt64(field.byteOffset()));
    if (field.byteOffset() > kFarOffset)
      return builder.CreatePtrAdd(
          base, fact(builder, field, ir::CoreFact::FieldByteOffset));
    return path(builder, field, base);
  }

  Value *path(IRBuilderBase &builder, const ir::Field &field, Value *base) {
    // The element type matters for bitfields only: as large as the storage.
    Type *storage = StructType::get(builder.getInt64Ty());
    for (const CoreTypes::Access &access : types_.accesses(field))
      base = access.isUnion
                 ? builder.CreatePreserveUnionAccessIndex(base, access.index,
                                                          access.record)
                 : builder.CreatePreserveStructAccessIndex(
                       storage, base, 0, access.index, access.record);
    return base;
  }

  Value *fact(IRBuilderBase &builder, const ir::Field &field,
              ir::CoreFact fact) {
    Value *nowhere = ConstantPointerNull::get(builder.getPtrTy());
    // As an address it has 64 bits from the start: instcombine narrows the
    // arithmetic on the 32-bit fact, and extensions stay behind after loading.
    if (fact == ir::CoreFact::FieldByteOffset && !field.isBitfield())
      return builder.CreatePtrToInt(path(builder, field, nowhere),
                                    builder.getInt64Ty());
    Value *info = builder.CreateIntrinsic(
        Intrinsic::bpf_preserve_field_info, {builder.getPtrTy()},
        {path(builder, field, nowhere),
         builder.getInt64(static_cast<uint64_t>(fact))});
    return builder.CreateZExt(info, builder.getInt64Ty());
  }

  static Value *bakedFact(IRBuilderBase &builder, const ir::Field &field,
                          ir::CoreFact fact) {
    uint64_t bits = field.bitOffset() % 8 + field.bitSize;
    switch (fact) {
    case ir::CoreFact::FieldByteOffset:
      return builder.getInt64(field.byteOffset());
    case ir::CoreFact::FieldByteSize:
      return builder.getInt64(field.isBitfield() ? (bits + 7) / 8
                                                 : field.bytes);
    case ir::CoreFact::FieldExists:
      return builder.getInt64(1);
    case ir::CoreFact::FieldSigned:
      return builder.getInt64(field.isSigned);
    case ir::CoreFact::FieldLShiftU64:
      return builder.getInt64(64 -
                              (field.isBitfield() ? bits : field.bytes * 8));
    case ir::CoreFact::FieldRShiftU64:
      return builder.getInt64(
          64 - (field.isBitfield() ? field.bitSize : field.bytes * 8));
    default:
      llvm_unreachable("every fact about a field has a baked value");
    }
  }

  bool baked_;
  CoreTypes types_;
  KernelFacts facts_{types_};
};

bool isLoweredHere(ir::Operation operation) {
  switch (operation) {
  case ir::Operation::KernelAddress:
  case ir::Operation::ContextLoad:
  case ir::Operation::ContextLoadAt:
  case ir::Operation::ContextStoreAt:
  case ir::Operation::ContextPointer:
  case ir::Operation::CoreFact:
    return true;
  default:
    return false;
  }
}

/// No relocation can say where such a bitfield is: the target would abort.
bool isRefused(const ir::OperationCall &operation) {
  if (!operation.field || !operation.field->isBitfield())
    return false;
  const ir::Field &field = *operation.field;
  uint64_t first = field.steps.back().bitOffset;
  return first / 64 != (first + field.bitSize - 1) / 64;
}

void refuse(const ir::OperationCall &operation) {
  CallInst &call = *operation.call;
  call.getContext().diagnose(
      DiagnosticInfoUnsupported(*call.getFunction(),
                                "the bitfield `" + operation.field->path() +
                                    "` lies across two 8-byte units",
                                call.getDebugLoc()));
}

} // namespace

PreservedAnalyses LowerCore::run(Module &module,
                                 ModuleAnalysisManager &analyses) {
  std::vector<ir::OperationCall> operations;
  Lowering lowering(module, baked);
  bool relocates = false;
  for (Function &function : module)
    for (Instruction &inst : instructions(function))
      if (auto operation = ir::matchOperation(inst);
          operation && isLoweredHere(operation->operation)) {
        // Facts about types and enumerators are about the running kernel
        // whatever the layout; the version is a variable, which needs a type.
        relocates |= operation->field ? !baked : operation->fact.has_value();
        lowering.add(*operation);
        operations.push_back(std::move(*operation));
      }
  if (relocates)
    ensureDebugInfo(module);
  for (const ir::OperationCall &operation : operations) {
    CallInst *call = operation.call;
    Value *value = nullptr;
    if (isRefused(operation))
      refuse(operation);
    else
      value = lowering.lower(operation);
    if (value)
      value->takeName(call);
    if (!call->use_empty())
      call->replaceAllUsesWith(value ? value
                                     : PoisonValue::get(call->getType()));
    call->eraseFromParent();
  }
  return operations.empty() ? PreservedAnalyses::all()
                            : PreservedAnalyses::none();
}

} // namespace whistler::passes
