# The rooms as a CMake package: find_package(glasscape), then link glasscape::apps for a program with plug-ins of your own.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

install(TARGETS glasscape_md glasscape_landscape glasscape_samplers glasscape_analysis glasscape_apps
  EXPORT glasscape ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(FILES ${PROJECT_BINARY_DIR}/web/licences.txt DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME report-licences.txt)
install(TARGETS glasscape RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
foreach(room md landscape samplers analysis apps)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/${room} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/glasscape FILES_MATCHING PATTERN "*.hpp")
endforeach()

set(package ${CMAKE_INSTALL_LIBDIR}/cmake/glasscape)
install(EXPORT glasscape NAMESPACE glasscape:: DESTINATION ${package} FILE glasscapeTargets.cmake)
configure_package_config_file(cmake/glasscapeConfig.cmake.in glasscapeConfig.cmake INSTALL_DESTINATION ${package})
write_basic_package_version_file(glasscapeConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/glasscapeConfig.cmake ${PROJECT_BINARY_DIR}/glasscapeConfigVersion.cmake DESTINATION ${package})
