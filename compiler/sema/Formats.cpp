// Text with values: trace-printk, snprintf and seq-printf. The format goes into
// .rodata. What does not fit the registers of a call goes through an array of
// u64 on the stack, and trace-printk then becomes the helper that takes one
// (bpf_trace_vprintk, kernel 5.16).

#include "Analyzer.h"

#include <llvm/ADT/StringExtras.h>

namespace whistler::compiler {

namespace {

/// Takes flags, width and conversion off the front of `rest`, which begins
/// behind a `%`. False for one that the kernel refuses (bpf_bprintf_prepare in
/// kernel/bpf/helpers.c: the helper then gives -EINVAL and prints nothing).
bool takeDirective(llvm::StringRef &rest) {
  rest = rest.ltrim("0+- ");
  rest = rest.drop_while(llvm::isDigit);
  for (llvm::StringRef text :
       {"pks", "pus", "pi4", "pI4", "pi6", "pI6", "pK", "px", "ps", "pS", "pB"})
    if (rest.consume_front(text))
      return true;
  if (rest.consume_front("p") || rest.consume_front("s")) {
    bool endsHere = rest.empty() || !llvm::isAlnum(rest.front());
    rest = rest.drop_front(endsHere ? 0 : 1);
    return endsHere;
  }
  if (rest.consume_front("c"))
    return true;
  (void)(rest.consume_front("ll") || rest.consume_front("l"));
  bool isKnown = !rest.empty() && llvm::StringRef("diuxX").contains(rest[0]);
  rest = rest.drop_front(rest.empty() ? 0 : 1);
  return isKnown;
}

/// The number of directives of a format; nothing after one that is no
/// directive of the kernel, which is reported.
std::optional<size_t> countDirectives(Analyzer &a, const Form *format) {
  constexpr const char *kKnown =
      "`%d %i %u %x %X`, also with `l` or `ll`, `%c %s %pks %pus %p` and "
      "`%pK %px %ps %pS %pB %pi4 %pI4 %pi6 %pI6`";
  llvm::StringRef text = format->text();
  size_t count = 0;
  for (llvm::StringRef rest = text; !rest.empty();) {
    if (!rest.consume_front("%")) {
      rest = rest.drop_front();
      continue;
    }
    if (rest.consume_front("%"))
      continue;
    llvm::StringRef begin = rest;
    if (!takeDirective(rest)) {
      llvm::StringRef seen = begin.drop_back(rest.size());
      a.report(format, Kind::UnknownDirective, {"%" + seen.str(), kKnown});
      return std::nullopt;
    }
    ++count;
  }
  return count;
}

/// The format, if it agrees with its arguments; null when that is reported.
const Form *checkFormat(Analyzer &a, const Form *form, Forms values) {
  const Form *format = textOf(a, form);
  if (format == nullptr) {
    a.report(form, Kind::FormatNotString, {toString(form)});
    return nullptr;
  }
  std::optional<size_t> wanted = countDirectives(a, format);
  if (wanted == values.size())
    return format;
  if (wanted)
    a.report(form, Kind::FormatArguments,
             {std::to_string(*wanted), std::to_string(values.size())});
  return nullptr;
}

/// The values in an array on the stack; its address is a variable.
Variable *packValues(Analyzer &a, Forms values, std::vector<NodePtr> &sequence,
                     SourceSpan span) {
  NodePtr array =
      makeNode(NodeKind::StackObject, pointerType(Space::Stack), span);
  array->integer = 8 * values.size();
  Variable *at = a.once(std::move(array), sequence);
  for (size_t i = 0; i < values.size(); ++i) {
    NodePtr value = a.expression(values[i]);
    if (isError(value))
      return nullptr;
    sequence.push_back(makeStore(makeRef(at, span), 8 * i, std::move(value),
                                 integerType(), span));
  }
  return at;
}

/// The call `helper(arguments…, array, its size)`.
NodePtr callPacked(Analyzer &a, const Form *form, const char *helper,
                   std::vector<NodePtr> arguments, Forms values) {
  std::vector<NodePtr> sequence;
  Variable *array = nullptr;
  if (!values.empty()) {
    array = packValues(a, values, sequence, form->span);
    if (array == nullptr)
      return makeError(form->span);
  }
  arguments.push_back(array ? makeRef(array, form->span)
                            : makeInteger(0, form->span));
  arguments.push_back(makeInteger(8 * values.size(), form->span));
  NodePtr call = callHelper(a, form, helper, std::move(arguments));
  if (isError(call))
    return call;
  sequence.push_back(std::move(call));
  return makeSequence(std::move(sequence), form->span);
}

} // namespace

NodePtr analyzeTracePrintk(Analyzer &a, const Call &call) {
  Forms values = call.args.drop_front();
  const Form *format = checkFormat(a, call.args[0], values);
  if (format == nullptr)
    return makeError(call.form->span);
  std::vector<NodePtr> arguments;
  arguments.push_back(a.expression(format));
  arguments.push_back(makeInteger(format->text().size() + 1, format->span));
  if (values.size() > 3)
    return callPacked(a, call.form, "trace_vprintk", std::move(arguments),
                      values);
  for (const Form *form : values) {
    arguments.push_back(a.expression(form));
    if (isError(arguments.back()))
      return makeError(call.form->span);
  }
  return callHelper(a, call.form, "trace_printk", std::move(arguments));
}

NodePtr analyzeSeqPrintf(Analyzer &a, const Call &call) {
  // `(seq-printf seq fmt size data bytes)` with memory as data is the plain
  // helper.
  const Form *format = call.args[1];
  if (call.args.size() == 5) {
    NodePtr data = a.expression(call.args[3]);
    if (isError(data))
      return data;
    if (data->type.isPointer && isProgramSpace(data->type.space))
      return callHelperByName(a, call.form, *findHelper("seq_printf"),
                              call.args);
  }
  Forms values = call.args.drop_front(2);
  if (!checkFormat(a, format, values))
    return makeError(call.form->span);
  std::vector<NodePtr> arguments;
  arguments.push_back(a.expression(call.args[0]));
  arguments.push_back(a.expression(format));
  arguments.push_back(makeInteger(format->text().size() + 1, format->span));
  if (isError(arguments[0]))
    return makeError(call.form->span);
  return callPacked(a, call.form, "seq_printf", std::move(arguments), values);
}

NodePtr analyzeSnprintf(Analyzer &a, const Call &call) {
  // `(snprintf dst size fmt data bytes)` with memory as data is the plain
  // helper; without, the values themselves follow the format.
  if (call.args.size() == 5) {
    NodePtr data = a.expression(call.args[3]);
    if (isError(data))
      return data;
    if (data->type.isPointer && isProgramSpace(data->type.space))
      return callHelperByName(a, call.form, *findHelper("snprintf"), call.args);
  }
  Forms values = call.args.drop_front(3);
  if (checkFormat(a, call.args[2], values) == nullptr)
    return makeError(call.form->span);
  std::vector<NodePtr> arguments;
  arguments.push_back(a.pointer(call.args[0]));
  arguments.push_back(a.expression(call.args[1]));
  arguments.push_back(a.expression(call.args[2]));
  for (const NodePtr &argument : arguments)
    if (isError(argument))
      return makeError(call.form->span);
  return callPacked(a, call.form, "snprintf", std::move(arguments), values);
}

} // namespace whistler::compiler
