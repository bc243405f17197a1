// What the passes did or refused, taken from LLVM's remark mechanism into
// plain data. Errors never come here: the backend catches them before.

#include "RemarkCollector.h"

#include <llvm/IR/DiagnosticInfo.h>
#include <llvm/IR/Function.h>

using namespace llvm;

namespace whistler::compiler {

namespace {

/// The kernels that a version of a function (passes/Versions.h) is for.
struct VersionRow {
  StringLiteral version, kernels;
};
constexpr VersionRow kVersions[] = {
    {"direct", "with bpf_rdonly_cast"},
    {"task", "with bpf_get_current_task_btf"},
    {"helper", "without"},
};

StringRef kernelsOf(StringRef version) {
  for (const VersionRow &row : kVersions)
    if (row.version == version)
      return row.kernels;
  return "";
}

bool isOurs(StringRef pass) { return pass.starts_with("whistler"); }

} // namespace

bool RemarkCollector::isAnalysisRemarkEnabled(StringRef pass) const {
  return isOurs(pass);
}
bool RemarkCollector::isMissedOptRemarkEnabled(StringRef pass) const {
  return isOurs(pass);
}
bool RemarkCollector::isPassedOptRemarkEnabled(StringRef pass) const {
  return isOurs(pass) && (explainsReads_ || pass != passes::kReadFatesPass);
}

bool RemarkCollector::handleDiagnostics(const DiagnosticInfo &info) {
  auto *optimization = dyn_cast<DiagnosticInfoOptimizationBase>(&info);
  if (!optimization || !isOurs(optimization->getPassName()))
    return true;
  Remark remark;
  remark.pass = optimization->getPassName().str();
  remark.name = optimization->getRemarkName().str();
  // What a version of a program does is the program's, on some kernels.
  auto [function, version] = optimization->getFunction().getName().split('.');
  remark.function = function.str();
  remark.message = optimization->getMsg();
  if (StringRef kernels = kernelsOf(version); !kernels.empty())
    remark.message = (kernels + ": " + remark.message).str();
  remark.missed = isa<OptimizationRemarkMissed>(optimization);
  remark.read = passes::readFate(*optimization);
  if (optimization->isLocationAvailable()) {
    StringRef file;
    optimization->getLocation(file, remark.line, remark.column);
    remark.file = file.str();
  }
  remarks_.push_back(std::move(remark));
  return true;
}

} // namespace whistler::compiler
