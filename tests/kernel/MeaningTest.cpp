// What programs mean: every row of tests/kernel/meaning is a program that is
// run on the row's inputs, in every mode, and its value compared. Rows of one
// file share one object, so that hundreds of them cost one compilation; what
// does not compile or load is cut in halves until the row is found.

#include "KernelTest.h"
#include "MeaningTable.h"

using namespace whistler;
using namespace whistler::test;

namespace {

const char *const kTables[] = {
    "arithmetic", "bits",   "comparison", "types",     "unions", "callbacks",
    "control",    "loops",  "places",     "maps",      "memory", "packets",
    "mistakes",   "macros", "reads",      "functions", "mixed",
};

struct MeaningParameter {
  std::string table;
  Mode mode;
};

/// GoogleTest shows a table and a mode.
void PrintTo(const MeaningParameter &parameter, std::ostream *os) {
  *os << parameter.table << ", " << parameter.mode.name();
}

using Rows = std::vector<const MeaningRow *>;

/// The rows of one table in one mode and position.
class RowRunner {
public:
  RowRunner(const std::string &name, const MeaningTable &table,
            const Mode &mode, Position position)
      : name_(name), table_(table), mode_(mode), position_(position) {}

  void run(const Rows &rows) {
    if (rows.empty())
      return;
    std::string refusal;
    if (auto object = load(rows, refusal)) {
      for (const MeaningRow *row : rows)
        for (const MeaningCase &input : row->cases)
          check(*object, *row, input);
      return;
    }
    if (rows.size() == 1) {
      ADD_FAILURE() << place(*rows[0]) << "\n" << refusal;
      return;
    }
    auto middle = rows.begin() + long(rows.size() / 2);
    run(Rows(rows.begin(), middle));
    run(Rows(middle, rows.end()));
  }

private:
  std::string place(const MeaningRow &row) const {
    return "tests/kernel/meaning/" + name_ +
           ".rows:" + std::to_string(row.line) + ": " + row.expression +
           "\n  as the " +
           (position_ == Position::Last ? "last form" : "value of a setf") +
           ", " + mode_.name();
  }

  std::unique_ptr<backend::LoadedObject> load(const Rows &rows,
                                              std::string &refusal) {
    static btf::BtfCache cache;
    compiler::Compiler compiler(cache);
    auto compiled = compiler.compile(table_.source(rows, position_),
                                     name_ + ".lisp", mode_.options());
    if (!compiled) {
      refusal = take(compiled.takeError());
      return nullptr;
    }
    if (!compiled->ok()) {
      refusal = messages(*compiled);
      return nullptr;
    }
    auto loaded = backend::LoadedObject::load(compiled->object);
    if (loaded)
      return std::move(*loaded);
    refusal = take(loaded.takeError());
    if (rows.size() == 1)
      refusal += "\n" + refusals(compiled->object);
    return nullptr;
  }

  void check(backend::LoadedObject &object, const MeaningRow &row,
             const MeaningCase &input) {
    setInputs(object, input);
    setArrayValue(object, "results", 0, 0xbadc0de0badc0de0);
    backend::LoadedObject::RunOptions options;
    options.data = table_.packet;
    auto result = object.run("row" + std::to_string(row.line), options);
    if (!result) {
      ADD_FAILURE() << place(row) << "\n" << take(result.takeError());
      return;
    }
    bool isLast = position_ == Position::Last;
    uint64_t actual = isLast ? result->value : arrayValue(object, "results", 0);
    uint64_t expected = isLast ? uint32_t(input.expected) : input.expected;
    if (actual != expected)
      ADD_FAILURE() << place(row) << "\n  with a " << int64_t(input.a) << ", b "
                    << int64_t(input.b) << ": " << int64_t(actual) << " (0x"
                    << std::hex << actual << "), wanted " << std::dec
                    << int64_t(expected) << " (0x" << std::hex << expected
                    << ")";
  }

  void setInputs(backend::LoadedObject &object, const MeaningCase &input) {
    uint64_t words[3] = {input.a, input.b, ++fresh_};
    std::vector<uint8_t> value(sizeof words), key(4, 0);
    std::memcpy(value.data(), words, sizeof words);
    if (auto error = object.update("inputs", key, value))
      ADD_FAILURE() << take(std::move(error));
  }

  const std::string &name_;
  const MeaningTable &table_;
  const Mode &mode_;
  Position position_;
  uint64_t fresh_ = 1000; ///< `k`: a number that no other run has
};

MeaningTable readTable(const std::string &name) {
  return parseMeaningTable(
      readSource("tests/kernel/meaning/" + name + ".rows"));
}

std::string identifier(std::string text) {
  for (char &c : text)
    if (!isalnum(static_cast<unsigned char>(c)))
      c = '_';
  return text;
}

using Meaning = KernelTestOf<MeaningParameter>;

TEST_P(Meaning, IsRight) {
  const MeaningParameter &parameter = GetParam();
  MeaningTable table = readTable(parameter.table);
  ASSERT_EQ(table.error, "") << parameter.table << ".rows";
  Rows asValue, asLast;
  for (const MeaningRow &row : table.rows) {
    if (row.asValue)
      asValue.push_back(&row);
    if (row.asLast)
      asLast.push_back(&row);
  }
  RowRunner(parameter.table, table, parameter.mode, Position::Value)
      .run(asValue);
  RowRunner(parameter.table, table, parameter.mode, Position::Last).run(asLast);
}

std::vector<MeaningParameter> parameters() {
  std::vector<MeaningParameter> result;
  for (const char *table : kTables)
    for (const Mode &mode : relocatableModes())
      result.push_back({table, mode});
  return result;
}

INSTANTIATE_TEST_SUITE_P(Tables, Meaning, ::testing::ValuesIn(parameters()),
                         [](const auto &info) {
                           return identifier(info.param.table + " " +
                                             info.param.mode.name());
                         });

TEST(MeaningTables, AreHundredsOfPrograms) {
  size_t count = 0;
  for (const char *name : kTables)
    count += readTable(name).rows.size();
  EXPECT_GE(count, 300u);
  std::cout << "kernel: " << count << " programs are run by value\n";
}

} // namespace
