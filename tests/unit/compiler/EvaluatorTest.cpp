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

/// An expression and how its value prints.
struct Row {
  const char *expression, *value;
};

/// Every form and function that docs/language.md names, in its order.
constexpr Row kRows[] = {
    {"(list 'a '(b . c) '|Foo| :k \"s\" #\\a)",
     "(a (b . c) |Foo| :k \"s\" #\\a)"},
    {"`(1 ,(+ 1 1) ,@(list 3 4) (5 ,@nil))", "(1 2 3 4 (5))"},
    {"(let ((x 1)) ``(a ,(b ,x)))", "`(a ,(b 1))"},
    {"(if nil 1)", "nil"},
    {"(cond ((car nil) 1) ((car '(7))) (t 3))", "7"},
    {"(case 'b (a 1) ((b c) 2) (otherwise 3))", "2"},
    {"(case 9 (1 1) (t 3))", "3"},
    {"(list (when t 1 2) (when nil 1) (unless nil 3))", "(2 nil 3)"},
    {"(list (and) (or) (and 1 nil) (or nil 2) (not 1))", "(t nil nil 2 nil)"},
    {"(let ((x 1) (y 2)) (setf x y y 5) (setq x (+ x 1)) (list x y))", "(3 5)"},
    {"(funcall (lambda (x &optional (y x)) (list x y)) 1)", "(1 1)"},
    {"(apply #'+ 1 2 '(3 4))", "10"},
    {"(mapcar #'(lambda (x) (* x x)) '(1 2 3))", "(1 4 9)"},
    {"(let ((s nil)) (dolist (x '(1 2) s) (push x s)))", "(2 1)"},
    {"(let ((s 0)) (dotimes (i 4 s) (incf s i)))", "6"},
    // loop
    {"(let ((n 0)) (loop (incf n) (when (= n 4) (return n))))", "4"},
    {"(loop for x in '(1 2 3) collect (* 2 x))", "(2 4 6)"},
    {"(loop for x in '((1 2) (3)) append x)", "(1 2 3)"},
    {"(loop for i from 1 to 4 sum i)", "10"},
    {"(loop for i from 0 below 4 collect i)", "(0 1 2 3)"},
    {"(loop for i below 3 collect i)", "(0 1 2)"},
    {"(loop for i from 3 downto 1 collect i)", "(3 2 1)"},
    {"(loop for i from 0 to 10 by 5 collect i)", "(0 5 10)"},
    {"(loop for i from 5 to 4 collect i)", "nil"},
    {"(loop for x in '(a b) for i from 0 collect (list i x))", "((0 a) (1 b))"},
    {"(loop for (a b) in '((1 2) (3 4)) sum (* a b))", "14"},
    {"(loop for x on '(1 2 3) collect (length x))", "(3 2 1)"},
    {"(loop for x = 1 then (* 2 x) while (< x 20) collect x)", "(1 2 4 8 16)"},
    {"(loop for x = 1 then (* 2 x) until (> x 20) collect x)", "(1 2 4 8 16)"},
    {"(let ((s nil)) (loop for i from 0 below 2 do (push i s) (push i s)) s)",
     "(1 1 0 0)"},
    {"(loop for i from 1 to 6 when (evenp i) collect i)", "(2 4 6)"},
    {"(loop for i from 1 to 6 unless (evenp i) sum i)", "9"},
    {"(loop for i from 1 to 6 count (evenp i))", "3"},
    {"(loop for i in '(3 9 2) maximize i)", "9"},
    {"(loop for i in '(3 9 2) minimize i)", "2"},
    {"(loop repeat 3 collect 'x)", "(x x x)"},
    {"(loop with n = 10 for i in '(1 2) collect (+ n i))", "(11 12)"},
    {"(loop for i from 0 do (when (= i 3) (return i)))", "3"},
    {"(loop for i in '(1 2) always (plusp i))", "t"},
    {"(loop for i in '(1 -2) never (minusp i))", "nil"},
    {"(loop for i in '(1 2 3) thereis (and (> i 1) i))", "2"},
    {"(loop for i in '(1 2) sum i into x)", "1:1 MalformedForm"},
    {"(loop for c across \"ab\" collect (char-code c))", "(97 98)"},
    {"(loop fro x in '(1) do (f))", "1:1 MalformedForm"},
    {"(loop for i from 1 to 3 do (f i))", "1:29 UnknownCompileTimeFunction"},
    // functions and blocks
    {"(flet ((f (x) (* 2 x))) (f 4))", "8"},
    {"(labels ((e (n) (if (= n 0) t (o (- n 1))))"
     " (o (n) (if (= n 0) nil (e (- n 1))))) (e 10))",
     "t"},
    {"(destructuring-bind (a &optional (b 9) &key c) '(1 2 :c 3)"
     " (list a b c))",
     "(1 2 3)"},
    {"(destructuring-bind ((a b) &rest r) '((1 2) 3 4) (list a b r))",
     "(1 2 (3 4))"},
    {"(multiple-value-bind (a b) (values 1 2) (list a b))", "(1 2)"},
    {"(multiple-value-bind (a b) (car '(7)) (list a b))", "(7 nil)"},
    {"(multiple-value-bind (q r) (truncate -7 2) (list q r))", "(-3 -1)"},
    {"(multiple-value-bind (q r) (ceiling 7 2) (list q r))", "(4 -1)"},
    {"(block b (return-from b 5) 6)", "5"},
    {"(block nil (return 5) 6)", "5"},
    {"(prog1 1 2)", "1"},
    // lists
    {"(let ((l '((1 2) (3 4)))) (list (caar l) (cadr l) (cdar l) (cddr l)"
     " (caddr l) (cadar l)))",
     "(1 (3 4) (2) nil nil 2)"},
    {"(let ((l '(1 2 3 4 5 6))) (list (first l) (second l) (third l)"
     " (fourth l) (fifth l) (rest l)))",
     "(1 2 3 4 5 (2 3 4 5 6))"},
    {"(list (nth 1 '(a b)) (nth 5 '(a b)) (nthcdr 1 '(a b)) (last '(1 2 3)))",
     "(b nil (b) (3))"},
    {"(list (list* 1 2 '(3)) (cons 1 2) (append '(1) '(2) '(3)))",
     "((1 2 3) (1 . 2) (1 2 3))"},
    {"(list (reverse '(1 2)) (length '(1 2 3)) (length \"abc\"))",
     "((2 1) 3 3)"},
    {"(list (member 2 '(1 2 3)) (member 9 '(1)) (assoc 'b '((a 1) (b 2))))",
     "((2 3) nil (b 2))"},
    {"(member \"b\" '(\"a\" \"b\") :test #'equal)", "(\"b\")"},
    {"(assoc 2 '((a 1) (b 2)) :key #'identity)", "nil"},
    {"(list (getf '(:a 1 :b 2) :b) (getf '(:a 1) :c 9))", "(2 9)"},
    {"(list (mapcar #'+ '(1 2) '(10 20)) (mapcan #'list '(1 2) '(3 4)))",
     "((11 22) (1 3 2 4))"},
    {"(let ((n 0)) (mapc (lambda (x) (incf n x)) '(1 2 3)) n)", "6"},
    {"(list (reduce #'+ '(1 2 3)) (reduce #'max '(1 9 3) :initial-value 4)"
     " (reduce #'+ nil))",
     "(6 9 0)"},
    {"(list (remove-if #'evenp '(1 2 3)) (remove-if-not #'evenp '(1 2 3)))",
     "((1 3) (2))"},
    {"(list (find 2 '(1 2)) (find 5 '(1 2)) (position 'b '(a b c)))",
     "(2 nil 1)"},
    {"(list (position #\\- \"ab-c\") (find #\\z \"abc\"))", "(2 nil)"},
    {"(list (every #'evenp '(2 4)) (some #'evenp '(1 3))"
     " (notany #'evenp '(1 2)) (notevery #'evenp '(2 4)))",
     "(t nil nil nil)"},
    {"(list (sort '(3 1 2) #'<) (sort '((2 b) (1 a)) #'< :key #'car))",
     "((1 2 3) ((1 a) (2 b)))"},
    {"(list (subseq '(1 2 3 4) 1 3) (subseq \"hello\" 1) (subseq '(1) 1))",
     "((2 3) \"ello\" nil)"},
    {"(list (remove 1 '(1 2 1)) (count 1 '(1 2 1)) (count-if #'oddp '(1 2 3))"
     " (position-if #'evenp '(1 2)) (remove-duplicates '(1 2 1)))",
     "((2) 2 2 1 (2 1))"},
    // numbers
    {"(list (gcd 12 18) (lcm 4 6) (expt 2 10) (signum -5) (logcount 255)"
     " (logbitp 3 8) (logtest 1 2))",
     "(6 12 1024 -1 8 t nil)"},
    {"(expt 2 64)", "1:1 CompileTimeOverflow"},
    {"(list (zerop 0) (plusp 1) (minusp -1) (evenp 2) (oddp 3))",
     "(t t t t t)"},
    {"(list (1+ 1) (1- 1) (abs -3) (min 3 1) (max 3 1))", "(2 0 3 1 3)"},
    {"(list (logand 12 10) (logior 12 10) (logxor 12 10) (lognot 0))",
     "(8 14 6 -1)"},
    // symbols and strings
    {"(list (intern \"FOO\") (intern \"foo\") (intern \"K\" :keyword))",
     "(foo |foo| :k)"},
    {"(list (symbol-name 'foo) (string-upcase \"ab\") (string-downcase 'AB)"
     " (string= \"a\" \"a\") (string-equal \"a\" 'a) (string< \"a\" \"b\"))",
     "(\"FOO\" \"AB\" \"ab\" t t t)"},
    {"(format nil \"~a ~s ~d ~x~%~~\" 'foo \"s\" 42 255)",
     "\"FOO \\\"s\\\" 42 FF\n~\""},
    {"(format nil \"~4,'0x|~5d|~3a|~b|~o|~c\" 255 42 'a 5 8 #\\z)",
     "\"00FF|   42|A  |101|10|z\""},
    {"(format nil \"~x ~d\" -1 '(1 2))", "\"-1 (1 2)\""},
    {"(format nil \"~q\" 1)", "1:1 WrongArgument"},
    {"(format nil \"~a\")", "1:1 WrongArgument"},
    {"(format t \"x\")", "1:1 WrongArgument"},
    {"(list (concatenate 'string \"a\" \"b\") (concatenate 'list '(1) '(2)))",
     "(\"ab\" (1 2))"},
    {"(list (substitute #\\_ #\\- \"a-b\") (substitute 9 1 '(1 2)))",
     "(\"a_b\" (9 2))"},
    {"(list (parse-integer \"42\") (parse-integer \"-7\"))", "(42 -7)"},
    {"(parse-integer \"4x\")", "1:1 WrongArgument"},
    {"(let ((a (gensym)) (b (gensym))) (list (eq a a) (eq a b) (symbolp a)))",
     "(t nil t)"},
    {"(list (keywordp :a) (symbolp 'a) (symbolp nil) (stringp \"\")"
     " (integerp 1) (listp nil) (consp nil) (null nil) (atom '(1)))",
     "(t t t t t t nil t nil)"},
    {"(list (eq 'a 'a) (eql 1 1) (equal '(1 (2)) '(1 (2))) (eq '(1) '(1)))",
     "(t t t nil)"},
    // tables
    {"(let ((h (make-hash-table :test #'equal))) (setf (gethash \"a\" h) 1)"
     " (incf (gethash \"a\" h) 4) (list (gethash \"a\" h) (gethash 'b h 9)"
     " (hash-table-count h) (remhash \"a\" h) (hash-table-count h)))",
     "(5 9 1 t 0)"},
    {"(let ((h (make-hash-table)) (s nil)) (setf (gethash 1 h) 'a"
     " (gethash 2 h) 'b) (maphash (lambda (k v) (push (list k v) s)) h) s)",
     "((2 b) (1 a))"},
    {"(multiple-value-bind (v found) (gethash 1 (make-hash-table))"
     " (list v found))",
     "(nil nil)"},
    {"(error \"~a is wrong\" 5)", "1:1 UserError"},
    {"(open \"/etc/passwd\")", "1:2 UnknownCompileTimeFunction"},
    {"(list 1 (sleep 1))", "1:10 UnknownCompileTimeFunction"},
};

TEST_F(EvaluatorTest, EveryFormAndFunction) {
  for (const Row &row : kRows) {
    EXPECT_EQ(value(row.expression), row.value) << row.expression;
    diagnostics_.take();
  }
}

} // namespace
} // namespace whistler::compiler
