#ifndef WHISTLER_TESTS_RANDOMSTATEMENTS_H
#define WHISTLER_TESTS_RANDOMSTATEMENTS_H

#include "RandomTerms.h"

namespace whistler::test {

/// Makes statements around terms, and for each what it does.
class StatementGenerator : protected TermGenerator {
protected:
  using TermGenerator::TermGenerator;

  /// Of one program: enough for every shape, small enough for hundreds of them.
  static constexpr unsigned kMostStatements = 12;

  struct Scope {
    std::vector<Place> variables;
    std::vector<Term> constants;
    std::vector<Pointer> pointers;
  };
  Scope scope() const { return {variables_, constants_, pointers_}; }
  void leave(Scope scope) {
    variables_ = std::move(scope.variables);
    constants_ = std::move(scope.constants);
    pointers_ = std::move(scope.pointers);
  }
  std::string fresh(const char *stem) {
    return stem + std::to_string(++names_);
  }

  std::string declare(const std::string &name, const ScalarType &type,
                      const std::string &value, unsigned cell);
  void declareObject(const std::string &name, unsigned cell);

  std::vector<Statement> block(unsigned depth);
  Statement statement(unsigned depth);

  unsigned statements_ = 0;
  unsigned rounds_ = 6;      ///< that loops may still make here
  unsigned firstObject_ = 0; ///< cell of the first in the map

private:
  Statement sequence(const std::string &head, unsigned depth);
  Statement effect(Term term);
  Statement simple();
  Statement tableStore();
  Statement branch(unsigned depth);
  Statement clauses(unsigned depth);
  Statement loop(unsigned depth);
  Statement whileLoop(unsigned depth);
  Statement binding(unsigned depth);
  Statement object(unsigned depth);
  Statement mapObject(unsigned depth);
  Statement record(unsigned depth);
  Statement leaving();

  unsigned names_ = 0, loops_ = 0, objects_ = 0;
  bool inRecord_ = false, inCallback_ = false;
};

} // namespace whistler::test

#endif
