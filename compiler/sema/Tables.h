#ifndef WHISTLER_SEMA_TABLES_H
#define WHISTLER_SEMA_TABLES_H

#include "TypedProgram.h"

#include "../reader/Form.h"

namespace whistler::compiler {

class Analyzer;
using Forms = llvm::ArrayRef<const Form *>;

/// A call being analyzed: its form, its parts after the head, and the DATA
/// column of its row.
struct Call {
  const Form *form;
  Forms args;
  int data;
};

struct BuiltinRow {
  const char *name;     ///< upper case
  int minArgs, maxArgs; ///< maxArgs -1: any number
  NodePtr (*handler)(Analyzer &, const Call &);
  int data;
  const char *doc;
};

struct DeclarationRow {
  const char *name;
  void (*handler)(Analyzer &, const Form *form, Forms args);
  const char *doc;
};

struct ProgramTypeRow {
  const char *keyword;
  const char *section;
  const char *context;  ///< C name of the context struct, "" when raw
  const char *group;    ///< of helper permissions, "" when nothing is certain
  uint64_t result;      ///< of a program that says nothing
  const char *sections; ///< that libbpf has for the type, a space between them
  const char *doc;
};

/// Which sizes a map needs: by the rules of the kernel's map_alloc_check.
enum class MapKey : uint8_t {
  None,
  Any,    ///< 1 to 512 bytes
  Index,  ///< u32
  Prefix, ///< u32 and 1 to 256 bytes
  Cgroup, ///< u64, or struct bpf_cgroup_storage_key of 16 bytes
};
enum class MapValue : uint8_t {
  None,
  Any,
  PerCpu,      ///< at most 32 KiB
  Four,        ///< a number of the kernel or a file descriptor
  FourOrEight, ///< the same, with a program beside it or a cookie
  Inner,       ///< a map: 4 bytes
  Stack,       ///< addresses: a multiple of 8 bytes
};
enum class MapEntries : uint8_t {
  Required,
  Optional, ///< by the number of CPUs
  None,
  Ring, ///< bytes: a power of two, whole pages
};

struct MapTypeRow {
  const char *keyword;
  uint32_t type;
  MapKey key;
  MapValue value;
  MapEntries entries;
  const char *doc;
};

struct ContextFieldRow {
  const char *record, *field; ///< C names
  uint32_t offset, bytes, elementBytes;
  bool isSigned;
  const char *target; ///< "": a number; "packet", or a struct's C name
};

/// What a program may do with a field of its context.
enum class ContextAccess : uint8_t { None, Read, ReadWrite };

/// A struct that linux/bpf.h shares with programs and that is no context alone.
struct SharedRecordRow {
  const char *name;
  uint32_t bytes;
};

enum class ResultKind : uint8_t { Void, I64, I32, U64, U32, Pointer };
enum class ArgumentKind : uint8_t {
  None,
  Scalar,
  Map,
  Key,
  Value,
  Memory,
  Text,
  Size,
  Kernel,
  User,
  Context,
  Function
};

struct HelperRow {
  const char *name; ///< C name without bpf_
  uint32_t id;
  ResultKind result;
  const char *pointee; ///< struct the result points to, or ""
  uint8_t argumentCount;
  bool isVariadic;
  const char *doc; ///< the first sentence of the header's
  ArgumentKind arguments[5];
};

struct HelperEffectsRow {
  const char *name;
  ir::HelperEffects effects;
  Space resultSpace;
  const char *pointee; ///< of a result that the prototype calls a number
};

const BuiltinRow *findBuiltin(llvm::StringRef name);
const DeclarationRow *findDeclaration(llvm::StringRef name);
const ProgramTypeRow *findProgramType(llvm::StringRef keyword);
const MapTypeRow *findMapType(llvm::StringRef keyword);
const ContextFieldRow *findContextField(llvm::StringRef record,
                                        llvm::StringRef field);
ContextAccess contextAccess(llvm::StringRef programType, llvm::StringRef field);
/// The groups of program types that may call a helper, a space between them;
/// "" when any may.
llvm::StringRef helperGroups(llvm::StringRef cName);
/// Keywords of the map types that a helper works on, a space between them; ""
/// when any.
llvm::StringRef helperMapTypes(llvm::StringRef cName);
/// Fields that functions of an interface of the kernel may set, as
/// `struct.member`, a space between them.
llvm::StringRef structOpsStores(llvm::StringRef interface);
/// Is `word` one of the words of `list`?
bool hasWord(llvm::StringRef list, llvm::StringRef word);
const HelperRow *findHelper(llvm::StringRef cName);
HelperEffectsRow helperEffects(llvm::StringRef cName);
std::optional<uint64_t> findKernelConstant(llvm::StringRef name);
std::vector<std::string> kernelConstantNames();

llvm::ArrayRef<BuiltinRow> builtins();
llvm::ArrayRef<DeclarationRow> declarations();
llvm::ArrayRef<ProgramTypeRow> programTypes();
llvm::ArrayRef<MapTypeRow> mapTypes();
llvm::ArrayRef<ContextFieldRow> contextFields();
llvm::ArrayRef<SharedRecordRow> sharedRecords();
llvm::ArrayRef<HelperRow> helpers();

} // namespace whistler::compiler

#endif
