#ifndef WHISTLER_IR_PROGRAM_H
#define WHISTLER_IR_PROGRAM_H

#include <llvm/IR/DIBuilder.h>
#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/Module.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace whistler::ir {

/// A type as BTF for maps, globals and events shows it.
struct DataType;
struct DataMember {
  std::string name;
  uint64_t byteOffset = 0;
  std::shared_ptr<const DataType> type;
};
struct DataType {
  enum class Kind {
    Integer,
    Bool,
    Struct,
    Union,
    Array,
    Pointer, ///< to `element`; when that is null to void, or to a function
    Enum,    ///< nothing but its name and size
  } kind = Kind::Integer;
  std::string name; ///< struct or integer name; may be empty for integers
  uint64_t bytes = 0;
  bool isSigned = false;
  bool isFunction = false; ///< what a pointer leads to
  std::vector<DataMember> members;
  std::shared_ptr<const DataType> element;
  uint64_t count = 0;
};

/// One BTF-defined map. Sizes in bytes; 0 leaves the attribute out.
struct MapDefinition {
  std::string name;  ///< C identifier
  uint32_t type = 0; ///< enum bpf_map_type
  uint64_t maxEntries = 0;
  uint32_t flags = 0;
  bool pinByName = false;
  uint32_t keyBytes = 0, valueBytes = 0;
  std::shared_ptr<const DataType> key, value; ///< preferred over the sizes
  /// Structs that programs put into a ring or perf buffer. The map's BTF shows
  /// them to readers as the element type of `value_size`, of which loaders
  /// look at the length only.
  std::vector<std::shared_ptr<const DataType>> records;
  uint64_t extra = 0; ///< map_extra
  std::optional<uint32_t> numaNode;
  /// Maps of maps: what the inner ones look like (its name means nothing).
  std::shared_ptr<const MapDefinition> inner;
  bool holdsPrograms = false; ///< `values` are programs
  /// Initial values by index: symbols of maps or programs; "" leaves one out.
  std::vector<std::string> values;
};

/// An object of an interface of the kernel (struct_ops): a struct of the
/// kernel's name, of which only the members that are set are there. The loader
/// finds the kernel's by their names.
struct StructOps {
  struct Value {
    std::string program;        ///< of a member that is a function
    std::vector<uint8_t> bytes; ///< of any other
  };
  std::string name; ///< C identifier
  DataType type;    ///< struct; values[i] is members[i]'s
  std::vector<Value> values;
};

/// Builds the module around the code of a compilation: compile unit, debug
/// locations in the source file, maps, programs in their sections, licence.
/// One per module; call `finish` once at the end.
class ModuleBuilder {
public:
  /// `source` goes into the debug info (verifier logs show its lines); empty
  /// leaves it out.
  ModuleBuilder(llvm::Module &module, llvm::StringRef fileName,
                llvm::StringRef directory, llvm::StringRef source);
  ~ModuleBuilder();

  llvm::GlobalVariable *addMap(const MapDefinition &map, unsigned line);
  /// Puts the initial values into a map, when all that they name is there.
  void setMapValues(llvm::GlobalVariable &global, const MapDefinition &map);
  /// A function of `section` with one `ptr` context argument and an i32
  /// result; two programs may share a section.
  llvm::Function *addProgram(llvm::StringRef name, llvm::StringRef section,
                             unsigned line);
  /// A BPF-to-BPF function that is not inlined: integers are i64, pointers
  /// `ptr`. A global one is verified on its own by its BTF, so a parameter
  /// that is a pointer needs its pointee there.
  struct Parameter {
    std::string name;
    bool isPointer = false;
    DataType type; ///< of the integer, or of the pointee; 0 bytes: void
  };
  struct Signature {
    std::vector<Parameter> parameters;
    Parameter result;
    bool isGlobal = false;
  };
  llvm::Function *addSubprogram(llvm::StringRef name,
                                const Signature &signature, unsigned line);
  /// A variable in .data, .bss or .rodata (by `isConstant` and `initializer`).
  llvm::GlobalVariable *addGlobal(llvm::StringRef name, const DataType &type,
                                  llvm::Constant *initializer, bool isConstant,
                                  unsigned line);
  /// A variable in .struct_ops, when the programs that it names are there.
  void addStructOps(const StructOps &ops, unsigned line);
  /// Debug location in `function` (a program added above); line and column
  /// count from 1.
  llvm::DebugLoc location(llvm::Function &function, unsigned line,
                          unsigned column);
  void setLicense(llvm::StringRef license);
  void finish();

  /// One more map without initial values, for a module that is finished. The
  /// module has a compile unit.
  static llvm::GlobalVariable *addMapTo(llvm::Module &finished,
                                        const MapDefinition &map);

private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

} // namespace whistler::ir

#endif
