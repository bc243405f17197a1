#ifndef WHISTLER_TESTS_SCENARIOS_SCENARIOS_H
#define WHISTLER_TESTS_SCENARIOS_SCENARIOS_H

#include "Scenario.h"

namespace whistler::scenarios {

#define WHISTLER_SCENARIO(EXAMPLE, FUNCTION) void FUNCTION(Scenario &s);
#include "Scenarios.def"

} // namespace whistler::scenarios

#endif
