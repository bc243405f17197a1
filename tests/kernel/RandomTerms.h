#ifndef WHISTLER_TESTS_RANDOMTERMS_H
#define WHISTLER_TESTS_RANDOMTERMS_H

#include "RandomChoice.h"
#include "RandomProgram.h"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace whistler::test {

/// A program has as many variables, inputs for them, and results.
constexpr unsigned kInputs = 4;
/// Structs in a map of the program: a power of two.
constexpr unsigned kObjects = 2;

/// The memory of a program that is run without the kernel. Each variable, field
/// and element has a cell, which holds the value as it is read.
struct Machine {
  std::vector<uint64_t> cells;
  std::map<uint64_t, uint64_t> table;
  /// In the order of their reservation; empty when discarded.
  std::vector<std::vector<uint8_t>> records;
  uint64_t result = 0;
  std::vector<uint64_t> results; ///< none when the program is left early
};

struct ScalarType {
  const char *name;
  unsigned bits; ///< 1: bool
  bool isSigned;

  unsigned bytes() const { return bits < 8 ? 1 : bits / 8; }
};

/// What is read back from a place of `type` after `value` was stored there.
uint64_t cut(const ScalarType &type, uint64_t value);

enum class Sign { Literal, Signed, Unsigned };

/// An expression: its text, and what the language says about it.
struct Term {
  std::string text;
  Sign sign;
  std::function<uint64_t(Machine &)> value;
};

/// What can be set; `cell` finds it.
struct Place {
  std::string text;
  const ScalarType *type;
  std::function<uint64_t(Machine &)> cell;
};

/// A struct of scalars and arrays; an object of it has consecutive cells.
struct RandomStruct {
  struct Field {
    std::string name;
    const ScalarType *type;
    unsigned count, offset, cell; ///< count 0: not an array
  };
  std::string name;
  std::vector<Field> fields;
  unsigned bytes = 0, cells = 0;

  std::string definition() const;
  /// The object whose cells begin at `base`, as it lies in memory.
  std::vector<uint8_t> image(const Machine &machine, uint64_t base) const;
};

/// A function of the program. Its parameters have cells of their own.
struct RandomFunction {
  std::string name, head;
  std::vector<const ScalarType *> parameters; ///< null: a struct's address
  unsigned firstCell = 0;
  const ScalarType *result = nullptr;
  std::vector<Statement> body;

  std::string definition() const;
};

/// Runs until something leaves the sequence.
Flow runAll(const std::vector<Statement> &statements, Machine &machine);

/// Makes expressions whose values are known, of what is in scope.
class TermGenerator : protected RandomChoice {
protected:
  using RandomChoice::RandomChoice;

  /// A pointer to an object of the program's struct.
  struct Pointer {
    std::string name;
    unsigned cell; ///< holds the object's first cell
  };

  const ScalarType &scalarType();
  Term literal();
  /// Not a literal.
  Term term(unsigned depth);
  /// Perhaps a literal.
  Term operand(unsigned depth);
  Term key();
  Place place();
  unsigned newCells(unsigned count = 1) { return (cells_ += count) - count; }

  RandomStruct struct_;
  std::vector<Place> variables_; ///< settable
  std::vector<Term> constants_;  ///< loop indices
  std::vector<Pointer> pointers_;
  std::vector<std::shared_ptr<RandomFunction>> functions_;
  unsigned cells_ = 0;
  bool isPure_ = false; ///< no side effects wanted

private:
  Term leaf();
  Term joined(unsigned depth);
  Term compared(unsigned depth);
  Term unary(unsigned depth);
  Term divided(unsigned depth);
  Term shifted(unsigned depth);
  Term chosen(unsigned depth);
  Term logical(unsigned depth);
  Term assigned(unsigned depth);
  Term called(unsigned depth);
  Term fromTable(unsigned depth);
  Place field(const Pointer &pointer);
  std::vector<Term> operands(unsigned count, unsigned depth);
};

} // namespace whistler::test

#endif
