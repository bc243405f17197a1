// The tables that drive sema, and looking things up in them. Each is made from
// a .def file (or, for helper prototypes, from the kernel's header when the
// project is built), so a new builtin, map type or helper is a new row.

#include "Analyzer.h"

#include <linux/bpf.h>

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
#define WHISTLER_PROGRAM_TYPE(KEYWORD, SECTION, CONTEXT)                       \
  {KEYWORD, SECTION, CONTEXT},
#include "ProgramTypes.def"
};

// Newer than the oldest kernel headers that this is built with.
[[maybe_unused]] constexpr uint32_t BPF_MAP_TYPE_CGRP_STORAGE = 32;

constexpr MapTypeRow kMapTypes[] = {
#define WHISTLER_MAP_TYPE(KEYWORD, TYPE, SHAPE)                                \
  {KEYWORD, uint32_t(BPF_MAP_TYPE_##TYPE), MapShape::SHAPE},
#include "MapTypes.def"
};

template <typename Field>
constexpr uint32_t kElementBytes = sizeof(std::remove_all_extents_t<Field>);

constexpr ContextFieldRow kContextFields[] = {
#define WHISTLER_CONTEXT_FIELD(STRUCT, FIELD)                                  \
  {#STRUCT, #FIELD, uint32_t(offsetof(struct STRUCT, FIELD)),                  \
   uint32_t(sizeof(std::declval<struct STRUCT &>().FIELD)),                    \
   kElementBytes<decltype(STRUCT::FIELD)>},
#include "ContextFields.def"
};

constexpr HelperRow kHelpers[] = {
#define WHISTLER_HELPER(NAME, ID, RESULT, POINTEE, COUNT, VARIADIC, ...)       \
  {NAME, ID, RESULT, POINTEE, COUNT, VARIADIC, {__VA_ARGS__}},
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
llvm::ArrayRef<HelperRow> helpers() { return kHelpers; }

} // namespace whistler::compiler
