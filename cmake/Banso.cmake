# The three ways to declare a target, and the layer rules that every target obeys.
#
#   banso_library(NAME LAYER layer SOURCES file... DEPS target...)
#   banso_executable(NAME LAYER layer SOURCES file... DEPS target... [OUTPUT name])
#   banso_test(NAME LAYER layer SOURCES file... DEPS target... [TIMEOUT seconds] [LABELS label...]
#              [NOT_CORE])
#   banso_script_test(NAME COMMAND command... [TIMEOUT seconds] [LABELS label...])
#
# A test may use what its layer may use, and `testing`. Tests of layers without gRPC form the
# target banso_core_tests and carry the ctest label `core`: these run under the sanitizers.
# NOT_CORE keeps a test out of it. The label `asan` lets one with gRPC run under the address sanitizer
# as well. banso_outer is everything else: the programs and the other tests.
#
# Where a build is for debugging, tests are compiled without optimisation: that takes a third of the
# time, and what they test keeps its own.

include(Layers)

add_custom_target(banso_core_tests)
add_custom_target(banso_outer)

# Remembers a target for banso_check_layers.
function(_banso_register name layer is_test deps)
  if(NOT layer IN_LIST BANSO_LAYERS)
    message(FATAL_ERROR "${name}: '${layer}' is not a layer; the layers are: ${BANSO_LAYERS}")
  endif()
  file(RELATIVE_PATH folder "${CMAKE_SOURCE_DIR}" "${CMAKE_CURRENT_SOURCE_DIR}")
  set_property(GLOBAL APPEND PROPERTY BANSO_TARGETS ${name})
  set_property(GLOBAL PROPERTY BANSO_LAYER_OF_${name} ${layer})
  set_property(GLOBAL PROPERTY BANSO_FOLDER_OF_${name} ${folder})
  set_property(GLOBAL PROPERTY BANSO_IS_TEST_${name} ${is_test})
  set_property(GLOBAL PROPERTY BANSO_DEPS_OF_${name} "${deps}")
endfunction()

function(banso_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "LAYER" "SOURCES;DEPS")
  _banso_refuse_leftovers(${name} "${arg_UNPARSED_ARGUMENTS}")
  # What only tests use is not there without them: it stands on GoogleTest.
  if(NOT BUILD_TESTING AND arg_LAYER MATCHES "^(testing|journey)$")
    return()
  endif()
  set(sources ${arg_SOURCES})
  list(FILTER sources EXCLUDE REGEX "\\.(h|proto|sql)$")
  if(sources)
    add_library(${name} STATIC ${arg_SOURCES})
    target_link_libraries(${name} PUBLIC banso_includes ${arg_DEPS} PRIVATE banso_warnings)
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE banso_includes ${arg_DEPS})
  endif()
  _banso_register(${name} "${arg_LAYER}" OFF "${arg_DEPS}")
endfunction()

function(banso_executable name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "LAYER;OUTPUT" "SOURCES;DEPS")
  _banso_refuse_leftovers(${name} "${arg_UNPARSED_ARGUMENTS}")
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE banso_includes banso_warnings ${arg_DEPS})
  if(NOT arg_OUTPUT)
    string(REPLACE "_" "-" arg_OUTPUT ${name})
  endif()
  set_target_properties(${name} PROPERTIES OUTPUT_NAME ${arg_OUTPUT})
  add_dependencies(banso_outer ${name})
  _banso_register(${name} "${arg_LAYER}" OFF "${arg_DEPS}")
endfunction()

function(banso_test name)
  if(NOT BUILD_TESTING)
    return()
  endif()
  cmake_parse_arguments(PARSE_ARGV 1 arg "NOT_CORE" "LAYER;TIMEOUT" "SOURCES;DEPS;LABELS")
  _banso_refuse_leftovers(${name} "${arg_UNPARSED_ARGUMENTS}")
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE banso_includes banso_warnings ${arg_DEPS}
                                        GTest::gmock GTest::gmock_main)
  target_compile_options(${name} PRIVATE $<$<CONFIG:Debug>:-O0>)
  set(labels unit ${arg_LABELS})
  if(arg_LAYER IN_LIST BANSO_CORE_LAYERS AND NOT arg_NOT_CORE)
    add_dependencies(banso_core_tests ${name})
    list(APPEND labels core)
  else()
    add_dependencies(banso_outer ${name})
  endif()
  add_test(NAME ${name}
           COMMAND ${name} "--gtest_output=xml:${CMAKE_BINARY_DIR}/test-results/${name}.xml")
  _banso_test_properties(${name} "${arg_TIMEOUT}" "${labels}")
  _banso_register(${name} "${arg_LAYER}" ON "${arg_DEPS}")
endfunction()

# A test that is a program of its own: exit status 0 passes, 77 is skipped. It counts as one test,
# unless it writes its cases to the file that BANSO_RESULT_XML names, in GoogleTest's XML form.
function(banso_script_test name)
  if(NOT BUILD_TESTING)
    return()
  endif()
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "TIMEOUT" "COMMAND;LABELS")
  _banso_refuse_leftovers(${name} "${arg_UNPARSED_ARGUMENTS}")
  add_test(NAME ${name} COMMAND ${arg_COMMAND} WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}")
  _banso_test_properties(${name} "${arg_TIMEOUT}" "script;${arg_LABELS}")
  set_property(TEST ${name} PROPERTY SKIP_RETURN_CODE 77)
  set_property(TEST ${name} APPEND PROPERTY ENVIRONMENT
    "BANSO_RESULT_XML=${CMAKE_BINARY_DIR}/test-results/${name}.xml")
endfunction()

function(_banso_test_properties name timeout labels)
  if(NOT timeout)
    set(timeout 120)
  endif()
  set(environment
    "BANSO_SOURCE_DIR=${CMAKE_SOURCE_DIR}"
    "BANSO_BIN_DIR=${CMAKE_RUNTIME_OUTPUT_DIRECTORY}"
    "GRPC_VERBOSITY=NONE")
  if(BANSO_SANITIZE)
    math(EXPR timeout "${timeout} * 3")
    list(APPEND environment
      "UBSAN_OPTIONS=print_stacktrace=1"
      "ASAN_OPTIONS=detect_stack_use_after_return=1"
      "TSAN_OPTIONS=ignore_noninstrumented_modules=1")
  endif()
  set_tests_properties(${name} PROPERTIES
    TIMEOUT ${timeout} LABELS "${labels}" ENVIRONMENT "${environment}")
endfunction()

function(_banso_refuse_leftovers name leftovers)
  if(leftovers)
    message(FATAL_ERROR "${name}: these arguments mean nothing here: ${leftovers}")
  endif()
endfunction()
