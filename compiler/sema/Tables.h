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
  const char *context; ///< C name of the context struct, "" when raw
};

/// Which sizes a map needs: by the rules of the kernel's map_alloc_check.
enum class MapShape {
  Hash,    ///< key and value of any size
  Array,   ///< key u32
  Ring,    ///< neither
  Queue,   ///< value only
  Fds,     ///< key u32, value u32 (programs, perf events, maps, devices)
  Storage, ///< key int, value of any size, no maximum
};

struct MapTypeRow {
  const char *keyword;
  uint32_t type;
  MapShape shape;
};

struct ContextFieldRow {
  const char *record, *field; ///< C names
  uint32_t offset, bytes, elementBytes;
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
const HelperRow *findHelper(llvm::StringRef cName);
HelperEffectsRow helperEffects(llvm::StringRef cName);
std::optional<uint64_t> findKernelConstant(llvm::StringRef name);

llvm::ArrayRef<BuiltinRow> builtins();
llvm::ArrayRef<DeclarationRow> declarations();
llvm::ArrayRef<ProgramTypeRow> programTypes();
llvm::ArrayRef<MapTypeRow> mapTypes();
llvm::ArrayRef<ContextFieldRow> contextFields();
llvm::ArrayRef<HelperRow> helpers();

} // namespace whistler::compiler

#endif
