// Memory of a known size that is used past its end.
//
// The verifier refuses such a program, or, on the stack, finds another object
// there. Known are objects of the stack, variables whose address is taken,
// globals, values of maps and ring-buffer records, through variables that are
// set once, at constant offsets; everything else is the verifier's to say.

#include "Analyzer.h"

#include <linux/bpf.h>

namespace whistler::compiler {

namespace {

struct Place {
  uint64_t bytes; ///< of the object
  int64_t offset;
};

/// Numbers that stand in the source, and what is computed of them alone.
bool isConstant(const Node &node) {
  return node.kind == NodeKind::Integer ||
         ((node.kind == NodeKind::Binary || node.kind == NodeKind::Unary ||
           node.kind == NodeKind::Convert) &&
          llvm::all_of(node.children, [](const NodePtr &operand) {
            return isConstant(*operand);
          }));
}

class BoundsWalk {
public:
  BoundsWalk(Analyzer &a, const Node &body) : a_(a) { collect(body); }

  void visit(const Node &node) {
    // One of the arms is not compiled.
    if (node.kind == NodeKind::If && isConstant(*node.children[0]))
      return;
    for (const NodePtr &child : node.children)
      if (child)
        visit(*child);
    check(node);
  }

private:
  struct Setting {
    const Node *value = nullptr;
    unsigned count = 0;
  };

  void collect(const Node &node) {
    if (node.kind == NodeKind::Assign || node.kind == NodeKind::Assembly) {
      Setting &setting = settings_[node.variable];
      setting.value =
          node.kind == NodeKind::Assign ? node.children[0].get() : nullptr;
      ++setting.count;
    }
    for (const NodePtr &child : node.children)
      if (child)
        collect(*child);
  }

  static uint64_t valueBytes(const ir::MapDefinition &map) {
    return map.value ? map.value->bytes : map.valueBytes;
  }

  static std::optional<Place> whole(uint64_t bytes) {
    return bytes ? std::optional(Place{bytes, 0}) : std::nullopt;
  }

  std::optional<Place> resultOf(const Node &call) {
    switch (call.helper->id) {
    case BPF_FUNC_map_lookup_elem:
      if (call.children[0]->kind != NodeKind::MapRef)
        return std::nullopt;
      return whole(valueBytes(a_.result.maps[call.children[0]->index]));
    case BPF_FUNC_ringbuf_reserve:
      return whole(isLiteral(call.children[1]) ? call.children[1]->integer : 0);
    default:
      return std::nullopt;
    }
  }

  std::optional<Place> variablePlace(const Variable *variable) {
    auto found = settings_.find(variable);
    bool isOnce = found != settings_.end() && found->second.count == 1 &&
                  found->second.value && !variable->addressTaken &&
                  variable->frameSlot == 0;
    return isOnce ? placeOf(*found->second.value) : std::nullopt;
  }

  std::optional<Place> placeOf(const Node &pointer) {
    switch (pointer.kind) {
    case NodeKind::StackObject:
      return whole(pointer.integer);
    case NodeKind::AddressOf:
      return whole(pointer.type.elementBits / 8);
    case NodeKind::GlobalRef:
      return whole(a_.result.globals[pointer.index].type.bytes);
    case NodeKind::Call:
      return resultOf(pointer);
    case NodeKind::VariableRef:
      return variablePlace(pointer.variable);
    case NodeKind::Sequence:
      return pointer.children.empty() ? std::nullopt
                                      : placeOf(*pointer.children.back());
    case NodeKind::Assign:
    case NodeKind::Convert:
      return placeOf(*pointer.children[0]);
    case NodeKind::Offset:
      return offsetPlace(pointer);
    default:
      return std::nullopt;
    }
  }

  std::optional<Place> offsetPlace(const Node &node) {
    if (node.children.size() != 1)
      return std::nullopt;
    std::optional<Place> place = placeOf(*node.children[0]);
    if (place)
      place->offset += int64_t(node.integer);
    return place;
  }

  void check(const Node &node) {
    switch (node.kind) {
    case NodeKind::Load:
    case NodeKind::Store:
      checkUse(node, 0, int64_t(node.integer), accessBytes(node.type));
      return;
    case NodeKind::Atomic:
      checkUse(node, 0, 0, accessBytes(node.type));
      return;
    case NodeKind::Fill:
      checkUse(node, 0, 0, node.integer);
      return;
    case NodeKind::Copy:
      if (checkUse(node, 0, 0, node.integer))
        checkUse(node, 1, 0, node.integer);
      return;
    case NodeKind::KernelCopy:
      checkUse(node, 0, 0, node.integer);
      return;
    case NodeKind::Call:
      checkCall(node);
      return;
    default:
      return;
    }
  }

  static uint64_t accessBytes(const ValueType &type) {
    return type.isPointer ? 8 : (type.bits + 7) / 8;
  }

  /// Arguments that lead to as much memory as the next one says.
  void checkCall(const Node &call) {
    for (const HelperRow &row : helpers()) {
      if (row.id != call.helper->id)
        continue;
      for (size_t i = 0;
           i + 1 < call.children.size() && i + 1 < row.argumentCount; ++i)
        if (row.arguments[i] == ArgumentKind::Memory &&
            row.arguments[i + 1] == ArgumentKind::Size &&
            isLiteral(call.children[i + 1]))
          checkUse(call, i, 0, call.children[i + 1]->integer);
    }
  }

  bool checkUse(const Node &node, size_t pointer, int64_t offset,
                uint64_t bytes) {
    std::optional<Place> place = placeOf(*node.children[pointer]);
    if (!place || bytes == 0)
      return true;
    int64_t first = place->offset + offset;
    int64_t end = first + int64_t(bytes);
    if (first >= 0 && end <= int64_t(place->bytes))
      return true;
    a_.diagnostics.report(node.span, Kind::OutsideMemory,
                          {std::to_string(first), std::to_string(end - 1),
                           std::to_string(place->bytes)});
    return false;
  }

  Analyzer &a_;
  llvm::DenseMap<const Variable *, Setting> settings_;
};

} // namespace

void checkBounds(Analyzer &a) {
  auto check = [&](const Code &code) {
    if (code.body)
      BoundsWalk(a, *code.body).visit(*code.body);
  };
  for (const Program &program : a.result.programs)
    check(program);
  for (const auto &function : a.result.subprograms)
    check(*function);
}

} // namespace whistler::compiler
