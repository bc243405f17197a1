# One static library per room, with its public headers as a file set, the
# project's warnings, and LLVM's headers precompiled.

include(WhistlerInstall)

add_library(whistler_warnings INTERFACE)
target_compile_options(whistler_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Werror -Wno-unused-parameter -Wnon-virtual-dtor
  -Woverloaded-virtual)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # What libbpf's LIBBPF_OPTS expands to, and std::stable_sort in the headers of
  # GCC 12, which clang reads as ours.
  target_compile_options(whistler_warnings INTERFACE
    -Wno-gnu-statement-expression-from-macro-expansion -Wno-c99-extensions
    -Wno-missing-designated-field-initializers -Wno-deprecated-declarations)
endif()

# whistler_library(<room> HEADERS … SOURCES …): whistler_<room>, whistler::<room>.
function(whistler_library room)
  cmake_parse_arguments(arg "" "" "HEADERS;SOURCES" ${ARGN})
  set(target whistler_${room})
  add_library(${target} STATIC ${arg_SOURCES})
  add_library(whistler::${room} ALIAS ${target})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${room}
    POSITION_INDEPENDENT_CODE ON CXX_EXTENSIONS OFF)
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_sources(${target} PUBLIC FILE_SET HEADERS
    BASE_DIRS include ${CMAKE_CURRENT_BINARY_DIR}/include FILES ${arg_HEADERS})
  target_include_directories(${target} SYSTEM PUBLIC
    $<BUILD_INTERFACE:${LLVM_INCLUDE_DIRS}>)
  target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:whistler_warnings>)
  target_link_libraries(${target} PUBLIC LLVM)
  whistler_install_room(${target})
endfunction()
