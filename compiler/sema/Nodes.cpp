// How typed nodes are put together. Every node gets its type here, so that the
// rules on types (what an `if` of two pointers is, that an offset keeps its
// pointer's space) are in one place and lowering has nothing to decide.
//
// An erroneous expression is the integer 0 with an error type: whatever uses
// it stays silent, so one mistake gives one message.

#include "Nodes.h"

namespace whistler::compiler {

ValueType integerType(unsigned bits, bool isSigned) {
  ValueType type;
  type.bits = uint8_t(bits);
  type.isSigned = isSigned;
  return type;
}

ValueType pointerType(Space space, std::string pointee) {
  ValueType type;
  type.isPointer = true;
  type.space = space;
  type.pointee = std::move(pointee);
  return type;
}

ValueType valueTypeOf(const MemoryType &type) {
  if (type.kind == MemoryType::Kind::Pointer && !type.name.empty())
    return pointerType(Space::Kernel, type.name);
  ValueType value =
      integerType(type.bytes ? unsigned(type.bytes * 8) : 64, type.isSigned);
  value.isBool = type.isBool;
  return value;
}

ValueType pointerTo(const MemoryType &type, Space space) {
  const MemoryType *inner = &type;
  while (inner->kind == MemoryType::Kind::Array && inner->element)
    inner = inner->element.get();
  ValueType pointer = pointerType(space);
  if (type.kind == MemoryType::Kind::Array)
    pointer.arrayBytes = type.bytes;
  if (inner->kind == MemoryType::Kind::Aggregate) {
    pointer.pointee = inner->name;
    return pointer;
  }
  pointer.elementBits = uint8_t(inner->bytes * 8);
  pointer.elementSigned = inner->isSigned;
  return pointer;
}

bool isProgramSpace(Space space) {
  switch (space) {
  case Space::Unknown:
  case Space::Trusted:
  case Space::Kernel:
  case Space::User:
    return false;
  default:
    return true;
  }
}

std::string lispName(llvm::StringRef cName) {
  std::string name = cName.str();
  for (char &c : name)
    if (c == '_')
      c = '-';
  return name;
}

std::string describe(const ValueType &type) {
  if (!type.isPointer)
    return type.isBool
               ? "bool"
               : (type.isSigned ? "i" : "u") + std::to_string(type.bits);
  if (!type.pointee.empty())
    return "(ptr " + lispName(type.pointee) + ")";
  if (type.elementBits == 0)
    return "pointer";
  return std::string("(ptr ") + (type.elementSigned ? "i" : "u") +
         std::to_string(type.elementBits) + ")";
}

bool isError(const NodePtr &node) { return !node || node->type.isError; }

bool isLiteral(const NodePtr &node) { return node->kind == NodeKind::Integer; }

bool neverReturns(const Node &node) {
  switch (node.kind) {
  case NodeKind::Return:
  case NodeKind::Break:
  case NodeKind::Continue:
    return true;
  case NodeKind::Sequence:
    return !node.children.empty() && neverReturns(*node.children.back());
  case NodeKind::If:
    return node.children.size() > 2 && node.children[2] &&
           neverReturns(*node.children[1]) && neverReturns(*node.children[2]);
  default:
    return false;
  }
}

NodePtr makeNode(NodeKind kind, ValueType type, SourceSpan span) {
  auto node = std::make_unique<Node>();
  node->kind = kind;
  node->type = std::move(type);
  node->span = span;
  return node;
}

NodePtr makeInteger(uint64_t value, SourceSpan span, bool isNegative) {
  NodePtr node = makeNode(NodeKind::Integer, integerType(64, isNegative), span);
  node->integer = value;
  return node;
}

NodePtr makeError(SourceSpan span) {
  NodePtr node = makeInteger(0, span);
  node->type.isError = true;
  return node;
}

NodePtr makeRef(const Variable *variable, SourceSpan span) {
  NodePtr node = makeNode(NodeKind::VariableRef, variable->type, span);
  node->variable = variable;
  return node;
}

NodePtr makeAssign(const Variable *variable, NodePtr value, SourceSpan span) {
  NodePtr node = makeNode(NodeKind::Assign, variable->type, span);
  node->variable = variable;
  node->children.push_back(std::move(value));
  return node;
}

NodePtr makeSequence(std::vector<NodePtr> items, SourceSpan span) {
  if (items.size() == 1)
    return std::move(items.front());
  ValueType type = items.empty() ? integerType() : items.back()->type;
  NodePtr node = makeNode(NodeKind::Sequence, type, span);
  node->children = std::move(items);
  return node;
}

NodePtr makeUnary(Op op, NodePtr operand, ValueType type, SourceSpan span) {
  NodePtr node = makeNode(NodeKind::Unary, std::move(type), span);
  node->op = op;
  node->children.push_back(std::move(operand));
  return node;
}

NodePtr makeBinary(Op op, NodePtr a, NodePtr b, ValueType type,
                   SourceSpan span) {
  NodePtr node = makeNode(NodeKind::Binary, std::move(type), span);
  node->op = op;
  node->children.push_back(std::move(a));
  node->children.push_back(std::move(b));
  return node;
}

NodePtr makeConvert(NodePtr value, ValueType type, SourceSpan span) {
  NodePtr node = makeNode(NodeKind::Convert, std::move(type), span);
  node->children.push_back(std::move(value));
  return node;
}

namespace {

/// Two pointers meet: what both agree on is kept. Memory of the program and
/// memory of the kernel together are an address of unknown space.
ValueType unitePointers(const ValueType &a, const ValueType &b) {
  ValueType type = a;
  if (a.pointee != b.pointee)
    type.pointee.clear();
  if (a.elementBits != b.elementBits)
    type.elementBits = 0;
  if (a.arrayBytes != b.arrayBytes)
    type.arrayBytes = 0;
  if (a.space != b.space && isProgramSpace(a.space) != isProgramSpace(b.space))
    type.space = Space::Unknown;
  else if (a.space == Space::Trusted)
    type.space = b.space;
  type.maybeNull = a.maybeNull || b.maybeNull;
  return type;
}

/// One of several literals: `(if a 0 (if b -1 1))`.
bool givesLiteral(const Node &node) {
  if (node.kind == NodeKind::Integer)
    return true;
  if (node.kind == NodeKind::Sequence)
    return !node.children.empty() && givesLiteral(*node.children.back());
  return node.kind == NodeKind::If &&
         llvm::all_of(llvm::drop_begin(node.children), [](const NodePtr &arm) {
           return arm == nullptr || neverReturns(*arm) || givesLiteral(*arm);
         });
}

ValueType unite(const Node &then, const Node *otherwise) {
  if (otherwise == nullptr || neverReturns(*otherwise)) {
    ValueType type = then.type;
    type.maybeNull = type.isPointer;
    return otherwise == nullptr ? type : then.type;
  }
  if (neverReturns(then) || then.type.isError)
    return otherwise->type;
  const ValueType &a = then.type, &b = otherwise->type;
  if (a.isPointer && b.isPointer)
    return unitePointers(a, b);
  if (a.isPointer || b.isPointer) {
    ValueType type = a.isPointer ? a : b;
    type.maybeNull = true;
    return type;
  }
  bool literalThen = givesLiteral(then), literalElse = givesLiteral(*otherwise);
  if (literalThen && literalElse) // -1 in either arm
    return integerType(64, a.isSigned || b.isSigned);
  if (literalThen != literalElse)
    return integerType(64, literalThen ? b.isSigned : a.isSigned);
  return integerType(64, a.isSigned && b.isSigned);
}

} // namespace

NodePtr makeIf(NodePtr test, NodePtr then, NodePtr otherwise, SourceSpan span) {
  ValueType type = unite(*then, otherwise.get());
  NodePtr node = makeNode(NodeKind::If, type, span);
  node->children.push_back(std::move(test));
  node->children.push_back(std::move(then));
  node->children.push_back(std::move(otherwise));
  return node;
}

NodePtr makeOffset(NodePtr pointer, uint64_t bytes, ValueType type,
                   SourceSpan span) {
  if (bytes == 0 && pointer->kind == NodeKind::Offset) {
    pointer->type = std::move(type);
    return pointer;
  }
  NodePtr node = makeNode(NodeKind::Offset, std::move(type), span);
  node->integer = bytes;
  node->children.push_back(std::move(pointer));
  return node;
}

/// The constant that `bytes`, a sum, ends in or begins with; null: none.
static NodePtr *constantPart(Node &bytes) {
  bool isSum = bytes.kind == NodeKind::Binary && bytes.op == Op::Add;
  if (isSum)
    for (NodePtr &part : bytes.children)
      if (isLiteral(part))
        return &part;
  return nullptr;
}

NodePtr makeOffset(NodePtr pointer, NodePtr bytes, ValueType type,
                   SourceSpan span) {
  if (bytes->kind == NodeKind::Integer)
    return makeOffset(std::move(pointer), bytes->integer, std::move(type),
                      span);
  // A packet's limit holds for one sum of its start and a number: `p + (n + 4)`
  // says nothing about `p + n`, `(p + n) + 4` does.
  if (NodePtr *constant =
          type.space == Space::Packet ? constantPart(*bytes) : nullptr) {
    uint64_t last = (*constant)->integer;
    NodePtr rest = std::move(bytes->children[*constant == bytes->children[0]]);
    NodePtr first = makeOffset(std::move(pointer), std::move(rest), type, span);
    return makeOffset(std::move(first), last, std::move(type), span);
  }
  NodePtr node = makeNode(NodeKind::Offset, std::move(type), span);
  node->children.push_back(std::move(pointer));
  node->children.push_back(std::move(bytes));
  return node;
}

NodePtr makeLoad(NodePtr pointer, uint64_t bytes, ValueType type,
                 SourceSpan span) {
  NodePtr node = makeNode(NodeKind::Load, std::move(type), span);
  node->integer = bytes;
  node->children.push_back(std::move(pointer));
  return node;
}

NodePtr makeStore(NodePtr pointer, uint64_t bytes, NodePtr value,
                  ValueType type, SourceSpan span) {
  NodePtr node = makeNode(NodeKind::Store, std::move(type), span);
  node->integer = bytes;
  node->children.push_back(std::move(pointer));
  node->children.push_back(std::move(value));
  return node;
}

} // namespace whistler::compiler
