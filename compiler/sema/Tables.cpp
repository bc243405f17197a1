// The tables that drive sema, and looking things up in them. Each is made from
// a .def file (or, for helper prototypes, from the kernel's header when the
// project is built), so a new builtin, map type or helper is a new row.

#include "Analyzer.h"

#include <linux/bpf.h>
#include <linux/bpf_perf_event.h>

#include <cstddef>
#include <type_traits>

namespace whistler::compiler {

namespace {

constexpr BuiltinRow kBuiltins[] = {
#define WHISTLER_BUILTIN(NAME, MIN, MAX, HANDLER, DATA, DOC)                   \
  {NAME, MIN, MAX, HANDLER, DATA, DOC},
#include "Builtins.def"
};

constexpr DeclarationRow kDeclarations[] = {
#define WHISTLER_DECLARATION(NAME, HANDLER, DOC) {NAME, HANDLER, DOC},
#include "Declarations.def"
};

constexpr ProgramTypeRow kProgramTypes[] = {
#define WHISTLER_PROGRAM_TYPE(KEYWORD, SECTION, CONTEXT, GROUP, RESULT,        \
                              SECTIONS, DOC)                                   \
  {KEYWORD, SECTION, CONTEXT, GROUP, RESULT, SECTIONS, DOC},
#include "ProgramTypes.def"
};

// Newer than the oldest kernel headers that this is built with.
[[maybe_unused]] constexpr uint32_t BPF_MAP_TYPE_CGRP_STORAGE = 32;

constexpr MapTypeRow kMapTypes[] = {
#define WHISTLER_MAP_TYPE(KEYWORD, TYPE, KEY, VALUE, ENTRIES, DOC)             \
  {KEYWORD,         uint32_t(BPF_MAP_TYPE_##TYPE), MapKey::KEY,                \
   MapValue::VALUE, MapEntries::ENTRIES,           DOC},
#include "MapTypes.def"
};

template <typename Field>
constexpr uint32_t kElementBytes = sizeof(std::remove_all_extents_t<Field>);

template <typename Field>
constexpr bool kIsSigned = std::is_signed_v<std::remove_all_extents_t<Field>>;

constexpr ContextFieldRow kContextFields[] = {
#define WHISTLER_CONTEXT_FIELD(STRUCT, FIELD, TARGET)                          \
  {#STRUCT,                                                                    \
   #FIELD,                                                                     \
   uint32_t(offsetof(struct STRUCT, FIELD)),                                   \
   uint32_t(sizeof(std::declval<struct STRUCT &>().FIELD)),                    \
   kElementBytes<decltype(STRUCT::FIELD)>,                                     \
   kIsSigned<decltype(STRUCT::FIELD)>,                                         \
   TARGET},
#include "ContextFields.def"
    WHISTLER_CONTEXT_FIELD(bpf_perf_event_data, sample_period, "")
        WHISTLER_CONTEXT_FIELD(bpf_perf_event_data, addr, "")
#undef WHISTLER_CONTEXT_FIELD
};

constexpr SharedRecordRow kSharedRecords[] = {
    {"bpf_sock", sizeof(bpf_sock)},
    {"bpf_tcp_sock", sizeof(bpf_tcp_sock)},
    {"bpf_flow_keys", sizeof(bpf_flow_keys)},
};

struct ContextAccessRow {
  const char *programType, *fields;
  ContextAccess access;
};
constexpr ContextAccessRow kContextAccess[] = {
#define WHISTLER_CONTEXT_ACCESS(TYPE, FIELDS, ACCESS)                          \
  {TYPE, FIELDS, ContextAccess::ACCESS},
#include "ContextAccess.def"
};

/// A list of things, and a list of helpers that they go with.
struct HelperListRow {
  const char *things, *helpers;
};
constexpr HelperListRow kHelperPermissions[] = {
#define WHISTLER_HELPER_PERMISSION(GROUPS, HELPERS) {GROUPS, HELPERS},
#include "HelperPermissions.def"
};
constexpr HelperListRow kHelperMaps[] = {
#define WHISTLER_HELPER_MAP(HELPERS, TYPES) {TYPES, HELPERS},
#include "HelperMaps.def"
};

struct StructOpsStoreRow {
  const char *interface, *fields;
};
constexpr StructOpsStoreRow kStructOpsStores[] = {
#define WHISTLER_STRUCT_OPS_STORE(INTERFACE, FIELDS) {INTERFACE, FIELDS},
#include "StructOpsStores.def"
};

constexpr HelperRow kHelpers[] = {
#define WHISTLER_HELPER(NAME, ID, RESULT, POINTEE, COUNT, VARIADIC, DOC, ...)  \
  {NAME, ID, RESULT, POINTEE, COUNT, VARIADIC, DOC, {__VA_ARGS__}},
#include "HelperPrototypes.def"
};

constexpr HelperEffectsRow kEffects[] = {
#define WHISTLER_HELPER_EFFECTS(NAME, EFFECTS, SPACE, POINTEE)                 \
  {NAME, ir::HelperEffects::EFFECTS, Space::SPACE, POINTEE},
#include "HelperEffects.def"
};

template <typename Row, size_t Count>
const Row *findRow(const Row (&rows)[Count], const char *const Row::*column,
                   llvm::StringRef name) {
  for (const Row &row : rows)
    if (name == row.*column)
      return &row;
  return nullptr;
}

} // namespace

const BuiltinRow *findBuiltin(llvm::StringRef name) {
  return findRow(kBuiltins, &BuiltinRow::name, name);
}

const DeclarationRow *findDeclaration(llvm::StringRef name) {
  return findRow(kDeclarations, &DeclarationRow::name, name);
}

const ProgramTypeRow *findProgramType(llvm::StringRef keyword) {
  return findRow(kProgramTypes, &ProgramTypeRow::keyword, keyword);
}

const MapTypeRow *findMapType(llvm::StringRef keyword) {
  return findRow(kMapTypes, &MapTypeRow::keyword, keyword);
}

const ContextFieldRow *findContextField(llvm::StringRef record,
                                        llvm::StringRef field) {
  for (const ContextFieldRow &row : kContextFields)
    if (record == row.record && field == row.field)
      return &row;
  return nullptr;
}

bool hasWord(llvm::StringRef list, llvm::StringRef word) {
  while (!list.empty()) {
    auto [first, rest] = list.split(' ');
    if (first == word)
      return true;
    list = rest;
  }
  return false;
}

ContextAccess contextAccess(llvm::StringRef programType,
                            llvm::StringRef field) {
  for (const ContextAccessRow &row : kContextAccess)
    if (programType == row.programType && hasWord(row.fields, field))
      return row.access;
  return ContextAccess::Read;
}

llvm::StringRef helperGroups(llvm::StringRef name) {
  for (const HelperListRow &row : kHelperPermissions)
    if (hasWord(row.helpers, name))
      return row.things;
  return "";
}

llvm::StringRef helperMapTypes(llvm::StringRef name) {
  for (const HelperListRow &row : kHelperMaps)
    if (hasWord(row.helpers, name))
      return row.things;
  return "";
}

llvm::StringRef structOpsStores(llvm::StringRef interface) {
  const StructOpsStoreRow *row =
      findRow(kStructOpsStores, &StructOpsStoreRow::interface, interface);
  return row ? row->fields : "";
}

const HelperRow *findHelper(llvm::StringRef name) {
  return findRow(kHelpers, &HelperRow::name, name);
}

HelperEffectsRow helperEffects(llvm::StringRef name) {
  if (const HelperEffectsRow *row =
          findRow(kEffects, &HelperEffectsRow::name, name))
    return *row;
  return {"", ir::HelperEffects::Unknown, Space::Unknown, ""};
}

llvm::ArrayRef<BuiltinRow> builtins() { return kBuiltins; }
llvm::ArrayRef<DeclarationRow> declarations() { return kDeclarations; }
llvm::ArrayRef<ProgramTypeRow> programTypes() { return kProgramTypes; }
llvm::ArrayRef<MapTypeRow> mapTypes() { return kMapTypes; }
llvm::ArrayRef<ContextFieldRow> contextFields() { return kContextFields; }
llvm::ArrayRef<SharedRecordRow> sharedRecords() { return kSharedRecords; }
llvm::ArrayRef<HelperRow> helpers() { return kHelpers; }

} // namespace whistler::compiler
