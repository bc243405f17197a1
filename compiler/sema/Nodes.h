#ifndef WHISTLER_SEMA_NODES_H
#define WHISTLER_SEMA_NODES_H

#include "Structs.h"

namespace whistler::compiler {

/// Construction of typed nodes, and small questions about them and types.

ValueType integerType(unsigned bits = 64, bool isSigned = false);
ValueType pointerType(Space space, std::string pointee = "");
/// The type of a value loaded from memory of type `type`.
ValueType valueTypeOf(const MemoryType &type);
/// A pointer in `space` to memory of type `type`.
ValueType pointerTo(const MemoryType &type, Space space);

/// Memory that the program may load and store itself.
bool isProgramSpace(Space space);
/// `(ptr task-struct)`, `u32`: as a program writes it.
std::string describe(const ValueType &type);
/// C spelling to the language's: `task_struct` is `task-struct`.
std::string lispName(llvm::StringRef cName);

bool isError(const NodePtr &node);
/// A literal or folded constant: an integer that takes its sign from others.
bool isLiteral(const NodePtr &node);
/// Control never comes out of the node's end.
bool neverReturns(const Node &node);

NodePtr makeNode(NodeKind kind, ValueType type, SourceSpan span);
NodePtr makeInteger(uint64_t value, SourceSpan span, bool isNegative = false);
NodePtr makeError(SourceSpan span);
NodePtr makeRef(const Variable *variable, SourceSpan span);
NodePtr makeAssign(const Variable *variable, NodePtr value, SourceSpan span);
NodePtr makeSequence(std::vector<NodePtr> items, SourceSpan span);
NodePtr makeUnary(Op op, NodePtr operand, ValueType type, SourceSpan span);
NodePtr makeBinary(Op op, NodePtr a, NodePtr b, ValueType type,
                   SourceSpan span);
NodePtr makeConvert(NodePtr value, ValueType type, SourceSpan span);
/// `otherwise` may be null: 0. The type unites both arms'.
NodePtr makeIf(NodePtr test, NodePtr then, NodePtr otherwise, SourceSpan span);
/// Pointer plus constant bytes; nothing is added when 0 and types agree.
NodePtr makeOffset(NodePtr pointer, uint64_t bytes, ValueType type,
                   SourceSpan span);
NodePtr makeOffset(NodePtr pointer, NodePtr bytes, ValueType type,
                   SourceSpan span);
NodePtr makeLoad(NodePtr pointer, uint64_t bytes, ValueType type,
                 SourceSpan span);
NodePtr makeStore(NodePtr pointer, uint64_t bytes, NodePtr value,
                  ValueType type, SourceSpan span);

} // namespace whistler::compiler

#endif
