// Macros and compile-time definitions: what comes out of the expander.

#include "FrontFixture.h"

#include "expand/Expander.h"

#include <chrono>
#include <map>

namespace whistler::compiler {
namespace {

class ExpanderTest : public FrontTest {
protected:
  std::string expand(std::string text) {
    FileId main = sources_.add("t.lisp", std::move(text));
    Expander expander(forms_, sources_, diagnostics_,
                      [this](const std::string &path, std::string &problem)
                          -> std::optional<std::string> {
                        if (auto at = files_.find(path); at != files_.end())
                          return at->second;
                        problem = "no such file";
                        return std::nullopt;
                      });
    std::string out;
    for (const Form *form : expander.expand(read(main, forms_, diagnostics_)))
      out += (out.empty() ? "" : " ") + toString(form);
    return out;
  }
  std::map<std::string, std::string> files_;
};

TEST_F(ExpanderTest, MacrosWithFullLambdaLists) {
  EXPECT_EQ(expand("(defmacro m ((a b) &optional (c 3) &key (d 4) e)"
                   " `(f ,a ,b ,c ,d ,e))"
                   "(m (1 2)) (m (1 2) 5 :e 6)"),
            "(f 1 2 3 4 nil) (f 1 2 5 4 6)");
  EXPECT_EQ(expand("(defmacro w (x &body body) `(when ,x ,@body)) (w 1 2 3)"),
            "(when 1 2 3)");
}

TEST_F(ExpanderTest, OnlyEvaluatedPartsAreExpanded) {
  EXPECT_EQ(expand("(defmacro m (&optional x) `(g ,x))"
                   "(let ((m (m 1)) (v (ptr m) (m))) '(m) (f (m 2)))"),
            "(let ((m (g 1)) (v (ptr m) (g nil))) '(m) (f (g 2)))");
  EXPECT_EQ(expand("(defmacro m () 7) (cond ((m) (m)) (t (m)))"
                   "(dotimes (m (m)) (m)) (defstruct s (m u8))"),
            "(cond (7 7) (t 7)) (dotimes (m 7) 7) (defstruct s (m u8))");
}

TEST_F(ExpanderTest, CompileTimeDefinitionsAreConsumed) {
  EXPECT_EQ(expand("(in-package x) (defvar *n* 3) (defun twice (x) (* 2 x))"
                   "(defmacro six () (twice *n*))"
                   "(eval-when (:compile-toplevel) (progn (a (six))))"),
            "(a 6)");
}

TEST_F(ExpanderTest, ConstantsAreEvaluatedOrLeftToSema) {
  EXPECT_EQ(
      expand("(defconstant +a+ (* 2 8)) (defconstant +b+ (+ +a+ 1))"
             "(defconstant +s+ \"text\")"
             "(defconstant +c+ (* 2 (sizeof foo)))"
             "(defconstant +d+ BPF_ANY)"),
      "(defconstant +a+ 16) (defconstant +b+ 17) (defconstant +s+ \"text\")"
      " (defconstant +c+ (* 2 (sizeof foo))) (defconstant +d+ bpf_any)");
  EXPECT_EQ(messages(), "");
}

TEST_F(ExpanderTest, Prelude) {
  EXPECT_EQ(expand("(when-let ((v (f))) (g v)) (if-let (v (f)) v)"),
            "(let ((v (f))) (when v (g v))) (let ((v (f))) (if v v 0))");
  EXPECT_EQ(expand("(case x (1 a) ((2 3) b) (t c))"),
            "(let ((case-1 x)) (cond ((= case-1 1) a)"
            " ((or (= case-1 2) (= case-1 3)) b) (t c)))");
  EXPECT_EQ(expand("(fill-process-info e :pid-field e-pid :comm-field e-comm)"),
            "(let ((event-1 e)) (setf (e-pid event-1)"
            " (>> (get-current-pid-tgid) 32))"
            " (get-current-comm (e-comm-ptr event-1) 16) 0)");
  EXPECT_EQ(messages(), "");
}

TEST_F(ExpanderTest, FormsOfTheMacroRememberTheCall) {
  FileId main = sources_.add("t.lisp", "(defmacro m (x) (list 'f `(g ,x)))\n"
                                       "(k (m (h 1)))");
  Expander expander(forms_, sources_, diagnostics_, {});
  auto out = expander.expand(read(main, forms_, diagnostics_));
  ASSERT_EQ(out.size(), 1u);
  EXPECT_EQ(toString(out[0]), "(k (f (g (h 1))))");
  EXPECT_EQ(out[0]->cons.car->expansion, nullptr);
  const Form *made = items(out[0])[1];
  ASSERT_NE(made->expansion, nullptr);
  EXPECT_EQ(made->expansion->macro->name, "M");
  EXPECT_EQ(sources_.text(made->expansion->call), "(m (h 1))");
  EXPECT_EQ(items(made)[0]->expansion, made->expansion); // quoted
  const Form *inner = items(made)[1];
  EXPECT_EQ(items(inner)[0]->expansion, made->expansion); // template
  EXPECT_EQ(items(inner)[1]->expansion, nullptr);         // argument
}

TEST_F(ExpanderTest, ErrorsInsideExpansionsAreShownAtTheCall) {
  expand("(defmacro inner () (car 1))\n(defmacro outer () '(inner))\n"
         "(f (outer))");
  EXPECT_EQ(messages(),
            "3:4 WrongArgument [1:20 ExpandedFrom] [2:21 ExpandedFrom]");
  expand("(defmacro m (a) a)\n(m 1 2)");
  EXPECT_EQ(messages(), "2:1 WrongArgumentCount [2:1 ExpandedFrom]");
  expand("(defmacro m (&key alpha) alpha)\n(m :alhpa 2)");
  EXPECT_EQ(messages(), "2:1 UnknownKeywordArgument [2:4 ExpandedFrom]");
}

TEST_F(ExpanderTest, EndlessExpansionIsAnError) {
  expand("(defmacro m () '(m)) (m)");
  EXPECT_EQ(messages(), "1:22 EndlessExpansion");
  expand("(defmacro n () '(f (n))) (n)");
  EXPECT_EQ(messages().find("1:26 NestedTooDeeply"), 0u);
}

TEST_F(ExpanderTest, IncludedFilesAndCycles) {
  files_["a.lisp"] = "(a) (include \"sub/b.lisp\")";
  files_["sub/b.lisp"] = "(b) (load \"c.lisp\")";
  files_["sub/c.lisp"] = "(c)";
  EXPECT_EQ(expand("(include \"a.lisp\") (d)"), "(a) (b) (c) (d)");
  EXPECT_EQ(messages(), "");
  files_["sub/c.lisp"] = "(include \"../a.lisp\")";
  expand("(include \"a.lisp\")");
  EXPECT_EQ(messages(), "1:10 IncludeCycle");
  expand("\n(include \"none.lisp\")");
  EXPECT_EQ(messages(), "2:10 CannotReadFile");
}

TEST_F(ExpanderTest, TenThousandFormsAndThePreludeAreQuick) {
  auto now = [] { return std::chrono::steady_clock::now(); };
  auto start = now();
  for (int i = 0; i != 100; ++i)
    expand("");
  std::chrono::duration<double, std::milli> prelude = now() - start;
  RecordProperty("prelude_microseconds",
                 static_cast<int>(prelude.count() * 10));
  EXPECT_LT(prelude.count() / 100, 3.0);
  std::string text;
  for (int i = 0; i != 10000; ++i)
    text += "(case x (1 (when-let ((v (f))) (g v))) (t 0))\n";
  start = now();
  expand(text);
  std::chrono::duration<double> taken = now() - start;
  RecordProperty("ten_thousand_milliseconds",
                 static_cast<int>(taken.count() * 1000));
  EXPECT_LT(taken.count(), 5.0);
  EXPECT_EQ(messages(), "");
}

} // namespace
} // namespace whistler::compiler
