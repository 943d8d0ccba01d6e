# Which layer may stand on which. banso_check_layers runs once all targets are known, so the order
# of the folders does not matter.

set(BANSO_LAYERS base contract rule calendar statistics storage server testing domain store api
                 main client journey)

# Layers whose tests link no gRPC.
set(BANSO_CORE_LAYERS base contract rule calendar statistics storage testing domain store)

# Everything may depend on its own layer, on `base` and on the messages (banso_messages).
set(BANSO_BELOW_base)
set(BANSO_BELOW_contract calendar)
set(BANSO_BELOW_calendar)
set(BANSO_BELOW_rule contract calendar)
set(BANSO_BELOW_statistics)
set(BANSO_BELOW_storage contract calendar)
set(BANSO_BELOW_server contract rule calendar storage)
set(BANSO_BELOW_testing contract calendar storage)
set(BANSO_BELOW_domain contract rule calendar statistics)
set(BANSO_BELOW_store contract rule calendar statistics storage domain)
set(BANSO_BELOW_api contract rule calendar statistics storage server domain store)
set(BANSO_BELOW_main contract rule calendar statistics storage server domain store api)
set(BANSO_BELOW_client contract rule calendar)
set(BANSO_BELOW_journey contract rule calendar statistics storage server testing client main store
                        api)

# Third-party targets that only some layers may name; the others are free for all.
# Pattern of the target's name, then the layers (and the service that may use it in its api layer).
set(BANSO_RESTRICTED "^gRPC::" "^banso_rpc$" "^(SQLiteCpp|SQLite::)" "^GTest::" "^benchmark::"
                     "^Boost::" "^CLI11::" "^yaml-cpp" "^(Eigen3|liblinear)::" "^(CURL|OpenSSL)::")
set(BANSO_USERS_0 server main client journey)
set(BANSO_USERS_1 client journey)
# The benchmarks compare with SQLite itself.
set(BANSO_USERS_2 storage journey)
set(BANSO_USERS_3 testing journey)
set(BANSO_USERS_4 journey)
set(BANSO_USERS_5 statistics domain server client journey)
set(BANSO_USERS_6 client main journey)
set(BANSO_USERS_7 contract rule domain api main client journey testing)
set(BANSO_USERS_8 statistics domain)
set(BANSO_USERS_9 server)
# The gateway is the one service that calls the others with stubs and listens for HTTP itself.
set(BANSO_GATEWAY_MAY "^(gRPC::|banso_rpc$|Boost::)")

# Sets `out` to the service a folder belongs to, or to nothing. The all-in-one suite is no service:
# it puts all of them into one process.
function(_banso_service_of folder out)
  if(folder MATCHES "^services/([^/]+)" AND NOT CMAKE_MATCH_1 STREQUAL "suite")
    set(${out} "${CMAKE_MATCH_1}" PARENT_SCOPE)
  else()
    set(${out} "" PARENT_SCOPE)
  endif()
endfunction()

function(_banso_check_third_party name layer service is_test dep)
  set(index 0)
  foreach(pattern IN LISTS BANSO_RESTRICTED)
    if(dep MATCHES "${pattern}" AND NOT layer IN_LIST BANSO_USERS_${index})
      set(allowed OFF)
      if(service STREQUAL "gateway" AND layer STREQUAL "api" AND dep MATCHES "${BANSO_GATEWAY_MAY}")
        set(allowed ON)
      elseif(is_test AND dep MATCHES "^(GTest::|banso_rpc$|gRPC::)" AND
             (dep MATCHES "^GTest::" OR layer MATCHES "^(server|api|main)$"))
        set(allowed ON)
      endif()
      if(NOT allowed)
        message(FATAL_ERROR
          "${name} is in layer '${layer}' and may not use ${dep}: that is for the layers "
          "${BANSO_USERS_${index}} (cmake/Layers.cmake).")
      endif()
    endif()
    math(EXPR index "${index} + 1")
  endforeach()
endfunction()

function(_banso_check_own name layer folder is_test dep)
  get_property(dep_layer GLOBAL PROPERTY BANSO_LAYER_OF_${dep})
  get_property(dep_folder GLOBAL PROPERTY BANSO_FOLDER_OF_${dep})
  _banso_service_of("${folder}" service)
  _banso_service_of("${dep_folder}" dep_service)
  set(allowed ${layer} base ${BANSO_BELOW_${layer}})
  if(is_test)
    list(APPEND allowed testing)
  endif()
  if(NOT dep_layer IN_LIST allowed)
    message(FATAL_ERROR
      "${name} is in layer '${layer}' and may not depend on ${dep}, which is in layer "
      "'${dep_layer}': '${layer}' may use only ${allowed} (cmake/Layers.cmake).")
  endif()
  if(folder MATCHES "^common" AND NOT dep_folder MATCHES "^common")
    message(FATAL_ERROR
      "${name} is in common and may not depend on ${dep} in ${dep_folder}: common knows no service.")
  endif()
  if(service AND dep_service AND NOT service STREQUAL dep_service)
    message(FATAL_ERROR
      "${name} belongs to service ${service} and may not depend on ${dep} of service "
      "${dep_service}: services meet only through proto/.")
  endif()
endfunction()

function(banso_check_layers)
  get_property(names GLOBAL PROPERTY BANSO_TARGETS)
  foreach(name IN LISTS names)
    get_property(layer GLOBAL PROPERTY BANSO_LAYER_OF_${name})
    get_property(folder GLOBAL PROPERTY BANSO_FOLDER_OF_${name})
    get_property(is_test GLOBAL PROPERTY BANSO_IS_TEST_${name})
    get_property(deps GLOBAL PROPERTY BANSO_DEPS_OF_${name})
    _banso_service_of("${folder}" service)
    foreach(dep IN LISTS deps)
      if(dep IN_LIST names)
        _banso_check_own(${name} ${layer} "${folder}" ${is_test} ${dep})
      else()
        _banso_check_third_party(${name} ${layer} "${service}" ${is_test} ${dep})
        # A script has no targets: the test of these rules is one.
        if(NOT TARGET ${dep} AND NOT CMAKE_SCRIPT_MODE_FILE)
          message(FATAL_ERROR "${name} depends on ${dep}, which is no target.")
        endif()
      endif()
    endforeach()
  endforeach()
endfunction()
