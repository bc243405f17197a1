#ifndef WHISTLER_TESTS_RANDOMEXPRESSIONS_H
#define WHISTLER_TESTS_RANDOMEXPRESSIONS_H

#include "RandomChoice.h"

#include <string>
#include <vector>

namespace whistler::test {

struct FieldRow;

/// A pointer that a program may read through.
struct RandomPointer {
  std::string text, record;
  bool isOwn = false; ///< the running task itself
};

/// Makes expressions of what is in scope.
class ExpressionGenerator : protected RandomChoice {
protected:
  using RandomChoice::RandomChoice;

  const char *scalarType();
  /// An address that can't be read.
  std::string garbageTo(const std::string &record);
  /// A variable or garbage, and a few steps from there.
  RandomPointer pointer();
  std::string read(unsigned depth);
  std::string literal();
  std::string value(unsigned depth);
  std::string condition();
  /// Of the hash: one of the program's own keys.
  std::string key();

  /// A function of a struct's address and a number.
  struct Function {
    std::string name, record;
  };

  std::vector<RandomPointer> pointers_;
  std::vector<std::string> values_;
  std::vector<Function> functions_;

private:
  std::vector<const FieldRow *> fieldsOf(const RandomPointer &pointer,
                                         bool scalars) const;
  RandomPointer garbage();
  RandomPointer follow(const RandomPointer &from, const FieldRow &field);
  std::string readOf(const RandomPointer &base, const FieldRow &field,
                     unsigned depth);
  std::string compound(unsigned depth);
  std::string call(unsigned depth);
};

/// Imports of every struct and field that expressions read.
std::string randomImports();

} // namespace whistler::test

#endif
