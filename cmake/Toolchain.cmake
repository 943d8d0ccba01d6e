# Compiler settings that every target shares.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/lib")
set(CMAKE_ARCHIVE_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/lib")

if(NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
  find_program(BANSO_CCACHE ccache)
  if(BANSO_CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER "${BANSO_CCACHE}")
  endif()
endif()

set(BANSO_SANITIZE "" CACHE STRING
    "Sanitizers, as given to -fsanitize=: empty, 'address,undefined' or 'thread'")
if(BANSO_SANITIZE)
  add_compile_options("-fsanitize=${BANSO_SANITIZE}")
  add_link_options("-fsanitize=${BANSO_SANITIZE}")
  if(BANSO_SANITIZE MATCHES "undefined")
    add_compile_options(-fno-sanitize-recover=undefined)
  endif()
endif()

# Linked by our own code. Generated code takes only the includes (see Protos.cmake).
add_library(banso_warnings INTERFACE)
# Errors where the code is developed; whoever only builds it to run it is not stopped by what another
# compiler, or the optimiser of this one, suspects.
target_compile_options(banso_warnings INTERFACE
  -Wall -Wextra $<$<NOT:$<CONFIG:Release>>:-Werror>)

option(BANSO_FUZZ "Count what inputs reach in our own code, for banso_fuzz; clang only" OFF)
if(BANSO_FUZZ)
  target_compile_options(banso_warnings INTERFACE -fsanitize=fuzzer-no-link)
endif()

add_library(banso_includes INTERFACE)
target_include_directories(banso_includes INTERFACE "${CMAKE_SOURCE_DIR}")
