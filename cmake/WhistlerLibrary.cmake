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

# What the rooms need of LLVM: its shared library, but in a target with the
# property WHISTLER_STATIC_LLVM the archives.
llvm_map_components_to_libnames(archives BPF BitWriter IRReader Passes)
list(JOIN archives $<SEMICOLON> archives)
set(WHISTLER_LLVM
  $<IF:$<BOOL:$<TARGET_PROPERTY:WHISTLER_STATIC_LLVM>>,${archives},LLVM>)

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
  target_link_libraries(${target} PUBLIC ${WHISTLER_LLVM})
  whistler_install_room(${target})
endfunction()

# whistler_link_llvm_statically(<tool>): LLVM's archives in place of its shared
# library, at a fixed address. Loading and relocating the 120 MB of libLLVM takes
# half of a small compile; a program cannot have both.
function(whistler_link_llvm_statically tool)
  set_target_properties(${tool} PROPERTIES
    WHISTLER_STATIC_LLVM ON POSITION_INDEPENDENT_CODE OFF)
  target_link_options(${tool} PRIVATE -no-pie LINKER:--gc-sections)
endfunction()
