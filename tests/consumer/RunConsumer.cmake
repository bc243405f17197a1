# The consumer test, as a script: every step must succeed. The install manifest
# of the build directory is not touched, since the prefix is ours alone.
file(REMOVE_RECURSE ${WORK})

function(step name)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result
                  OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "consumer: ${name} failed (${result})\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

step(install ${CMAKE_COMMAND} --install ${WHISTLER_BINARY_DIR}
     --prefix ${WORK}/prefix)
step(configure ${CMAKE_COMMAND} -G Ninja -S ${PROJECT} -B ${WORK}/build
     -DCMAKE_PREFIX_PATH=${WORK}/prefix -DCMAKE_CXX_COMPILER=${CXX}
     -DCMAKE_CXX_FLAGS=${CXX_FLAGS} -DLLVM_DIR=${LLVM_DIR})
step(build ${CMAKE_COMMAND} --build ${WORK}/build)
step(run ${WORK}/build/embedder)
message("${output}")
step(whistler ${WORK}/prefix/bin/whistler --version)
message("consumer: passed: installed, found, built and run")
