// The compile-time Lisp: values of expressions, and its errors.

#include "FrontFixture.h"

#include "expand/Evaluator.h"

namespace whistler::compiler {
namespace {

class EvaluatorTest : public FrontTest {
protected:
  std::string value(std::string text) {
    const Form *result = forms_.nil();
    for (const Form *form : readText(std::move(text)))
      if (result)
        result = evaluator_.evaluate(form);
    return result ? toString(result) : messages();
  }
  Evaluator evaluator_{forms_, diagnostics_};
};

TEST_F(EvaluatorTest, Numbers) {
  EXPECT_EQ(value("(+ 1 2 (* 3 4) (- 5))"), "10");
  EXPECT_EQ(value("(list (floor -7 2) (truncate -7 2) (mod -7 2) (rem -7 2))"),
            "(-4 -3 1 -1)");
  EXPECT_EQ(value("(list (ceiling 7 2) (ceiling -7 2) (max 1 3 2) (min 2 1))"),
            "(4 -3 3 1)");
  EXPECT_EQ(
      value("(list (ash 1 63) (ash -8 -1) (logior 1 #x8000000000000000))"),
      "(9223372036854775808 -4 9223372036854775809)");
  EXPECT_EQ(value("(list (< 1 2 3) (< 1 3 2) (/= 1 2 1) (integer-length 255))"),
            "(t nil nil 8)");
  EXPECT_EQ(value("(* #xffffffffffffffff 2)"), "1:1 CompileTimeOverflow");
  EXPECT_EQ(value("(ash 1 64)"), "1:1 CompileTimeOverflow");
  EXPECT_EQ(value("(mod 1 0)"), "1:1 DivisionByZeroAtCompileTime");
  EXPECT_EQ(value("(+ 1 'a)"), "1:1 WrongArgument");
}

TEST_F(EvaluatorTest, BindingAndClosures) {
  EXPECT_EQ(value("(let ((x 1) y) (let* ((z x) (w z)) (list x y z w)))"),
            "(1 nil 1 1)");
  EXPECT_EQ(value("(let ((n 0)) (let ((f (lambda () (incf n))))"
                  " (funcall f) (funcall f) n))"),
            "2");
  EXPECT_EQ(value("(labels ((f (n) (if (= n 0) 1 (* n (f (- n 1)))))) (f 10))"),
            "3628800");
  EXPECT_EQ(value("(flet ((f (a &optional (b 2) &rest r) (list a b r)))"
                  " (list (f 1) (f 1 3 4 5)))"),
            "((1 2 nil) (1 3 (4 5)))");
  EXPECT_EQ(value("(destructuring-bind (a (b . c) &key (d 4 dp)) '(1 (2 3))"
                  " (list a b c d dp))"),
            "(1 2 (3) 4 nil)");
  EXPECT_EQ(value("(multiple-value-bind (q r) (floor 7 2) (list q r))"),
            "(3 1)");
}

TEST_F(EvaluatorTest, ControlAndIteration) {
  EXPECT_EQ(
      value("(block b (dotimes (i 10) (when (= i 3) (return-from b i))))"),
      "3");
  EXPECT_EQ(value("(let (r) (dolist (x '(1 2 3) (reverse r)) (push x r)))"),
            "(1 2 3)");
  EXPECT_EQ(value("(let ((i 0)) (dotimes (j 5 i) (setf i (+ i j))))"), "10");
  EXPECT_EQ(value("(case 'b (a 1) ((b c) 2) (t 3))"), "2");
  EXPECT_EQ(value("(dolist (x '(1 2 3)) (when (= x 2) (return 'found)))"),
            "found");
  EXPECT_EQ(value("(return-from nowhere 1)"), "1:1 NoSuchBlock");
}

TEST_F(EvaluatorTest, Lists) {
  EXPECT_EQ(value("(mapcar #'+ '(1 2 3) '(10 20))"), "(11 22)");
  EXPECT_EQ(value("(list (assoc 'b '((a . 1) (b . 2))) (getf '(:a 1 :b 2) :b)"
                  " (position 3 '(1 2 3)) (member 2 '(1 2 3)))"),
            "((b . 2) 2 2 (2 3))");
  EXPECT_EQ(value("(sort '(3 1 2) #'<)"), "(1 2 3)");
  EXPECT_EQ(value("(reduce #'+ '(1 2 3) :initial-value 10)"), "16");
  EXPECT_EQ(value("(list (remove-if #'oddp '(1 2 3)) (append '(1) '(2) 3))"),
            "((2) (1 2 . 3))");
  EXPECT_EQ(value("(let ((h (make-hash-table))) (setf (gethash 'a h) 1)"
                  " (list (gethash 'a h) (gethash 'b h 7)))"),
            "(1 7)");
}

TEST_F(EvaluatorTest, Text) {
  EXPECT_EQ(value("(format nil \"~a-~s ~x~%\" 'ab \"q\" 255)"),
            "\"AB-\\\"q\\\" FF\n\"");
  EXPECT_EQ(value("(intern (concatenate 'string \"A\" (symbol-name 'b)))"),
            "ab");
  EXPECT_EQ(value("(substitute #\\_ #\\- \"a-b\")"), "\"a_b\"");
  EXPECT_EQ(value("(parse-integer \"42\")"), "42");
  EXPECT_EQ(value("(error \"no ~a\" 'x)"), "1:1 UserError");
}

TEST_F(EvaluatorTest, Quasiquote) {
  EXPECT_EQ(value("(let ((x 1) (y '(2 3))) `(a ,x ,@y (b . ,x) ,@y))"),
            "(a 1 2 3 (b . 1) 2 3)");
  EXPECT_EQ(value("(let ((x 1)) `(a `(b ,(c ,x))))"), "(a `(b ,(c 1)))");
}

TEST_F(EvaluatorTest, UnknownNamesAreNamedWithTheirPlace) {
  EXPECT_EQ(value("(list\n  (mapcra 1))"), "2:4 UnknownCompileTimeFunction");
  EXPECT_EQ(value("(list\n  nowhere)"), "2:3 UnknownCompileTimeVariable");
  value("(mapcra 1)");
  EXPECT_EQ(value("(car)"), "1:1 WrongArgumentCount");
}

TEST_F(EvaluatorTest, RunawayProgramsEndWithAnError) {
  EXPECT_EQ(value("(while t)"), "1:1 OutOfSteps");
  EXPECT_EQ(value("(labels ((f (n) (+ 1 (f n)))) (f 1))"),
            "1:17 CompileTimeRecursion");
  EXPECT_EQ(value("(let ((s \"ab\")) (dotimes (i 60)"
                  " (setf s (concatenate 'string s s))))"),
            "1:41 OutOfSteps");
}

} // namespace
} // namespace whistler::compiler
