#ifndef WHISTLER_TESTS_RANDOMPROGRAM_H
#define WHISTLER_TESTS_RANDOMPROGRAM_H

#include <cstdint>
#include <string>
#include <vector>

namespace whistler::test {

/// A form that can be left out, so that a failing program can be made small:
/// `head`, then what is left of `parts`, then `tail`.
struct Statement {
  std::string head, tail;
  std::vector<Statement> parts;
  bool isDropped = false;
};

/// One random program: typed, terminating, and full of kernel reads of things
/// that stay as they are while the process lives.
struct RandomProgram {
  std::string name, type;
  std::vector<Statement> body;

  std::string source() const;
};

/// Hash keys of a program begin at its index times this.
constexpr uint64_t kKeysPerProgram = 16;
constexpr unsigned kResults = 16, kCells = 4;

/// Imports, structs and maps that every random program needs.
std::string randomPreamble();
/// The program number `index` of the sequence that `seed` begins.
RandomProgram randomProgram(uint64_t seed, unsigned index);

} // namespace whistler::test

#endif
