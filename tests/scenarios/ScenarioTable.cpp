// The table of scenarios, from Scenarios.def.

#include "Scenarios.h"

namespace whistler::scenarios {

static constexpr ScenarioRow kRows[] = {
#define WHISTLER_SCENARIO(EXAMPLE, FUNCTION) {EXAMPLE, FUNCTION},
#include "Scenarios.def"
};

const ScenarioRow *findScenario(const std::string &example) {
  for (const ScenarioRow &row : kRows)
    if (example == row.example)
      return &row;
  return nullptr;
}

std::vector<ScenarioRow> allScenarios() {
  return {std::begin(kRows), std::end(kRows)};
}

} // namespace whistler::scenarios
