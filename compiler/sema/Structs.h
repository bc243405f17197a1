#ifndef WHISTLER_SEMA_STRUCTS_H
#define WHISTLER_SEMA_STRUCTS_H

#include "TypedProgram.h"

#include "whistler/btf/Btf.h"

namespace whistler::compiler {

struct StructInfo;

/// What lies at an address: a scalar of some width, or an aggregate.
struct MemoryType {
  enum class Kind : uint8_t { Integer, Pointer, Aggregate, Array };
  Kind kind = Kind::Integer;
  uint64_t bytes = 8;
  bool isSigned = false, isBool = false;
  ir::FieldShape shape = ir::FieldShape::Integer; ///< of an integer
  /// Aggregate: its C name ("" when anonymous). Pointer: its pointee's.
  std::string name;
  ir::RecordKind recordKind = ir::RecordKind::Struct;
  const StructInfo *record = nullptr;    ///< aggregates of the program
  btf::TypeId kernelType = 0;            ///< aggregates of the kernel
  const btf::Btf *kernelTypes = nullptr; ///< that have them
  uint64_t count = 0;                    ///< arrays; 0: flexible
  std::shared_ptr<const MemoryType> element;

  bool isScalar() const {
    return kind == Kind::Integer || kind == Kind::Pointer;
  }
};

struct FieldInfo {
  std::string name; ///< C spelling
  uint64_t bitOffset = 0;
  uint32_t bitSize = 0; ///< bitfields
  MemoryType type;
  btf::TypeId kernelType = 0;  ///< of a kernel struct's field
  bool isNetworkOrder = false; ///< of a header: big-endian in memory
};

/// A struct of the program, or of the kernel as BTF shows it.
struct StructInfo {
  std::string name; ///< C spelling; "" when anonymous
  bool isKernel = false, isUnion = false;
  bool isPrelude = false; ///< of the language's own library: may be redefined
  ir::RecordKind recordKind = ir::RecordKind::Struct;
  uint64_t bytes = 0, align = 1;
  std::vector<FieldInfo> fields;
  std::shared_ptr<const ir::DataType> dataType; ///< structs of the program
  SourceSpan span;
  /// Where a kernel struct comes from; null for one that a program can't name
  /// to the running kernel (a module's, or one of equal twins).
  const btf::Btf *kernelTypes = nullptr;
  /// Of an anonymous struct that is a member: the member, from a record that
  /// has a name, so that its own fields can be found in the running kernel.
  std::shared_ptr<const ir::Field> around;
  btf::TypeId kernelId = 0;
  const btf::Btf *home = nullptr; ///< of a kernel struct: where it was found

  const FieldInfo *find(llvm::StringRef name) const;
  std::vector<std::string> fieldNames() const;
};

/// What a generated function name stands for.
struct Accessor {
  enum class Kind : uint8_t {
    Field,
    FieldPointer,
    As,
    Make,
    Tracepoint,
    TracepointPointer,
    TracepointData,   ///< the bytes that a __data_loc word leads to
    TracepointLength, ///< their number
  };
  Kind kind = Kind::Field;
  const StructInfo *record = nullptr;
  const FieldInfo *field = nullptr;
};

} // namespace whistler::compiler

#endif
