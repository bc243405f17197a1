#ifndef WHISTLER_READER_FORM_H
#define WHISTLER_READER_FORM_H

#include "whistler/compiler/Source.h"

#include <llvm/ADT/StringMap.h>
#include <llvm/Support/Allocator.h>
#include <llvm/Support/StringSaver.h>

#include <cstdint>

namespace whistler::compiler {

/// An interned name: compare by pointer. Owned by its FormContext.
struct Symbol {
  llvm::StringRef name; ///< upper case as read, unless written |Like this|
  bool isKeyword = false;
  bool isUninterned = false; ///< from gensym: equal only to itself
};

/// The macro call a form came from: `call` is the call's place, `macro` its
/// name, `outer` the expansion that call itself was part of.
struct Expansion {
  SourceSpan call;
  const Symbol *macro = nullptr;
  const Expansion *outer = nullptr;
};

/// A datum of the source, immutable, owned by its FormContext. `nil` is the
/// empty list.
struct Form {
  /// Object: a function or table of the compile-time Lisp; never in a program.
  enum class Kind : uint8_t {
    Nil,
    Symbol,
    Integer,
    Character,
    String,
    Cons,
    Object
  };
  struct Text {
    const char *data;
    size_t size;
  };
  struct Pair {
    const Form *car, *cdr;
  };
  Kind kind = Kind::Nil;
  bool isNegative = false; ///< integers: written below zero
  SourceSpan span;
  const Expansion *expansion = nullptr; ///< null for text of the file itself
  /// Symbols written `package:name`: the package, which means something only to
  /// those who look for it.
  const Symbol *package = nullptr;
  union {
    const Symbol *symbol;
    uint64_t integer; ///< two's complement; characters too
    Text string;
    Pair cons;
    void *object;
  };

  bool isNil() const { return kind == Kind::Nil; }
  bool isCons() const { return kind == Kind::Cons; }
  bool isSymbol() const { return kind == Kind::Symbol; }
  bool isKeyword() const { return isSymbol() && symbol->isKeyword; }
  bool isInteger() const { return kind == Kind::Integer; }
  bool isCharacter() const { return kind == Kind::Character; }
  bool isString() const { return kind == Kind::String; }
  bool isNamed(llvm::StringRef upperName) const {
    return isSymbol() && !symbol->isKeyword && symbol->name == upperName;
  }
  llvm::StringRef text() const { return {string.data, string.size}; }
};

/// Owns the forms and symbols of one compilation.
class FormContext {
public:
  FormContext();
  const Symbol *intern(llvm::StringRef name, bool keyword = false);
  const Symbol *makeUninterned(llvm::StringRef name);
  const Form *nil() const { return nil_; }
  /// As it stands in a source.
  const Form *nil(SourceSpan span) {
    return make(Form::Kind::Nil, span, nullptr);
  }
  const Form *symbol(const Symbol *symbol, SourceSpan span,
                     const Expansion *expansion = nullptr,
                     const Symbol *package = nullptr);
  const Form *integer(int64_t value, SourceSpan span,
                      const Expansion *expansion = nullptr);
  const Form *integer(uint64_t value, bool isNegative, SourceSpan span,
                      const Expansion *expansion = nullptr);
  const Form *character(uint32_t value, SourceSpan span,
                        const Expansion *expansion = nullptr);
  const Form *string(llvm::StringRef text, SourceSpan span,
                     const Expansion *expansion = nullptr);
  const Form *object(void *object, SourceSpan span,
                     const Expansion *expansion = nullptr);
  const Form *cons(const Form *car, const Form *cdr, SourceSpan span,
                   const Expansion *expansion = nullptr);
  const Form *list(llvm::ArrayRef<const Form *> items, SourceSpan span,
                   const Expansion *expansion = nullptr);
  /// The same datum as part of another expansion.
  const Form *copy(const Form *form, const Expansion *expansion);
  const Expansion *expansion(SourceSpan call, const Symbol *macro,
                             const Expansion *outer);

  /// Bytes held by forms, for the evaluator's memory limit.
  size_t bytesAllocated() const { return allocator_.getBytesAllocated(); }

private:
  Form *make(Form::Kind kind, SourceSpan span, const Expansion *expansion);

  llvm::BumpPtrAllocator allocator_;
  llvm::StringMap<const Symbol *> symbols_, keywords_;
  const Form *nil_ = nullptr;
};

/// The items of a proper list; a dotted tail is left out (see isProperList).
llvm::SmallVector<const Form *, 8> items(const Form *list);
bool isProperList(const Form *form);
/// As Lisp prints it, symbols in lower case.
std::string toString(const Form *form);

} // namespace whistler::compiler

#endif
