#ifndef WHISTLER_BTF_TYPES_H
#define WHISTLER_BTF_TYPES_H

#include <cstdint>
#include <string>
#include <vector>

namespace whistler::btf {

/// A type's number in its BTF; 0 is void.
using TypeId = uint32_t;

enum class TypeKind {
  Void,
  Integer, ///< char and plain integers
  Bool,
  Enum, ///< enum and enum64, as integers
  Float,
  Pointer,
  Array,
  Struct,
  Union,
  Forward, ///< declared, never defined in this BTF
  Function,
};

/// A type with its qualifiers, typedefs and type tags removed.
struct Type {
  TypeKind kind = TypeKind::Void;
  TypeId id = 0;         ///< of the type itself, not of the typedef
  uint64_t bytes = 0;    ///< 0 for void, forward, function, flexible array
  bool isSigned = false; ///< integers and enums
  /// C name without `struct`/`union` ("" when anonymous); the outermost
  /// typedef's when one was removed and the type itself is anonymous.
  std::string name;
  bool isTypedefName = false; ///< `name` is a typedef's
  TypeId target = 0;          ///< pointee of a pointer, element of an array
  uint64_t count = 0;         ///< elements of an array; 0 when flexible
};

/// A type by its own name.
struct NamedType {
  Type type; ///< behind the typedef
  bool isTypedef = false;
};

/// A named member, at its place in the aggregate it was looked up in.
struct Field {
  std::string name; ///< as in C
  uint64_t bitOffset = 0;
  uint32_t bitSize = 0; ///< of a bitfield; 0 for any other member
  TypeId type = 0;
};

enum class AggregateKind { Struct, Union };

/// What the kernel's verifier makes of a load of a member through a typed
/// pointer.
enum class DirectLoad {
  Refused,
  Scalar,       ///< a number; of an aggregate: what is in it can be loaded
  TypedPointer, ///< through which loads are permitted in turn
};

/// A struct or union with the members of anonymous members flattened in.
struct Aggregate {
  /// Own C name, or the typedef's it was found by when the type itself is
  /// anonymous; "" when there is neither.
  std::string name;
  AggregateKind kind = AggregateKind::Struct;
  bool isTypedefName = false; ///< `name` is a typedef of an anonymous type
  /// Equal types of the name that have other ids: a loader can't tell which
  /// one is meant.
  bool hasTwins = false;
  TypeId id = 0;
  uint64_t bytes = 0;
  std::vector<Field> fields; ///< in declaration order
};

struct Enumerator {
  std::string enumName;
  int64_t value = 0; ///< an unsigned enum64 above INT64_MAX keeps its bits
};

struct Parameter {
  std::string name; ///< may be empty
  TypeId type = 0;
};

struct Function {
  std::string name;
  TypeId result = 0;
  std::vector<Parameter> parameters;
  bool isVariadic = false; ///< `...` follows the parameters
  bool isKfunc = false;    ///< carries the decl tag `bpf_kfunc` (kernel 6.9 on)
};

} // namespace whistler::btf

#endif
