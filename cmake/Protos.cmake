# Code generated from proto/, into the build tree only:
#   banso_messages   all messages, and google.rpc's status and details
#   banso_rpc        the gRPC stubs
#   banso/proto_files.h, the names of the files: protobuf finds a file by its name but lists none
#   banso_generated  all generated headers, for what reads sources without building them
# Both are shared: out of a static library the linker would drop descriptors that are only looked
# up by name.

set(BANSO_NODE_DIR "${CMAKE_SOURCE_DIR}/build/node" CACHE PATH
    "Where the npm packages of proto/package.json are installed")
set(BANSO_GOOGLEAPIS_DIR "" CACHE PATH
    "A folder that holds google/rpc/*.proto; empty takes it from the npm package google-proto-files")
set(BANSO_GENERATED_DIR "${CMAKE_BINARY_DIR}/generated")

function(_banso_provide_googleapis out)
  if(BANSO_GOOGLEAPIS_DIR)
    set(${out} "${BANSO_GOOGLEAPIS_DIR}" PARENT_SCOPE)
    return()
  endif()
  execute_process(
    COMMAND "${CMAKE_SOURCE_DIR}/cmake/install_node_packages.sh" "${CMAKE_SOURCE_DIR}/proto"
            "${BANSO_NODE_DIR}"
    RESULT_VARIABLE result)
  if(result)
    message(FATAL_ERROR "The npm packages of proto/package.json could not be installed (see above). "
                        "Without a package registry, set BANSO_GOOGLEAPIS_DIR.")
  endif()
  set(${out} "${BANSO_NODE_DIR}/node_modules/google-proto-files" PARENT_SCOPE)
endfunction()

_banso_provide_googleapis(googleapis_dir)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
             "${CMAKE_SOURCE_DIR}/proto/package-lock.json")

file(MAKE_DIRECTORY "${BANSO_GENERATED_DIR}")
add_custom_target(banso_generated)

# banso_test_proto(OUT PROTO): messages for tests alone. Sets OUT to the sources generated from
# PROTO, a path below the current folder; they are included by their path from the top.
function(banso_test_proto out proto)
  file(RELATIVE_PATH path "${CMAKE_SOURCE_DIR}" "${CMAKE_CURRENT_SOURCE_DIR}/${proto}")
  string(REGEX REPLACE "\\.proto$" "" stem "${path}")
  set(generated "${BANSO_GENERATED_DIR}/${stem}.pb.cc" "${BANSO_GENERATED_DIR}/${stem}.pb.h")
  add_custom_command(
    OUTPUT ${generated}
    COMMAND protobuf::protoc -I "${CMAKE_SOURCE_DIR}" -I "${CMAKE_SOURCE_DIR}/proto"
            "--cpp_out=${BANSO_GENERATED_DIR}" "${CMAKE_SOURCE_DIR}/${path}"
    DEPENDS "${proto}" "${CMAKE_SOURCE_DIR}/proto/banso/type/v1/rules.proto" protobuf::protoc
    COMMENT "protoc ${path}"
    VERBATIM)
  set_source_files_properties(${generated} PROPERTIES
    COMPILE_OPTIONS "-w" SKIP_UNITY_BUILD_INCLUSION ON)
  string(MAKE_C_IDENTIFIER "banso_generated_${stem}" target)
  add_custom_target(${target} DEPENDS ${generated})
  add_dependencies(banso_generated ${target})
  set(${out} ${generated} PARENT_SCOPE)
endfunction()

