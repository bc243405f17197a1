// Variables of a program: scopes, and temporaries for values used twice.

#include "Analyzer.h"

namespace whistler::compiler {

Variable *Analyzer::temporary(ValueType type, SourceSpan span) {
  auto variable = std::make_unique<Variable>();
  variable->name = "tmp";
  variable->type = std::move(type);
  variable->span = span;
  function->program->variables.push_back(std::move(variable));
  return function->program->variables.back().get();
}

Variable *Analyzer::declare(const Symbol *name, ValueType type,
                            SourceSpan span) {
  Variable *variable = temporary(std::move(type), span);
  variable->name = cName(name);
  function->scope.push_back({name, variable});
  return variable;
}

Variable *Analyzer::find(const Symbol *name) const {
  if (function == nullptr)
    return nullptr;
  for (const FunctionState::Binding &binding : llvm::reverse(function->scope))
    if (binding.name == name)
      return binding.variable;
  return nullptr;
}

Variable *Analyzer::once(NodePtr value, std::vector<NodePtr> &sequence) {
  SourceSpan span = value->span;
  Variable *variable = temporary(value->type, span);
  sequence.push_back(makeAssign(variable, std::move(value), span));
  return variable;
}

} // namespace whistler::compiler
