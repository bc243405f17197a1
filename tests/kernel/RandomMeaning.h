#ifndef WHISTLER_TESTS_RANDOMMEANING_H
#define WHISTLER_TESTS_RANDOMMEANING_H

#include "RandomTerms.h"

namespace whistler::test {

/// A random program that reads no kernel memory, so that what it leaves behind
/// is known: `inputs` in its map of that name, then a run.
struct RandomMeaning {
  std::string name, globals;
  RandomStruct layout;
  std::vector<std::shared_ptr<RandomFunction>> functions;
  std::vector<Statement> body;
  std::vector<uint64_t> inputs;
  std::vector<uint64_t> cells;   ///< before the run
  std::vector<unsigned> objects; ///< in its map: their first cells

  std::string source() const;
  Machine run() const;
};

/// Structs and maps that all of them share.
std::string meaningPreamble();
/// The program number `index` of the sequence that `seed` begins.
RandomMeaning randomMeaning(uint64_t seed, unsigned index);

} // namespace whistler::test

#endif
