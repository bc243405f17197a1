# What `cmake --install` puts where: the rooms' libraries and public headers,
# the tools, and the package that find_package(whistler) reads.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(WHISTLER_PACKAGE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/whistler)

# whistler_install_room(<target>): archive and public headers.
function(whistler_install_room target)
  install(TARGETS ${target} EXPORT whistlerTargets
          ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
          FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
endfunction()

# whistler_install_package(): once, after every target.
function(whistler_install_package)
  install(EXPORT whistlerTargets NAMESPACE whistler::
          DESTINATION ${WHISTLER_PACKAGE_DIR})
  configure_package_config_file(
    ${PROJECT_SOURCE_DIR}/cmake/whistlerConfig.cmake.in
    ${PROJECT_BINARY_DIR}/whistlerConfig.cmake
    INSTALL_DESTINATION ${WHISTLER_PACKAGE_DIR})
  write_basic_package_version_file(
    ${PROJECT_BINARY_DIR}/whistlerConfigVersion.cmake
    VERSION ${PROJECT_VERSION} COMPATIBILITY SameMinorVersion)
  if(TARGET WhistlerPasses) # the plugin for LLVM's own opt
    install(TARGETS WhistlerPasses
            LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/whistler)
  endif()
  install(FILES ${PROJECT_BINARY_DIR}/whistlerConfig.cmake
                ${PROJECT_BINARY_DIR}/whistlerConfigVersion.cmake
                ${PROJECT_SOURCE_DIR}/cmake/Findlibbpf.cmake
          DESTINATION ${WHISTLER_PACKAGE_DIR})
endfunction()
