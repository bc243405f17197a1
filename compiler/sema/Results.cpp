// What programs give. The kernel refuses a program whose result may be outside
// of what it permits the type.
//
// Where it permits a single number there is nothing to tell: the program gives
// that one, whatever its last form is, and a constant that says otherwise is
// worth a word. Where it permits several, a constant outside of them is a
// mistake, and so is what the verifier knows nothing about: the result of a
// helper, what a map or the kernel holds. Whether a variable or a sum fits is
// the verifier's to say.

#include "Analyzer.h"

namespace whistler::compiler {

namespace {

struct ResultRangeRow {
  const char *keyword, *section;
  uint32_t least, greatest;
};

constexpr ResultRangeRow kResultRanges[] = {
#define WHISTLER_RESULT_RANGE(KEYWORD, SECTION, LEAST, GREATEST)               \
  {KEYWORD, SECTION, LEAST, GREATEST},
#include "ResultRanges.def"
};

const ResultRangeRow *rangeOf(const Program &program) {
  llvm::StringRef section = program.section;
  section.consume_front("?");
  for (const ResultRangeRow &row : kResultRanges)
    if (llvm::StringRef(row.keyword) == program.type->keyword &&
        section.starts_with(row.section))
      return &row;
  return nullptr;
}

/// Values of which the verifier knows the width at most.
bool isUnknown(const Node &node) {
  switch (node.kind) {
  case NodeKind::Call:
  case NodeKind::Atomic:
  case NodeKind::KernelLoad:
  case NodeKind::KernelLoadAt:
  case NodeKind::UserLoad:
    return !node.type.isPointer && !node.type.isBool;
  case NodeKind::Load:
    // Of the stack and of constants the verifier knows the contents.
    return !node.type.isPointer && !node.type.isBool &&
           node.children[0]->type.space == Space::MapValue;
  default:
    return false;
  }
}

class ResultWalk {
public:
  ResultWalk(Analyzer &a, const ResultRangeRow &row) : a_(a), row_(row) {}

  /// Every `return` in `node`.
  void visitReturns(Node &node) {
    for (NodePtr &child : node.children)
      if (child)
        visitReturns(*child);
    if (node.kind == NodeKind::Return && !node.children.empty())
      settle(node.children[0]);
  }

  /// A result: every value that it may be.
  void settle(NodePtr &result) {
    if (isError(result) || neverReturns(*result))
      return;
    visitValue(*result);
    if (row_.least != row_.greatest)
      return;
    SourceSpan span = result->span;
    std::vector<NodePtr> sequence;
    sequence.push_back(std::move(result));
    sequence.push_back(makeInteger(row_.least, span));
    result = makeSequence(std::move(sequence), span);
  }

private:
  void visitValue(const Node &node) {
    switch (node.kind) {
    case NodeKind::Sequence:
      if (!node.children.empty())
        visitValue(*node.children.back());
      return;
    case NodeKind::If:
      for (size_t i = 1; i < node.children.size(); ++i)
        if (node.children[i])
          visitValue(*node.children[i]);
      return;
    case NodeKind::Integer:
      visitNumber(node);
      return;
    default:
      if (row_.least != row_.greatest && isUnknown(node))
        report(node.span, Kind::ResultUnknown, {});
      return;
    }
  }

  void visitNumber(const Node &node) {
    uint32_t number = uint32_t(node.integer);
    bool isSingle = row_.least == row_.greatest;
    // A skipped `when` is 0 where nobody wrote one.
    if (node.type.isError ||
        (number >= row_.least && number <= row_.greatest) ||
        (isSingle && number == 0))
      return;
    report(node.span, isSingle ? Kind::ResultIgnored : Kind::ResultNotPermitted,
           {std::to_string(int64_t(node.integer))});
  }

  void report(SourceSpan at, Kind kind, std::vector<std::string> arguments) {
    std::string permitted = std::to_string(row_.least);
    if (row_.least != row_.greatest)
      permitted += " to " + std::to_string(row_.greatest);
    arguments.insert(arguments.begin(),
                     {llvm::StringRef(row_.keyword).lower(), permitted});
    a_.diagnostics.report(at, kind, std::move(arguments));
  }

  Analyzer &a_;
  const ResultRangeRow &row_;
};

/// Results of programs that see packets: how they are called, the type that
/// gives them, the types in which they are taken for their own.
struct ResultNameRow {
  const char *prefix, *keyword, *strangers;
};

constexpr ResultNameRow kResultNames[] = {
    {"XDP_", "XDP",
     "TC SOCKET-FILTER CGROUP-SKB SK-SKB LWT-IN LWT-OUT LWT-XMIT"},
    {"TC_ACT_", "TC", "XDP SOCKET-FILTER CGROUP-SKB"},
};

} // namespace

void checkResultName(Analyzer &a, const Form *name) {
  if (a.function == nullptr || a.function->type == nullptr)
    return;
  llvm::StringRef type = a.function->type->keyword;
  for (const ResultNameRow &row : kResultNames)
    if (name->symbol->name.starts_with(row.prefix) &&
        hasWord(row.strangers, type))
      a.report(
          name, Kind::ForeignResult,
          {toString(name), llvm::StringRef(row.keyword).lower(), type.lower()});
}

void checkResults(Analyzer &a) {
  for (Program &program : a.result.programs) {
    const ResultRangeRow *row = rangeOf(program);
    if (row == nullptr || !program.body)
      continue;
    ResultWalk walk(a, *row);
    walk.visitReturns(*program.body);
    walk.settle(program.body);
  }
}

} // namespace whistler::compiler
