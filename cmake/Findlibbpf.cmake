# libbpf::libbpf from pkg-config (Debian ships no CMake package for it).
find_package(PkgConfig REQUIRED)
pkg_check_modules(libbpf REQUIRED IMPORTED_TARGET GLOBAL libbpf>=1.1)
if(NOT TARGET libbpf::libbpf)
  add_library(libbpf::libbpf ALIAS PkgConfig::libbpf)
endif()
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(libbpf REQUIRED_VARS libbpf_LIBRARIES
                                  VERSION_VAR libbpf_VERSION)
