# cmake -P layers_test.cmake: each forbidden dependency is refused with its sentence, each allowed
# one passes. Runs itself once per case, because a refusal ends the configuration.

cmake_minimum_required(VERSION 3.25)
set(source_dir "${CMAKE_CURRENT_LIST_DIR}/../..")

function(declare name layer folder deps)
  set_property(GLOBAL APPEND PROPERTY BANSO_TARGETS ${name})
  set_property(GLOBAL PROPERTY BANSO_LAYER_OF_${name} ${layer})
  set_property(GLOBAL PROPERTY BANSO_FOLDER_OF_${name} ${folder})
  set_property(GLOBAL PROPERTY BANSO_IS_TEST_${name} OFF)
  set_property(GLOBAL PROPERTY BANSO_DEPS_OF_${name} "${deps}")
endfunction()

if(DEFINED LAYER)
  include("${source_dir}/cmake/Layers.cmake")
  declare(rule_library rule common/rule "")
  declare(storage_library storage common/storage "")
  declare(accounts_domain domain services/accounts "")
  declare(health_domain domain services/health "")
  declare(subject ${LAYER} ${FOLDER} ${DEP})
  banso_check_layers()
  return()
endif()

function(expect layer folder dep sentence)
  execute_process(
    COMMAND "${CMAKE_COMMAND}" -DLAYER=${layer} -DFOLDER=${folder} -DDEP=${dep}
            -P "${source_dir}/tests/lint/layers_test.cmake"
    RESULT_VARIABLE result ERROR_VARIABLE errors OUTPUT_QUIET)
  string(REGEX REPLACE "[ \n]+" " " errors "${errors}")
  if(sentence STREQUAL "")
    if(NOT result EQUAL 0)
      message(SEND_ERROR "${layer} in ${folder} may depend on ${dep}, but was refused: ${errors}")
    endif()
  elseif(result EQUAL 0 OR NOT errors MATCHES "${sentence}")
    message(SEND_ERROR "${layer} in ${folder} -> ${dep}: expected '${sentence}', got: ${errors}")
  endif()
endfunction()

expect(domain services/health rule_library "")
expect(domain services/health storage_library "may not depend on storage_library")
expect(domain services/health accounts_domain "services meet only through proto/")
expect(domain services/health gRPC::grpc++ "may not use gRPC::grpc")
expect(domain services/health absl::status "")
expect(store services/health storage_library "")
expect(store services/health SQLiteCpp "may not use SQLiteCpp")
expect(storage common/storage SQLiteCpp "")
expect(api services/health health_domain "")
expect(api services/health gRPC::grpc++ "may not use gRPC::grpc")
expect(api services/gateway Boost::headers "")
expect(rule common/rule accounts_domain "may not depend on accounts_domain")
expect(main services/suite accounts_domain "")
expect(domain services/health GTest::gmock "may not use GTest::gmock")
