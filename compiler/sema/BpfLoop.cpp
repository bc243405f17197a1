// (bpf-loop (i n) body…): more rounds than the verifier would follow one by
// one. The body becomes a callback of the helper bpf_loop.
//
// The callback runs in a stack frame of its own. Variables of the code around
// it that it uses live in that code's frame for callbacks, an array of 8-byte
// slots whose address the helper passes on; so what the body stores is there
// afterwards. A callback inside a callback reaches further out through the
// frame that the middle one was given.
//
// `break` gives 1, which ends the loop, `continue` 0. A `return` puts its value
// and a flag into the outermost frame, and each loop on the way out tests the
// flag. Records that are open around the loop are discarded out there: a
// callback may not release what it did not reserve.

#include "Analyzer.h"

namespace whistler::compiler {

void capture(Analyzer &a, FunctionState &owner, Variable *variable) {
  if (variable->frameSlot == 0) {
    uint32_t &slots = owner.code->frameSlots;
    slots = std::max(slots, Code::kFirstVariableSlot);
    variable->frameSlot = slots++;
  }
  // The present callback, and how far its frames lead to the owner's.
  unsigned hops = 0;
  for (FunctionState *state = a.function->outer; state != &owner;
       state = state->outer) {
    state->code->keepsOuterFrame = true;
    ++hops;
  }
  std::vector<Capture> &captures = a.function->callback->captures;
  for (const Capture &known : captures)
    if (known.variable == variable)
      return;
  captures.push_back({variable, hops});
}

namespace {

/// A variable of the outermost code, whoever asks.
Variable *leaveVariable(Analyzer &a, FunctionState &root, const char *name,
                        SourceSpan span) {
  FunctionState *here = a.function;
  a.function = &root;
  Variable *variable = a.temporary(integerType(), span);
  variable->name = name;
  a.function = here;
  return variable;
}

/// How a callback says whether it goes on.
NodePtr endRound(bool stops, SourceSpan span) {
  NodePtr node = makeNode(NodeKind::Return, integerType(), span);
  node->children.push_back(makeInteger(stops, span));
  return node;
}

} // namespace

NodePtr leaveRound(Analyzer &a, bool stops, SourceSpan span) {
  std::vector<NodePtr> sequence;
  discardRecords(a, sequence, 0, span);
  sequence.push_back(endRound(stops, span));
  return makeSequence(std::move(sequence), span);
}

NodePtr leaveCallback(Analyzer &a, NodePtr value, SourceSpan span) {
  FunctionState &root = a.function->outermost();
  if (!root.leaveFlag) {
    root.leaveFlag = leaveVariable(a, root, "leave", span);
    root.leaveValue = leaveVariable(a, root, "result", span);
  }
  a.function->returns = true;
  capture(a, root, root.leaveFlag);
  capture(a, root, root.leaveValue);
  std::vector<NodePtr> sequence;
  sequence.push_back(setVariable(a, root.leaveValue, std::move(value), span));
  sequence.push_back(makeAssign(root.leaveFlag, makeInteger(1, span), span));
  sequence.push_back(leaveRound(a, true, span));
  return makeSequence(std::move(sequence), span);
}

namespace {

/// After a loop whose body may `return`: on the way out.
NodePtr passReturnOn(Analyzer &a, SourceSpan span) {
  FunctionState &root = a.function->outermost();
  std::vector<NodePtr> sequence;
  if (a.function != &root) {
    capture(a, root, root.leaveFlag);
    a.function->returns = true;
  }
  discardRecords(a, sequence, 0, span);
  if (a.function == &root) {
    NodePtr leave = makeNode(NodeKind::Return, integerType(), span);
    leave->children.push_back(makeRef(root.leaveValue, span));
    sequence.push_back(std::move(leave));
  } else {
    sequence.push_back(endRound(true, span));
  }
  return makeIf(makeRef(root.leaveFlag, span),
                makeSequence(std::move(sequence), span), nullptr, span);
}

/// The kernel's BPF_MAX_LOOPS.
constexpr uint64_t kMostRounds = 1 << 23;

std::unique_ptr<Subprogram> newCallback(const Call &call) {
  auto callback = std::make_unique<Subprogram>();
  callback->span = call.form->span;
  callback->isCallback = callback->isCalledBack = true;
  callback->result = integerType();
  return callback;
}

/// A reference to the finished callback; inner ones have theirs already.
NodePtr addCallback(Analyzer &a, std::unique_ptr<Subprogram> callback) {
  NodePtr node = makeNode(NodeKind::CallbackRef, pointerType(Space::Global),
                          callback->span);
  node->index = uint32_t(a.result.subprograms.size());
  callback->name = a.function->outermost().code->name + "__loop" +
                   std::to_string(node->index + 1);
  a.result.subprograms.push_back(std::move(callback));
  return node;
}

/// Analyzes the body into `callback`; true when it may `return`.
bool callbackBody(Analyzer &a, const Call &call, const Form *name,
                  Subprogram &callback) {
  FunctionState &outer = *a.function;
  FunctionState state;
  state.code = state.callback = &callback;
  state.type = outer.type;
  state.section = outer.section;
  state.outer = &outer;
  state.tested = outer.tested;
  state.nonNull = outer.nonNull;
  a.function = &state;
  Variable *index = a.declare(name->symbol, integerType(), name->span);
  callback.parameters.push_back(index);
  std::vector<NodePtr> body = a.expressions(call.args.drop_front());
  body.push_back(makeInteger(0, call.form->span));
  callback.body = makeSequence(std::move(body), call.form->span);
  a.function = &outer;
  outer.tested.insert(state.tested.begin(), state.tested.end());
  outer.callDepth = std::max(outer.callDepth, state.callDepth + 1);
  outer.usesTarget |= state.usesTarget;
  if (!outer.kernelRead)
    outer.kernelRead = state.kernelRead;
  return state.returns;
}

} // namespace

NodePtr analyzeBpfLoop(Analyzer &a, const Call &call) {
  SourceSpan span = call.form->span;
  llvm::SmallVector<const Form *, 4> header = items(call.args[0]);
  if (!call.args[0]->isCons() || header.size() != 2 || !header[0]->isSymbol() ||
      header[0]->isKeyword())
    return a.fail(call.args[0], Kind::MalformedBpfLoopHeader,
                  {toString(call.args[0])});
  std::vector<NodePtr> sequence, arguments;
  NodePtr rounds = a.expression(header[1]);
  if (isLiteral(rounds) && rounds->integer > kMostRounds)
    rounds = a.fail(header[1], Kind::TooManyRounds,
                    {toString(header[1]), std::to_string(kMostRounds)});
  std::unique_ptr<Subprogram> callback = newCallback(call);
  Code &code = *a.function->code;
  code.frameSlots = std::max(code.frameSlots, Code::kFirstVariableSlot);
  bool returns = callbackBody(a, call, header[0], *callback);
  if (isError(rounds))
    return rounds;
  // Verifiers that know a count of 0 remove the callback and not what takes its
  // address: "No program to jit". A test that they know, too, goes with it.
  bool isKnown = isLiteral(rounds) && rounds->integer != 0;
  Variable *count = isKnown ? nullptr : a.once(std::move(rounds), sequence);
  arguments.push_back(isKnown ? std::move(rounds) : makeRef(count, span));
  arguments.push_back(addCallback(a, std::move(callback)));
  arguments.push_back(
      makeNode(NodeKind::FrameRef, pointerType(Space::Stack), span));
  arguments.push_back(makeInteger(0, span));
  NodePtr loop = callHelper(a, call.form, "loop", std::move(arguments));
  if (count)
    loop = makeIf(makeRef(count, span), std::move(loop), makeInteger(0, span),
                  span);
  if (!returns) {
    sequence.push_back(std::move(loop));
    return makeSequence(std::move(sequence), span);
  }
  Variable *done = a.once(std::move(loop), sequence);
  sequence.push_back(passReturnOn(a, span));
  sequence.push_back(makeRef(done, span));
  return makeSequence(std::move(sequence), span);
}

} // namespace whistler::compiler
