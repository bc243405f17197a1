// Random programs with a known meaning: what they declare around the statements
// of RandomStatements.cpp, their text, and their run without the kernel.

#include "RandomMeaning.h"
#include "RandomStatements.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace whistler::test {

namespace {

constexpr unsigned kVariables = kInputs;

const uint64_t kInteresting[] = {
    0,          1,          128,         255,        0x8000,           12345,
    0x80000000, 0xffffffff, 0x1ffffffff, 1ull << 63, (1ull << 63) - 1, ~0ull,
    ~0ull << 31};

class Generator : StatementGenerator {
public:
  Generator(uint64_t seed, unsigned index) : StatementGenerator(seed, index) {}

  RandomMeaning program();

private:
  void makeStruct();
  void makeGlobals(RandomMeaning &program);
  void makeFunction();
  Statement variables(RandomMeaning &program);
  Statement storeResults();
  Statement lastValue();

  unsigned firstVariable_ = 0;
};

void Generator::makeStruct() {
  struct_.name = "st" + std::to_string(index_);
  unsigned align = 1;
  for (unsigned left = 3 + below(4); left > 0; --left) {
    const ScalarType &type = scalarType();
    unsigned count = oneIn(4) && type.bits < 64 ? 2u << below(2) : 0;
    unsigned offset = (struct_.bytes + type.bytes() - 1) & -type.bytes();
    struct_.fields.push_back({fresh("f"), &type, count, offset, struct_.cells});
    struct_.bytes = offset + type.bytes() * std::max(count, 1u);
    struct_.cells += std::max(count, 1u);
    align = std::max(align, type.bytes());
  }
  struct_.bytes = (struct_.bytes + align - 1) & -align;
}

void Generator::makeGlobals(RandomMeaning &program) {
  for (unsigned left = 1 + below(2); left > 0; --left) {
    const ScalarType &type = scalarType();
    std::string name =
        "g" + std::to_string(index_) + "-" + std::to_string(left);
    uint64_t value = below(2);
    program.globals += "(defglobal " + name + " " + type.name + " " +
                       std::to_string(value) + ")\n";
    unsigned cell = newCells();
    declare(name, type, "", cell);
    program.cells.resize(cells_);
    program.cells[cell] = value;
  }
}

/// Functions see globals and their parameters alone.
void Generator::makeFunction() {
  Scope outside = scope();
  auto function = std::make_shared<RandomFunction>();
  function->name =
      "fn" + std::to_string(index_) + "-" + std::to_string(functions_.size());
  function->result = &scalarType();
  std::string head;
  unsigned count = 2 + below(2);
  function->firstCell = newCells(count);
  for (unsigned i = 0; i < count; ++i) {
    std::string name = "p" + std::to_string(i);
    bool isPointer = i == 1 && oneIn(2);
    const ScalarType *type = isPointer ? nullptr : &scalarType();
    function->parameters.push_back(type);
    head += " (" + name + " " +
            (type ? type->name : "(ptr " + struct_.name + ")") + ")";
    if (type)
      declare(name, *type, "", function->firstCell + i);
    else
      declareObject(name, function->firstCell + i);
  }
  function->head = "((" + head.substr(2) + ") -> " + function->result->name;
  statements_ = kMostStatements - 3;
  // Loops call functions: the verifier goes through both.
  unsigned room = std::exchange(rounds_, 2);
  function->body = block(1);
  rounds_ = room;
  function->body.push_back(lastValue());
  statements_ = 0;
  leave(outside);
  functions_.push_back(function);
}

/// The whole of the program, around nothing yet: variables of the inputs.
Statement Generator::variables(RandomMeaning &program) {
  std::string bindings;
  std::vector<const ScalarType *> types;
  unsigned first = firstVariable_;
  for (unsigned i = 0; i < kVariables; ++i) {
    program.inputs.push_back(oneIn(3) ? random_() : oneOf(kInteresting));
    types.push_back(&scalarType());
    bindings +=
        " " + declare("v" + std::to_string(i), *types[i],
                      "(getmap inputs " + std::to_string(i) + ")", first + i);
  }
  auto run = [=, inputs = program.inputs](const Statement &self,
                                          Machine &machine) {
    for (unsigned i = 0; i < kVariables; ++i)
      machine.cells[first + i] = cut(*types[i], inputs[i]);
    return runAll(self.parts, machine);
  };
  return {"(let* (" + bindings.substr(1) + ")", ")", {}, false, run, true};
}

Statement Generator::storeResults() {
  std::string text = "(setf";
  for (unsigned i = 0; i < kVariables; ++i)
    text += " (getmap results " + std::to_string(i) + ") v" + std::to_string(i);
  auto run = [first = firstVariable_](const Statement &, Machine &machine) {
    for (unsigned i = 0; i < kVariables; ++i)
      machine.results.push_back(machine.cells[first + i]);
    return Flow::Next;
  };
  return {text + ")", "", {}, false, run};
}

/// A body's last form.
Statement Generator::lastValue() {
  Term value = term(2);
  auto run = [=](const Statement &, Machine &machine) {
    machine.result = value.value(machine);
    return Flow::Next;
  };
  return {value.text, "", {}, false, run, true};
}

RandomMeaning Generator::program() {
  RandomMeaning result;
  makeStruct();
  firstObject_ = newCells(struct_.cells * kObjects);
  for (unsigned i = 0; i < kObjects; ++i)
    result.objects.push_back(firstObject_ + i * struct_.cells);
  makeGlobals(result);
  for (unsigned left = below(3); left > 0; --left)
    makeFunction();
  firstVariable_ = newCells(kVariables);
  Statement whole = variables(result);
  for (unsigned left = 3 + below(4); left > 0; --left)
    whole.parts.push_back(statement(3));
  whole.parts.push_back(storeResults());
  whole.parts.push_back(lastValue());
  result.name = "meaning" + std::to_string(index_);
  result.body.push_back(std::move(whole));
  result.functions = functions_;
  result.layout = struct_;
  result.cells.resize(cells_);
  return result;
}

} // namespace

