#ifndef WHISTLER_TESTS_RANDOMPROGRAM_H
#define WHISTLER_TESTS_RANDOMPROGRAM_H

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace whistler::test {

struct Machine;
enum class Flow { Next, Break, Continue, Return };

/// A form that can be left out, so that a failing program can be made small:
/// `head`, then what is left of `parts`, then `tail`.
struct Statement {
  std::string head, tail;
  std::vector<Statement> parts;
  bool isDropped = false;
  /// What it does, where the program can be run without the kernel.
  std::function<Flow(const Statement &, Machine &)> run = {};
  bool isKept = false; ///< the program is another one without it
};

/// The text of what is left.
std::string render(const std::vector<Statement> &statements);
/// Drops what the failure does not need, largest parts first.
void shrink(std::vector<Statement> &statements,
            const std::function<bool()> &stillFails);

/// One random program: typed, terminating, and full of kernel reads of things
/// that stay as they are while the process lives.
struct RandomProgram {
  std::string name, type;
  std::vector<Statement> functions, body;

  std::string source() const;
};

/// Hash keys of a program begin at its index times this.
constexpr uint64_t kKeysPerProgram = 16;
constexpr unsigned kResults = 16, kCells = 4;

/// How many programs a run makes, and which: WHISTLER_RANDOM_PROGRAMS="count
/// seed" in the environment says otherwise.
struct Sequence {
  unsigned count = 200;
  uint64_t seed = 20261125;
};
Sequence sequence();

/// The sort of a refusal, so that shrinking does not trade one for another: by
/// the verifier, by code generation (which names the program), or a mistake
/// that only leaving something out has made.
enum class Refusal { None, Kernel, CodeGeneration, Mistake };
Refusal classify(const std::string &refusal);

/// Imports, structs and maps that every random program needs.
std::string randomPreamble();
/// The program number `index` of the sequence that `seed` begins.
RandomProgram randomProgram(uint64_t seed, unsigned index);

} // namespace whistler::test

#endif
