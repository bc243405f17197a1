// A program that embeds the compiler: source in memory to object bytes, and a
// mistake as data. It uses nothing but the installed package.
#include <whistler/backend/Inspect.h>
#include <whistler/compiler/Compiler.h>

#include <llvm/Support/raw_ostream.h>

using namespace whistler;

namespace {

constexpr const char *kProbe = R"lisp(
(defmap hits :type :array :key-size 4 :value-size 8 :max-entries 1)
(defprog count-packets (:type :xdp :license "GPL")
  (incf (getmap hits 0))
  2)
)lisp";

constexpr const char *kMistake = "(defprog p (:type :xdp) (no-such-form))";

int compileProbe(compiler::Compiler &compiler) {
  auto result = compiler.compile(kProbe, "probe.lisp", compiler::Options());
  if (!result) {
    llvm::errs() << llvm::toString(result.takeError()) << '\n';
    return 1;
  }
  for (const compiler::Diagnostic &diagnostic : result->diagnostics)
    compiler::print(diagnostic, *result->sources, llvm::errs());
  if (!result->ok())
    return 1;
  auto info = backend::inspect(result->object);
  if (!info) {
    llvm::errs() << llvm::toString(info.takeError()) << '\n';
    return 1;
  }
  for (const backend::ProgramInfo &program : info->programs)
    llvm::outs() << program.name << ' ' << program.section << ' '
                 << program.instructions << " instructions\n";
  return info->programs.size() == 1 ? 0 : 1;
}

int reportMistake(compiler::Compiler &compiler) {
  auto result = compiler.compile(kMistake, "mistake.lisp", compiler::Options());
  if (!result || result->ok() || result->diagnostics.empty())
    return 1;
  llvm::outs() << "found: " << result->diagnostics.front().message << '\n';
  return 0;
}

} // namespace

int main() {
  compiler::Compiler compiler;
  return compileProbe(compiler) || reportMistake(compiler);
}
