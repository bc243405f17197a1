// CPU levels before v3 have a 32-bit atomic addition that gives no value. LLVM
// says so without a place, or ends the process: what uses the value is found
// here, when the whole program is there to tell.

#include "Analyzer.h"

namespace whistler::compiler {

namespace {

void checkUse(Analyzer &a, const Node &node, bool isUsed) {
  if (node.kind == NodeKind::Atomic && isUsed && node.type.bits == 32)
    a.diagnostics.report(node.span, Kind::AtomicValueCpu, {});
  // What only computes or chooses is used as much as its value is.
  bool isPure = node.kind == NodeKind::Binary || node.kind == NodeKind::Unary ||
                node.kind == NodeKind::Convert;
  bool isLoop = node.kind == NodeKind::Loop;
  for (size_t i = 0; i != node.children.size(); ++i) {
    const NodePtr &child = node.children[i];
    bool isLast = i + 1 == node.children.size();
    bool passesOn = isPure || (node.kind == NodeKind::Sequence && isLast) ||
                    (node.kind == NodeKind::If && i > 0);
    bool dropped =
        (node.kind == NodeKind::Sequence && !isLast) || (isLoop && i > 0);
    if (child)
      checkUse(a, *child, passesOn ? isUsed : !dropped);
  }
}

} // namespace

void checkAtomicResults(Analyzer &a) {
  if (a.inputs.hasFetchingAtomics)
    return;
  for (const Program &program : a.result.programs)
    if (program.body)
      checkUse(a, *program.body, true);
  for (const auto &function : a.result.subprograms)
    if (function->body)
      checkUse(a, *function->body, !function->isCallback);
}

} // namespace whistler::compiler
