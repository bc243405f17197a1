#ifndef WHISTLER_IR_OPERATIONS_H
#define WHISTLER_IR_OPERATIONS_H

#include "whistler/ir/Field.h"

#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/InstrTypes.h>

#include <optional>

namespace whistler::ir {

/// The `whistler.*` operations: calls of functions whose name and attributes
/// say everything that stock LLVM passes may do with them. docs/ir.md
/// specifies each. Builders insert at the builder's position, give the call
/// its debug location, and declare the callee in the module when it is not
/// there yet. Kernel addresses are `ptr` values that are never dereferenced.

enum class Operation {
#define WHISTLER_OPERATION(NAME, PREFIX, SUMMARY) NAME,
#include "whistler/ir/Operations.def"
};

/// A fact about a field, type or enumerator that the loader writes into the
/// program. The values of facts about fields follow enum bpf_core_relo_kind in
/// the kernel's include/uapi/linux/bpf.h.
enum class CoreFact {
  FieldByteOffset,
  FieldByteSize,
  FieldExists,
  FieldSigned,
  FieldLShiftU64,
  FieldRShiftU64,
  TypeExists,
  TypeSize,
  TypeId, ///< in the running kernel's BTF
  EnumeratorExists,
  EnumeratorValue,
  KernelVersion, ///< KERNEL_VERSION(a, b, c) of the running kernel
};

/// What a loader compares besides the name of a type: its kind, behind all
/// typedefs.
enum class TypeShape { Struct, Union, Enum, Integer };

/// A type by the name that a loader looks for.
struct TypeIdentity {
  std::string name;
  TypeShape shape = TypeShape::Struct;
  uint64_t bytes = 0; ///< on the build host; 0 when it has no such type
  bool isTypedef = false;
  bool operator==(const TypeIdentity &) const = default;
};

/// An enumerator by name; `value` is the build host's.
struct EnumeratorIdentity {
  std::string enumeration, name;
  int64_t value = 0;
  bool operator==(const EnumeratorIdentity &) const = default;
};

/// What the kernel's verifier knows about a pointer in the context.
struct PointerIdentity {
  std::string record; ///< the struct it leads to
  bool isNullable = false;
  bool operator==(const PointerIdentity &) const = default;
};

/// "field_byte_offset" and so on: the fact in an operation's name.
llvm::StringRef name(CoreFact fact);

/// `whistler.kernel.load.<path>(ptr base) -> iN|ptr`: the field's value, 0
/// when unreadable. A bitfield's value comes extended to i64 by its sign;
/// every other integer in its own width. Requires !field.isAggregate.
llvm::CallInst *createKernelLoad(llvm::IRBuilderBase &builder,
                                 const Field &field, llvm::Value *base);
/// `whistler.kernel.load.iN(ptr base, i64 offset) -> iN`: N in 8,16,32,64.
llvm::CallInst *createKernelLoadAt(llvm::IRBuilderBase &builder, unsigned bits,
                                   llvm::Value *base, llvm::Value *offset);
/// As the two above, never merged, moved, deleted or fused.
llvm::CallInst *createKernelLoadVolatile(llvm::IRBuilderBase &builder,
                                         const Field &field, llvm::Value *base);
llvm::CallInst *createKernelLoadVolatileAt(llvm::IRBuilderBase &builder,
                                           unsigned bits, llvm::Value *base,
                                           llvm::Value *offset);
/// `whistler.kernel.address.<path>(ptr base) -> ptr`: base plus the field's
/// relocated offset; no memory is read.
llvm::CallInst *createKernelAddress(llvm::IRBuilderBase &builder,
                                    const Field &field, llvm::Value *base);
/// `whistler.kernel.copy(ptr dst, i64 bytes, ptr src)`: bulk read of a constant
/// number of bytes into memory of the program; zeroes when unreadable.
llvm::CallInst *createKernelCopy(llvm::IRBuilderBase &builder,
                                 llvm::Value *destination, uint64_t bytes,
                                 llvm::Value *source);
/// `whistler.context.load.<path>(ptr ctx)`: a direct load of a context field
/// whose offset is relocated (pt_regs, raw tracepoint structs).
llvm::CallInst *createContextLoad(llvm::IRBuilderBase &builder,
                                  const Field &field, llvm::Value *context);
/// `whistler.context.load.iN(ptr ctx, i64 offset)` / `...store.iN(ptr, i64,
/// iN)` at a fixed offset of the UAPI struct.
llvm::CallInst *createContextLoadAt(llvm::IRBuilderBase &builder, unsigned bits,
                                    llvm::Value *context, uint64_t offset);
llvm::CallInst *createContextStoreAt(llvm::IRBuilderBase &builder,
                                     llvm::Value *context, uint64_t offset,
                                     llvm::Value *value);
/// `whistler.context.pointer.<struct>[.nullable](ptr ctx, i64 offset) -> ptr`:
/// a typed kernel pointer at a fixed offset of the context: an argument of
/// what a BTF-typed program is attached to.
llvm::CallInst *createContextPointer(llvm::IRBuilderBase &builder,
                                     const PointerIdentity &pointer,
                                     llvm::Value *context, uint64_t offset);
/// `whistler.core.<fact>.<path>() -> i64`, of the facts about fields.
llvm::CallInst *createCoreFact(llvm::IRBuilderBase &builder, CoreFact fact,
                               const Field &field);
/// `whistler.core.<fact>.<type>() -> i64`: TypeExists, TypeSize, TypeId.
llvm::CallInst *createTypeFact(llvm::IRBuilderBase &builder, CoreFact fact,
                               const TypeIdentity &type);
/// `whistler.core.<fact>.<enum>.<enumerator>() -> i64`.
llvm::CallInst *createEnumeratorFact(llvm::IRBuilderBase &builder,
                                     CoreFact fact,
                                     const EnumeratorIdentity &enumerator);
/// `whistler.core.kernel_version() -> i64`.
llvm::CallInst *createKernelVersion(llvm::IRBuilderBase &builder);
/// `whistler.barrier()`: no kernel read moves across or is merged over it.
llvm::CallInst *createBarrier(llvm::IRBuilderBase &builder);

/// The type that a read of `field` gives: ptr, iN, or i64 for a bitfield.
llvm::Type *loadType(llvm::LLVMContext &context, const Field &field);

/// A call of an operation, taken apart. Pointers live as long as the IR.
struct OperationCall {
  Operation operation;
  llvm::CallInst *call = nullptr;
  std::optional<Field> field; ///< operations that name a field
  std::optional<CoreFact> fact;
  std::optional<TypeIdentity> type;
  std::optional<EnumeratorIdentity> enumerator;
  std::optional<PointerIdentity> pointer;

  /// Kernel address or context operand; null for core facts and barrier.
  llvm::Value *base() const;
  bool isVolatile() const {
    return operation == Operation::KernelLoadVolatile ||
           operation == Operation::KernelLoadVolatileAt;
  }
};

/// Nothing when `inst` is not a call of a `whistler.` function (or a malformed
/// one: run the verifier first).
std::optional<OperationCall> matchOperation(llvm::Instruction &inst);

} // namespace whistler::ir

#endif