# Adds the commands that generate `stem`.pb.* and, for a file with services, `stem`.grpc.pb.*;
# appends the sources to the lists named by `messages` and `rpcs`.
function(_banso_generate root stem messages rpcs)
  set(proto "${root}/${stem}.proto")
  set(out "${BANSO_GENERATED_DIR}/${stem}")
  # google.protobuf's own files come with the library; the npm package holds newer ones, too.
  set(protoc $<TARGET_FILE:protobuf::protoc> -I "${CMAKE_SOURCE_DIR}/proto"
             -I "${Protobuf_INCLUDE_DIRS}" -I "${googleapis_dir}")
  add_custom_command(
    OUTPUT "${out}.pb.cc" "${out}.pb.h"  # Ninja wants the order of the dependency file.
    COMMAND ${protoc} "--cpp_out=${BANSO_GENERATED_DIR}" "--dependency_out=${out}.d" "${proto}"
    DEPENDS "${proto}" protobuf::protoc
    DEPFILE "${out}.d"
    COMMENT "protoc ${stem}.proto"
    VERBATIM)
  list(APPEND ${messages} "${out}.pb.cc")
  set(${messages} "${${messages}}" PARENT_SCOPE)

  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${proto}")
  file(STRINGS "${proto}" services REGEX "^service ")
  if(services)
    add_custom_command(
      OUTPUT "${out}.grpc.pb.cc" "${out}.grpc.pb.h"
      COMMAND ${protoc} "--grpc_out=${BANSO_GENERATED_DIR}"
              "--plugin=protoc-gen-grpc=$<TARGET_FILE:gRPC::grpc_cpp_plugin>"
              "--dependency_out=${out}.grpc.d" "${proto}"
      DEPENDS "${proto}" protobuf::protoc gRPC::grpc_cpp_plugin
      DEPFILE "${out}.grpc.d"
      COMMENT "protoc ${stem}.proto (grpc)"
      VERBATIM)
    list(APPEND ${rpcs} "${out}.grpc.pb.cc")
    set(${rpcs} "${${rpcs}}" PARENT_SCOPE)
  endif()
endfunction()

set(message_sources)
set(rpc_sources)
foreach(stem IN ITEMS google/rpc/code google/rpc/status google/rpc/error_details)
  _banso_generate("${googleapis_dir}" ${stem} message_sources rpc_sources)
endforeach()
file(GLOB_RECURSE proto_files CONFIGURE_DEPENDS RELATIVE "${CMAKE_SOURCE_DIR}/proto"
     "${CMAKE_SOURCE_DIR}/proto/banso/*.proto")
foreach(proto_file IN LISTS proto_files)
  string(REGEX REPLACE "\\.proto$" "" stem "${proto_file}")
  _banso_generate("${CMAKE_SOURCE_DIR}/proto" ${stem} message_sources rpc_sources)
endforeach()
list(JOIN proto_files "\",\n    \"" proto_file_names)
file(CONFIGURE OUTPUT "${BANSO_GENERATED_DIR}/banso/proto_files.h" @ONLY CONTENT
"// Every proto file of the contract, in alphabetical order.
#pragma once

namespace banso {

inline constexpr const char* kProtoFiles[] = {
    \"@proto_file_names@\",
};

}  // namespace banso
")

set(generated_headers ${message_sources} ${rpc_sources})
list(TRANSFORM generated_headers REPLACE "\\.cc$" ".h")
add_custom_target(banso_generated_contract DEPENDS ${generated_headers})
add_dependencies(banso_generated banso_generated_contract)

# Generated code is not ours to mend: no warnings, no optimisation where a build is for debugging,
# and no UBSan, under which it takes minutes to compile.
function(_banso_generated_library name)
  add_library(${name} SHARED ${ARGN})
  target_include_directories(${name} SYSTEM PUBLIC "${BANSO_GENERATED_DIR}")
  target_compile_options(${name} PRIVATE -w $<$<CONFIG:Debug>:-O0>)
  if(BANSO_SANITIZE MATCHES "undefined")
    target_compile_options(${name} PRIVATE -fno-sanitize=undefined)
  endif()
endfunction()

_banso_generated_library(banso_messages ${message_sources})
target_link_libraries(banso_messages PUBLIC protobuf::libprotobuf Threads::Threads)
# Every generated file calls its tables by the same names.
set_target_properties(banso_messages PROPERTIES UNITY_BUILD OFF)
if(rpc_sources)
  _banso_generated_library(banso_rpc ${rpc_sources})
  target_link_libraries(banso_rpc PUBLIC banso_messages gRPC::grpc++)
  # Only tests use the stubs; they take minutes to compile.
  set_target_properties(banso_rpc PROPERTIES EXCLUDE_FROM_ALL TRUE)
else()
  add_library(banso_rpc INTERFACE)
  target_link_libraries(banso_rpc INTERFACE banso_messages gRPC::grpc++)
endif()
