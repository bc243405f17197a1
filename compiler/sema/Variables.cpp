// Variables of a program: scopes, and temporaries for values used twice.

#include "Analyzer.h"

namespace whistler::compiler {

Variable *Analyzer::temporary(ValueType type, SourceSpan span) {
  auto variable = std::make_unique<Variable>();
  variable->name = "tmp";
  variable->type = std::move(type);
  variable->span = span;
  function->code->variables.push_back(std::move(variable));
  return function->code->variables.back().get();
}

Variable *Analyzer::declare(const Symbol *name, ValueType type,
                            SourceSpan span) {
  Variable *variable = temporary(std::move(type), span);
  variable->name = cName(name);
  function->scope.push_back({name, variable});
  return variable;
}

Variable *Analyzer::find(const Symbol *name) {
  for (FunctionState *state = function; state; state = state->outer)
    for (const FunctionState::Binding &binding : llvm::reverse(state->scope))
      if (binding.name == name) {
        if (state != function)
          capture(*this, *state, binding.variable);
        return binding.variable;
      }
  return nullptr;
}

Variable *Analyzer::once(NodePtr value, std::vector<NodePtr> &sequence) {
  SourceSpan span = value->span;
  Variable *variable = temporary(value->type, span);
  sequence.push_back(makeAssign(variable, std::move(value), span));
  return variable;
}

} // namespace whistler::compiler
