# Compiles schema files into a target.
#
#   banso_embed_sql(TARGET FUNCTION function [FOLDER folder])
#
# Adds to TARGET the definition of `function`, such as banso::accounts::Schema, which the caller
# declares in a header of its own as
#   banso::storage::Migrations Schema();
# It returns the files NNN_name.sql of `folder` (default: schema), numbered 001, 002, ... without
# gaps. The target must depend on banso_common_storage or be it.

function(banso_embed_sql target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "FUNCTION;FOLDER" "")
  if(NOT arg_FUNCTION OR arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "banso_embed_sql(${target}): say FUNCTION and, if need be, FOLDER")
  endif()
  if(NOT arg_FOLDER)
    set(arg_FOLDER schema)
  endif()
  if(NOT arg_FUNCTION MATCHES "^(.+)::([A-Za-z0-9_]+)$")
    message(FATAL_ERROR "banso_embed_sql(${target}): ${arg_FUNCTION} has no namespace")
  endif()
  set(namespace "${CMAKE_MATCH_1}")
  set(function "${CMAKE_MATCH_2}")

  file(GLOB files CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/${arg_FOLDER}/*.sql")
  list(SORT files)
  set(expected 0)
  set(entries "")
  foreach(file IN LISTS files)
    math(EXPR expected "${expected} + 1")
    get_filename_component(stem "${file}" NAME_WE)
    if(NOT stem MATCHES "^([0-9][0-9][0-9])_([a-z0-9_]+)$")
      message(FATAL_ERROR "${file}: schema files are named NNN_name.sql")
    endif()
    set(name "${CMAKE_MATCH_2}")
    string(REGEX REPLACE "^0+" "" number "${CMAKE_MATCH_1}")
    if(NOT number STREQUAL expected)
      message(FATAL_ERROR "${file}: its number must be ${expected}; there are no gaps")
    endif()
    file(READ "${file}" sql)
    string(APPEND entries "      {${number}, \"${name}\", R\"~sql~(${sql})~sql~\"},\n")
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${file}")
  endforeach()

  set(content "// Generated from ${arg_FOLDER}/*.sql.\n#include \"common/storage/migration.h\"\n\n")
  string(APPEND content "namespace ${namespace} {\n\n::banso::storage::Migrations ${function}();\n"
         "::banso::storage::Migrations ${function}() {\n  return {\n${entries}  };\n}\n\n"
         "}  // namespace ${namespace}\n")
  set(output "${CMAKE_CURRENT_BINARY_DIR}/${target}_schema.cc")
  file(CONFIGURE OUTPUT "${output}" CONTENT "@content@" @ONLY)
  target_sources(${target} PRIVATE "${output}")
endfunction()
