#ifndef WHISTLER_EXPAND_EVALUATOR_H
#define WHISTLER_EXPAND_EVALUATOR_H

#include "reader/Form.h"
#include "whistler/compiler/Diagnostics.h"

#include <llvm/ADT/DenseMap.h>
#include <llvm/ADT/SmallVector.h>

#include <deque>
#include <string>
#include <vector>

namespace whistler::compiler {

__extension__ typedef __int128 WideInteger;

/// One variable or local function; the chain to `outer` is the scope.
struct Binding {
  const Symbol *name = nullptr;
  const Form *value = nullptr;
  Binding *outer = nullptr;
};

/// What a piece of compile-time Lisp sees. Copied freely.
struct Environment {
  Binding *variables = nullptr;
  Binding *functions = nullptr;
};

class Evaluator;
using Arguments = llvm::ArrayRef<const Form *>;

/// A builtin function: its arguments are evaluated. Null: failed, reported.
struct FunctionRow {
  llvm::StringLiteral name;
  int minimum, maximum; ///< number of arguments; maximum -1: any
  const Form *(*handler)(Evaluator &, Arguments, const Form *call);
};
/// A special operator: gets its form unevaluated.
struct OperatorRow {
  llvm::StringLiteral name;
  int minimum, maximum;
  const Form *(*handler)(Evaluator &, const Form *form, Environment);
};
llvm::ArrayRef<FunctionRow> numberBuiltins();
llvm::ArrayRef<FunctionRow> listBuiltins();
llvm::ArrayRef<FunctionRow> sequenceBuiltins();
llvm::ArrayRef<FunctionRow> tableBuiltins();
llvm::ArrayRef<FunctionRow> textBuiltins();
llvm::ArrayRef<OperatorRow> controlOperators();
llvm::ArrayRef<OperatorRow> bindingOperators();
llvm::ArrayRef<OperatorRow> loopOperators();

/// A function or hash table of the compile-time Lisp (Form::Kind::Object).
struct Object {
  enum class Kind { Closure, Builtin, Table };
  Kind kind = Kind::Closure;
  const Symbol *name = nullptr;
  const Form *lambdaList = nullptr, *body = nullptr;
  Environment scope;
  const FunctionRow *builtin = nullptr;
  std::vector<std::pair<const Form *, const Form *>> entries; ///< of a table
  llvm::StringMap<size_t> index;
};

/// The compile-time Lisp: a small deterministic evaluator from forms to forms,
/// without files or host state, within a budget of steps.
class Evaluator {
public:
  Evaluator(FormContext &forms, DiagnosticEngine &diagnostics);

  /// A top-level evaluation with a fresh budget; null when it failed.
  const Form *evaluate(const Form *form);
  void defineMacro(const Symbol *name, const Form *lambdaList,
                   const Form *body);
  void defineFunction(const Symbol *name, const Form *lambdaList,
                      const Form *body);
  void defineVariable(const Symbol *name, const Form *value);
  /// Reports a word with `&` that lambda lists don't have; false then.
  bool checkLambdaList(const Form *list, const Form *definition);
  const Object *macro(const Symbol *name) const { return macros_.lookup(name); }
  const Form *global(const Symbol *name) const { return globals_.lookup(name); }
  bool knowsFunction(const Symbol *name) const;
  /// Applies a macro to its call, with a fresh budget when outermost. What the
  /// macro wrote carries the expansion; what it was given stays as it was.
  const Form *expandCall(const Object &macro, const Form *call);

  // For builtins and operators.
  const Form *eval(const Form *form, Environment scope);
  const Form *progn(const Form *body, Environment scope);
  const Form *apply(const Form *function, Arguments arguments,
                    const Form *call);
  /// Binds a lambda list (see LambdaList.cpp); false when reported.
  bool bind(const Form *lambdaList, const Form *arguments, const Form *call,
            Environment &scope, bool isMacro);
  void push(Environment &scope, const Symbol *name, const Form *value);
  Binding *find(Binding *chain, const Symbol *name) const;
  const Form *closure(const Symbol *name, const Form *lambdaList,
                      const Form *body, Environment scope);
  const Form *function(const Form *designator, Environment scope);
  const Form *quasiquote(const Form *form, unsigned depth, Environment scope);
  bool assign(const Form *place, const Form *value, Environment scope);
  const Form *fail(const Form *at, DiagnosticKind kind,
                   std::vector<std::string> arguments = {});
  const Form *typeError(const Form *call, const Form *got,
                        llvm::StringRef wanted);
  /// Spends steps; false when the budget is used up (reported).
  bool charge(const Form *at, size_t steps = 1);
  /// Leaves to the block `name` with `value`; returns null.
  const Form *leave(const Symbol *name, const Form *value);
  /// After a null result: was it a return to `name`? Then its value.
  const Form *caught(const Symbol *name);

  FormContext &forms() { return forms_; }
  const Form *nil() const { return forms_.nil(); }
  const Form *boolean(bool value) { return value ? true_ : forms_.nil(); }
  const Form *integer(WideInteger value, const Form *call);
  const Form *cons(const Form *car, const Form *cdr, const Form *call);
  const Form *list(Arguments items, const Form *call);
  const Form *string(llvm::StringRef text, const Form *call);
  const Form *symbol(const Symbol *symbol, const Form *call);
  Object &newObject(Object::Kind kind, const Form *call, const Form *&form);
  unsigned nextGensym() { return ++gensyms_; }
  const Expansion *expansion() const { return expansion_; }

  std::vector<const Form *> values; ///< of the last (values …)

private:
  const Form *evalCall(const Form *form, Environment scope);
  const Form *evalArguments(const Form *form, Environment scope,
                            const Form *function);
  const Form *callClosure(const Object &closure, const Form *arguments,
                          const Form *call);
  const Form *label(const Form *form, SourceSpan user);
  const Form *unknownFunction(const Form *head);
  bool checkCount(llvm::StringRef name, int minimum, int maximum, size_t count,
                  const Form *call);

  FormContext &forms_;
  DiagnosticEngine &diagnostics_;
  llvm::DenseMap<const Symbol *, const Object *> macros_;
  llvm::DenseMap<const Symbol *, const Form *> globals_, functions_;
  llvm::DenseMap<const Symbol *, const OperatorRow *> operators_;
  llvm::BumpPtrAllocator bindings_;
  std::deque<Object> objects_;
  const Form *true_;
  const Expansion *expansion_ = nullptr;
  const Symbol *leaving_ = nullptr;
  const Form *leavingValue_ = nullptr;
  size_t steps_ = 0;
  unsigned depth_ = 0, gensyms_ = 0;
  bool outOfBudget_ = false;
};

/// The arithmetic value of an integer or character.
WideInteger wideValue(const Form *form);
bool isNumber(const Form *form);
/// Lisp equality: EQL (numbers by value), EQUAL (lists and strings by content).
bool isEql(const Form *a, const Form *b);
bool isEqual(const Form *a, const Form *b);
/// A sequence as a list: a string gives its characters. Null: reported.
const Form *asList(Evaluator &ev, const Form *sequence, const Form *call);
/// How `~a` shows a form.
std::string display(const Form *form, bool asRead = false);
bool isTrue(const Form *form);

} // namespace whistler::compiler

#endif
