// Memory of the running process: (user-load T p [off]). The address is a
// number to the kernel; an unreadable one gives 0, because the helper clears
// what it could not fill.

#include "Analyzer.h"

namespace whistler::compiler {

NodePtr analyzeUserLoad(Analyzer &a, const Call &call) {
  std::optional<ScalarPlace> place =
      scalarPlace(a, call, a.expression(call.args[1]));
  if (!place)
    return makeError(call.form->span);
  auto &[type, base, offset] = *place;
  if (base->type.isPointer && isProgramSpace(base->type.space))
    return a.fail(call.args[1], Kind::NotUserAddress,
                  {toString(call.args[1]), describe(base->type)});
  ValueType value = valueTypeOf(type);
  if (value.isPointer)
    value.space = Space::User; // what a process points to is its own
  std::vector<NodePtr> none;
  NodePtr call_ = callHelper(a, call.form, "probe_read_user", std::move(none));
  NodePtr node = makeNode(NodeKind::UserLoad, value, call.form->span);
  node->helper = call_->helper;
  node->children.push_back(makeOffset(std::move(base), std::move(offset),
                                      pointerType(Space::User),
                                      call.form->span));
  return node;
}

} // namespace whistler::compiler