Flow runAll(const std::vector<Statement> &statements, Machine &machine) {
  for (const Statement &statement : statements) {
    if (statement.isDropped)
      continue;
    Flow flow = statement.run(statement, machine);
    if (flow != Flow::Next)
      return flow;
  }
  return Flow::Next;
}

std::string RandomStruct::definition() const {
  std::string text = "(defstruct " + name;
  for (const Field &field : fields) {
    std::string type = field.type->name;
    if (field.count != 0)
      type = "(array " + type + " " + std::to_string(field.count) + ")";
    text += " (" + field.name + " " + type + ")";
  }
  return text + ")\n";
}

std::vector<uint8_t> RandomStruct::image(const Machine &machine,
                                         uint64_t base) const {
  std::vector<uint8_t> result(bytes);
  for (const Field &field : fields)
    for (unsigned i = 0; i < std::max(field.count, 1u); ++i)
      std::memcpy(&result[field.offset + i * field.type->bytes()],
                  &machine.cells[base + field.cell + i], field.type->bytes());
  return result;
}

std::string RandomFunction::definition() const {
  return "(defsubprog " + name + " " + head + render(body) + ")\n";
}

std::string RandomMeaning::source() const {
  std::string text = layout.definition() + globals + "(defmap objects" +
                     name.substr(std::strlen("meaning")) +
                     " :type :array :key-type u32 :value-type " + layout.name +
                     " :max-entries " + std::to_string(kObjects) + ")\n";
  for (const auto &function : functions)
    text += function->definition();
  return text + "(defprog " + name + " (:type :tc)" + render(body) + ")\n";
}

Machine RandomMeaning::run() const {
  Machine machine;
  machine.cells = cells;
  runAll(body, machine);
  return machine;
}

std::string meaningPreamble() {
  return "(defmap inputs :type :array :key-type u32 :value-type u64\n"
         "  :max-entries " +
         std::to_string(kInputs) +
         ")\n"
         "(defmap results :type :array :key-type u32 :value-type u64\n"
         "  :max-entries " +
         std::to_string(kResults) +
         ")\n"
         "(defmap table :type :hash :key-type u64 :value-type u64\n"
         "  :max-entries 8192)\n"
         "(defmap events :type :ringbuf :max-entries 262144)\n";
}

RandomMeaning randomMeaning(uint64_t seed, unsigned index) {
  return Generator(seed, index).program();
}

} // namespace whistler::test
