# valion_library(NAME [SOURCES …] [DEPENDS …] [PACKAGES …] [PRIVATE_PACKAGES …] [TESTS …] [BENCHES …])
#
# The one way to declare a library. NAME is the folder below src/ with `_` for `/` (src/domain/stats > domain_stats).
#   DEPENDS           other libraries of ours
#   PACKAGES          third-party targets that our headers need;  PRIVATE_PACKAGES: only our sources
#   TESTS, BENCHES    one GoogleTest program NAME_test (label unit) and one Google Benchmark program NAME_bench
#   TEST_DEPENDS      libraries of ours that only the tests need
# A library without SOURCES is headers only.
function(valion_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;DEPENDS;PACKAGES;PRIVATE_PACKAGES;TESTS;BENCHES;TEST_DEPENDS" ${ARGN})
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "valion_library(${name}): unknown arguments ${arg_UNPARSED_ARGUMENTS}")
  endif()
  if(arg_SOURCES)
    add_library(${name} STATIC ${arg_SOURCES})
    target_link_libraries(${name} PUBLIC valion_compiler ${arg_DEPENDS} ${arg_PACKAGES} PRIVATE ${arg_PRIVATE_PACKAGES})
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE valion_compiler ${arg_DEPENDS} ${arg_PACKAGES})
  endif()
  set_property(GLOBAL APPEND PROPERTY VALION_LIBRARIES ${name})

  if(arg_TESTS AND VALION_TESTS)
    add_executable(${name}_test ${arg_TESTS})
    target_link_libraries(${name}_test PRIVATE ${name} ${arg_TEST_DEPENDS} ${arg_PRIVATE_PACKAGES} GTest::gmock GTest::gtest_main)
    target_compile_definitions(${name}_test PRIVATE VALION_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
    gtest_discover_tests(${name}_test DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60 PROPERTIES LABELS unit TIMEOUT 300)
  endif()
  if(arg_BENCHES AND VALION_BENCHES)
    add_executable(${name}_bench ${arg_BENCHES})
    target_link_libraries(${name}_bench PRIVATE ${name} ${arg_PRIVATE_PACKAGES} benchmark::benchmark_main)
    target_compile_definitions(${name}_bench PRIVATE VALION_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  endif()
endfunction()
