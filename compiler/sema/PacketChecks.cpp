// The kernel lets a program touch as much of a packet as a comparison with its
// end has shown to be there. Where no comparison stands before an access, the
// program is refused for certain; whether one that stands there shows enough
// is the verifier's to say.

#include "Analyzer.h"

namespace whistler::compiler {

namespace {

bool isPacket(const NodePtr &node) {
  return node->type.isPointer && node->type.space == Space::Packet;
}

/// Walks in the order of evaluation, to the first access or comparison.
class PacketWalk {
public:
  const Node *unchecked = nullptr;

  void visit(const Node &node) {
    for (const NodePtr &child : node.children)
      if (child && !isDone())
        visit(*child);
    if (!isDone())
      note(node);
  }

private:
  bool isDone() const { return unchecked || isCompared_; }

  void note(const Node &node) {
    switch (node.kind) {
    case NodeKind::Load:
    case NodeKind::Store:
      if (isPacket(node.children[0]))
        unchecked = &node;
      break;
    case NodeKind::Binary:
      isCompared_ = node.op >= Op::Eq && node.op <= Op::GeS &&
                    (isPacket(node.children[0]) || isPacket(node.children[1]));
      break;
    case NodeKind::CallSubprogram: // may compare what it is given
    case NodeKind::CallbackRef:
    case NodeKind::Assembly:
      isCompared_ = true;
      break;
    default:
      break;
    }
  }

  bool isCompared_ = false;
};

} // namespace

void checkPackets(Analyzer &a) {
  for (const Program &program : a.result.programs) {
    PacketWalk walk;
    if (program.body)
      walk.visit(*program.body);
    if (walk.unchecked)
      a.diagnostics.report(walk.unchecked->span, Kind::PacketUnchecked, {});
  }
}

} // namespace whistler::compiler
