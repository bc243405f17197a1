// bpf_rdonly_cast makes a pointer to any record of any address, and an array of
// bytes may be loaded from in every width and at every offset that does not
// leave it (btf_struct_walk in kernel/bpf/btf.c). struct new_utsname begins
// with one of 65 bytes on all kernels:
//
//   %f = call i64 @whistler.kernel.load.i64(ptr %fds, i64 %at)
// =>
//   %address = getelementptr i8, ptr %fds, i64 %at
//   %bytes = call ptr @bpf_rdonly_cast(ptr %address, i32 (id of new_utsname))
//   %f = load i64, ptr %bytes
//
// Reads at constant places that are near share a cast of their base.

#include "BytesRead.h"

#include <llvm/IR/IRBuilder.h>

using namespace llvm;

namespace whistler::passes {

namespace {

constexpr uint64_t kArrayBytes = 65, kRecordBytes = 390;
/// More is cheaper by helper.
constexpr uint64_t kLongestCopy = 32;

ir::Field bytesField() {
  ir::FieldStep step;
  step.record = "new_utsname";
  step.recordBytes = kRecordBytes;
  step.member = "sysname";
  ir::Field field;
  field.steps.push_back(std::move(step));
  field.bytes = kArrayBytes;
  field.isAggregate = true;
  field.dimensions = 1;
  field.isDirect = true;
  return field;
}

/// Bytes that are read; 0: not that many at once.
uint64_t bytesOf(const ir::OperationCall &operation) {
  const CallInst &call = *operation.call;
  switch (operation.operation) {
  case ir::Operation::KernelLoad:
  case ir::Operation::KernelLoadVolatile:
    return operation.field->isBitfield() ? 0 : operation.field->bytes;
  case ir::Operation::KernelLoadAt:
  case ir::Operation::KernelLoadVolatileAt:
    return call.getType()->getIntegerBitWidth() / 8;
  case ir::Operation::KernelCopy: {
    auto *bytes = dyn_cast<ConstantInt>(call.getArgOperand(1));
    return bytes && bytes->getValue().ule(kLongestCopy) ? bytes->getZExtValue()
                                                        : 0;
  }
  default:
    return 0;
  }
}

} // namespace

bool canReadBytes(const ir::OperationCall &operation) {
  return bytesOf(operation) != 0;
}

ReadSite bytesSite(const ir::OperationCall &operation) {
  CallInst &call = *operation.call;
  IRBuilder<> builder(&call);
  ReadSite site{operation, operation.base(), bytesField(), 0,
                bytesOf(operation)};
  if (operation.field) {
    site.base =
        ir::createKernelAddress(builder, *operation.field, operation.base());
  } else if (operation.operation != ir::Operation::KernelCopy) {
    Value *offset = call.getArgOperand(1);
    auto *constant = dyn_cast<ConstantInt>(offset);
    if (constant && constant->getValue().ule(kArrayBytes - site.bytes))
      site.offset = constant->getZExtValue();
    else
      site.base = builder.CreatePtrAdd(operation.base(), offset);
  }
  return site;
}

} // namespace whistler::passes
