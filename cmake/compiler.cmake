# Warnings and sanitizers for this project's own targets only. No -march=native: one binary runs anywhere.
add_library(glasscape_flags INTERFACE)
target_compile_options(glasscape_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-missing-field-initializers)
if(GLASSCAPE_SANITIZE)
  # -O1: a sanitized -O3 takes twice as long to build and finds no more
  target_compile_options(glasscape_flags INTERFACE -O1 -g1 -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
  target_link_options(glasscape_flags INTERFACE -fsanitize=address,undefined)
endif()

# Half of a small file's compile time is the parsing of these. A file includes what it uses all the same: the sanitized
# build precompiles nothing.
set(GLASSCAPE_PRECOMPILED
  <algorithm> <array> <cmath> <functional> <limits> <map> <memory> <optional> <span> <string> <string_view> <variant> <vector>
  <Eigen/Core> <Eigen/Eigenvalues> <Eigen/SparseCore> <Random123/philox.h> <fmt/format.h> <fmt/ranges.h>)

# glasscape_room(md SOURCES a.cpp ... LINK x y PRECOMPILE <z>): one static library per room. PRECOMPILED_BY another room:
# use what that one has precompiled.
function(glasscape_room name)
  cmake_parse_arguments(ROOM "" "PRECOMPILED_BY" "SOURCES;LINK;PRECOMPILE" ${ARGN})
  add_library(glasscape_${name} STATIC ${ROOM_SOURCES})
  add_library(glasscape::${name} ALIAS glasscape_${name})
  set_target_properties(glasscape_${name} PROPERTIES EXPORT_NAME ${name} POSITION_INDEPENDENT_CODE ON)
  target_include_directories(glasscape_${name} PUBLIC
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}> $<INSTALL_INTERFACE:include/glasscape>)
  target_compile_features(glasscape_${name} PUBLIC cxx_std_20)
  target_compile_options(glasscape_${name} PRIVATE -fno-math-errno -fno-trapping-math)
  target_link_libraries(glasscape_${name} PUBLIC ${ROOM_LINK} PRIVATE $<BUILD_INTERFACE:glasscape_flags>)
  if(GLASSCAPE_SANITIZE)
    return()
  endif()
  if(ROOM_PRECOMPILED_BY)
    target_precompile_headers(glasscape_${name} REUSE_FROM glasscape_${ROOM_PRECOMPILED_BY})
  else()
    target_precompile_headers(glasscape_${name} PRIVATE ${GLASSCAPE_PRECOMPILED} ${ROOM_PRECOMPILE})
  endif()
endfunction()
