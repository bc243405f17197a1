// deftracepoint: accessors for the context of a tracepoint.
//
// The kernel's BTF describes most events as struct trace_event_raw_<event>:
// such fields are relocated when the program is loaded. Events that share a
// class, and system calls, have no struct of their own: for these the tracing
// file system's format file says where the fields are, on this kernel.
//
// A string of variable length is a `__data_loc` word in the record: offset and
// length of bytes further on. Its accessor gives the address of the bytes, for
// `kernel-str` and its like, and `tp-f-len` their number.

#include "Analyzer.h"

namespace whistler::compiler {

namespace {

constexpr llvm::StringLiteral kDataLoc = "__data_loc_";
constexpr llvm::StringLiteral kRelLoc = "__rel_loc_";

/// `char comm[16]`, `__data_loc char[] filename`, `const char * name`.
struct Declaration {
  std::string name;
  uint64_t count = 0; ///< of an array
  bool isPointer = false;
};

Declaration parseDeclaration(llvm::StringRef text) {
  Declaration declaration;
  declaration.isPointer = text.contains('*');
  llvm::StringRef prefix;
  if (text.consume_front("__data_loc "))
    prefix = kDataLoc;
  else if (text.consume_front("__rel_loc "))
    prefix = kRelLoc;
  llvm::StringRef name = text.rtrim();
  if (name.consume_back("]")) {
    auto [before, count] = name.rsplit('[');
    count.getAsInteger(10, declaration.count);
    name = before;
  }
  size_t start = name.find_last_of(" *");
  name = start == llvm::StringRef::npos ? name : name.substr(start + 1);
  declaration.name = (prefix + name).str();
  return declaration;
}

/// The number after `key` in a line of a format file.
std::optional<uint64_t> numberAfter(llvm::StringRef line, llvm::StringRef key) {
  size_t at = line.find(key);
  uint64_t number = 0;
  if (at == llvm::StringRef::npos ||
      line.substr(at + key.size()).consumeInteger(10, number))
    return std::nullopt;
  return number;
}

std::optional<FieldInfo> parseField(llvm::StringRef line) {
  line = line.trim();
  std::optional<uint64_t> offset = numberAfter(line, "offset:");
  std::optional<uint64_t> size = numberAfter(line, "size:");
  std::optional<uint64_t> isSigned = numberAfter(line, "signed:");
  if (!line.consume_front("field:") || !offset || !size || *size == 0)
    return std::nullopt;
  Declaration declaration = parseDeclaration(line.split(';').first);
  FieldInfo field;
  field.name = declaration.name;
  field.bitOffset = *offset * 8;
  MemoryType element;
  bool isArray = declaration.count != 0 && *size % declaration.count == 0;
  element.bytes = isArray ? *size / declaration.count : *size;
  element.isSigned = isSigned.value_or(0) != 0 && !declaration.isPointer;
  bool isScalar = element.bytes == 1 || element.bytes == 2 ||
                  element.bytes == 4 || element.bytes == 8;
  if (!isScalar) { // some struct: bytes
    isArray = true;
    declaration.count = element.bytes;
    element = MemoryType();
    element.bytes = 1;
  }
  field.type = element;
  if (isArray) {
    field.type.kind = MemoryType::Kind::Array;
    field.type.bytes = *size;
    field.type.count = declaration.count;
    field.type.element = std::make_shared<const MemoryType>(element);
  }
  return field;
}

/// The record that a format file describes.
const StructInfo *recordFromFormat(Analyzer &a, llvm::StringRef event,
                                   llvm::StringRef format) {
  auto record = std::make_unique<StructInfo>();
  record->name = ("tracepoint " + event).str(); // no name of a source
  llvm::SmallVector<llvm::StringRef, 32> lines;
  format.split(lines, '\n');
  for (llvm::StringRef line : lines)
    if (std::optional<FieldInfo> field = parseField(line))
      if (!llvm::StringRef(field->name).starts_with("common_"))
        record->fields.push_back(std::move(*field));
  return record->fields.empty() ? nullptr : a.addStruct(std::move(record));
}

/// The events of the kernel, all as if of this category, which BTF leaves out.
std::vector<std::string> eventsInBtf(Analyzer &a, const Form *name,
                                     llvm::StringRef category) {
  std::vector<std::string> events;
  if (const btf::Btf *types = a.btf(name))
    types->forEachAggregateName([&](llvm::StringRef record) {
      if (record.consume_front("trace_event_raw_"))
        events.push_back((category + "/" + record).str());
    });
  return events;
}

/// With what is missing, so that one knows what to do about it.
void reportUnknown(Analyzer &a, const Form *name, llvm::StringRef category,
                   const TracepointFormat &format) {
  std::string text = toString(name);
  Diagnostic &error = a.report(name, Kind::UnknownTracepoint,
                               {text, didYouMean(text, format.others)});
  SourceSpan span = Analyzer::placeOf(name);
  if (format.lack == TracepointFormat::Lack::FileSystem)
    DiagnosticEngine::note(error, span, Kind::NoTracefs, {format.where});
  else if (format.lack == TracepointFormat::Lack::Category)
    DiagnosticEngine::note(
        error, span, Kind::NoTracepointCategory,
        {format.where, category.str(),
         category == "syscalls"
             ? ": this kernel is built without CONFIG_FTRACE_SYSCALLS"
             : ""});
}

const StructInfo *findRecord(Analyzer &a, const Form *name) {
  std::string path = cName(name);
  auto [category, event] = llvm::StringRef(path).split('/');
  if (const StructInfo *record =
          a.findKernelStruct(("trace_event_raw_" + event).str(), name))
    return record;
  TracepointFormat format;
  if (a.inputs.readTracepoint && !event.empty())
    format = a.inputs.readTracepoint(category, event);
  if (!format.text.empty())
    if (const StructInfo *record = recordFromFormat(a, event, format.text))
      return record;
  if (format.others.empty()) // no tracing file system: events that BTF knows
    format.others = eventsInBtf(a, name, category);
  if (!a.worldError)
    reportUnknown(a, name, category, format);
  return nullptr;
}

/// The field's name as programs write it, without the mark of its kind.
llvm::StringRef plainName(llvm::StringRef name) {
  name.consume_front(kDataLoc) || name.consume_front(kRelLoc);
  return name;
}

void addField(Analyzer &a, const StructInfo &record, const FieldInfo &field) {
  std::string name = ("tp_" + plainName(field.name)).str();
  bool isText = plainName(field.name) != field.name;
  a.addAccessor(name, {isText ? Accessor::Kind::TracepointData
                              : Accessor::Kind::Tracepoint,
                       &record, &field});
  a.addAccessor(name + "_ptr", {isText ? Accessor::Kind::TracepointData
                                       : Accessor::Kind::TracepointPointer,
                                &record, &field});
  if (isText)
    a.addAccessor(name + "_len",
                  {Accessor::Kind::TracepointLength, &record, &field});
}

void addNamedField(Analyzer &a, const StructInfo &record, const Form *name) {
  std::string wanted = name->isSymbol() ? cName(name) : "";
  for (const FieldInfo &field : record.fields)
    if (wanted == field.name || wanted == plainName(field.name)) {
      addField(a, record, field);
      return;
    }
  std::vector<std::string> names;
  for (const FieldInfo &field : record.fields)
    names.push_back(lispName(plainName(field.name)));
  std::string text = toString(name);
  a.report(name, Kind::UnknownField,
           {lispName(record.name), text, didYouMean(text, names)});
  if (name->isSymbol())
    a.brokenNames.insert(a.forms.intern(("TP-" + name->symbol->name).str()));
}

NodePtr contextOf(const StructInfo &record, SourceSpan span) {
  return makeNode(NodeKind::ContextPointer,
                  pointerType(Space::Context, record.name), span);
}

/// A scalar of the record, by identity when the kernel describes it.
NodePtr loadField(const StructInfo &record, const FieldInfo &field,
                  SourceSpan span) {
  bool isRelocated = record.isKernel;
  NodePtr node =
      makeNode(isRelocated ? NodeKind::ContextLoad : NodeKind::ContextLoadAt,
               valueTypeOf(field.type), span);
  if (isRelocated)
    node->field = makeField(record, field);
  else
    node->integer = field.bitOffset / 8;
  return node;
}

/// Where the record's field is, as an address for reads: the context is
/// memory of the kernel, and the verifier wants loads from it at constant
/// offsets only.
NodePtr addressOf(Analyzer &a, const Form *form, const StructInfo &record,
                  const FieldInfo &field) {
  return kernelAddress(a, form, contextOf(record, form->span), record, field);
}

NodePtr dataAddress(const StructInfo &record, const FieldInfo &field,
                    SourceSpan span) {
  NodePtr offset = makeBinary(Op::And, loadField(record, field, span),
                              makeInteger(0xffff, span), integerType(), span);
  if (llvm::StringRef(field.name).starts_with(kRelLoc))
    offset = makeBinary(Op::Add, std::move(offset),
                        makeInteger(field.bitOffset / 8 + 4, span),
                        integerType(), span);
  ValueType type = pointerType(Space::Kernel);
  type.elementBits = 8;
  return makeOffset(contextOf(record, span), std::move(offset), type, span);
}

} // namespace

NodePtr tracepointField(Analyzer &a, const Form *form, Forms args,
                        const Accessor &accessor) {
  const StructInfo &record = *accessor.record;
  const FieldInfo &field = *accessor.field;
  SourceSpan span = form->span;
  bool isElement = accessor.kind == Accessor::Kind::Tracepoint &&
                   field.type.kind == MemoryType::Kind::Array;
  if (args.size() > (isElement ? 1 : 0))
    return a.fail(form, Kind::WrongArgumentCount,
                  {toString(form->cons.car), isElement ? "0 to 1" : "0",
                   std::to_string(args.size())});
  if (accessor.kind == Accessor::Kind::TracepointData)
    return dataAddress(record, field, span);
  if (accessor.kind == Accessor::Kind::TracepointLength)
    return makeBinary(Op::ShiftRightU, loadField(record, field, span),
                      makeInteger(16, span), integerType(), span);
  if (field.bitSize && accessor.kind == Accessor::Kind::TracepointPointer)
    return a.fail(form, Kind::BitfieldAddress, {lispName(field.name)});
  if (args.size() == 1) {
    NodePtr context = contextOf(record, span);
    context->type.space = Space::Kernel; // read as the kernel's memory
    NodePtr index = a.expression(args[0]);
    return isError(index) ? std::move(index)
                          : readField(a, form, std::move(context), record,
                                      field, std::move(index));
  }
  if (field.type.isScalar() && accessor.kind == Accessor::Kind::Tracepoint)
    return loadField(record, field, span);
  return addressOf(a, form, record, field);
}

void declareTracepoint(Analyzer &a, const Form *form, Forms args) {
  if (!beginsWithName(a, form, args))
    return;
  const StructInfo *record = findRecord(a, args[0]);
  for (const Form *name : args.drop_front()) {
    if (record)
      addNamedField(a, *record, name);
    else if (name->isSymbol()) // not worth a message at each use
      a.brokenNames.insert(a.forms.intern(("TP-" + name->symbol->name).str()));
  }
  if (record == nullptr || args.size() > 1)
    return;
  for (const FieldInfo &field : record->fields)
    if (field.name != "ent" && field.name != "__data")
      addField(a, *record, field);
}

} // namespace whistler::compiler
