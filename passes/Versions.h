#ifndef WHISTLER_PASSES_VERSIONS_H
#define WHISTLER_PASSES_VERSIONS_H

#include "TypedPointers.h"

#include <llvm/IR/Function.h>

namespace whistler::passes {

/// What a running kernel may have: a version of a function for each.
struct VersionRow {
  llvm::StringLiteral name; ///< `k1.direct`, and the function's attribute
  PointerRules rules;
};
constexpr VersionRow kDirectVersion{"direct", {true, true}};
constexpr VersionRow kTaskVersion{"task", {true, false}};
constexpr VersionRow kHelperVersion{"helper", {}};

/// Marks a function as a version.
constexpr llvm::StringLiteral kVersionAttribute = "whistler-version";

/// Marks a version of a tracing program: it has no section of its own.
constexpr llvm::StringLiteral kTracingAttribute = "whistler-tracing";

/// Whether it is a program of a type that may call bpf_get_current_pid_tgid on
/// every kernel and helper 158 where there is one.
bool isTracing(const llvm::Function &function);

/// The kernels that take the version that `function` is: "6.2+", "older"; ""
/// when it is none.
llvm::StringRef kernelsOf(const llvm::Function &function);

/// The version that `function` is; null when it is none.
const VersionRow *versionOf(const llvm::Function &function);

} // namespace whistler::passes

#endif
