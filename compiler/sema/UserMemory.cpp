// Memory of the running process: (user-load T p [off]). The address is a
// number to the kernel; an unreadable one gives 0, because the helper clears
// what it could not fill.

#include "Analyzer.h"

namespace whistler::compiler {

NodePtr analyzeUserLoad(Analyzer &a, const Call &call) {
  std::optional<MemoryType> type = a.parseType(call.args[0]);
  NodePtr base = a.expression(call.args[1]);
  NodePtr offset = call.args.size() > 2 ? a.expression(call.args[2])
                                        : makeInteger(0, call.form->span);
  if (!type || isError(base) || isError(offset))
    return makeError(call.form->span);
  if (!type->isScalar())
    return a.fail(call.args[0], Kind::NotScalarType, {toString(call.args[0])});
  if (base->type.isPointer && isProgramSpace(base->type.space))
    return a.fail(call.args[1], Kind::NotUserAddress,
                  {toString(call.args[1]), describe(base->type)});
  ValueType value = valueTypeOf(*type);
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
