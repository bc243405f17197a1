# Writes OUTPUT, a C++ file with the text of each of FILES (from DIRECTORY).
set(rows "")
foreach(file ${FILES})
  file(READ ${DIRECTORY}/${file} text)
  string(APPEND rows "    {\"<prelude/${file}>\", R\"prelude(${text})prelude\"},\n")
endforeach()
file(WRITE ${OUTPUT} "// Generated from prelude/*.lisp.
#include \"prelude/Prelude.h\"

namespace whistler::compiler {

llvm::ArrayRef<PreludeFile> preludeFiles() {
  static const PreludeFile kFiles[] = {
${rows}  };
  return kFiles;
}

} // namespace whistler::compiler
")
