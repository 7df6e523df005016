# The rules every translation unit is compiled under, as one interface target.
add_library(valion_compiler INTERFACE)
target_compile_features(valion_compiler INTERFACE cxx_std_20)
target_include_directories(valion_compiler INTERFACE ${CMAKE_SOURCE_DIR}/src)
target_compile_options(valion_compiler INTERFACE
  -Wall -Wextra -Wpedantic -Werror -Wno-missing-field-initializers -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wold-style-cast -Wunused
  -fno-semantic-interposition  # a module's copy of a function is as good as the program's
  $<$<CXX_COMPILER_ID:GNU>:-Wduplicated-cond -Wlogical-op
    -Wno-restrict -Wno-maybe-uninitialized -Wno-mismatched-new-delete>)  # false positives of g++ 12 (bugs 105329, 109224)
target_compile_definitions(valion_compiler INTERFACE
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED BOOST_BEAST_SEPARATE_COMPILATION
  SPDLOG_FMT_EXTERNAL SPDLOG_COMPILED_LIB FMT_SHARED)

set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")
set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g")
set(CMAKE_CXX_FLAGS_SANITIZE "-O1 -g1 -fno-omit-frame-pointer")

if(VALION_SANITIZERS)
  # SOCI's back ends hide their type information, which the vptr check would need.
  target_compile_options(valion_compiler INTERFACE
    -fsanitize=${VALION_SANITIZERS} -fno-sanitize=vptr -fno-sanitize-recover=all -Wno-error
    $<$<CXX_COMPILER_ID:Clang>:-fno-sanitize=function>)  # clang 14 cannot place its marks before a coroutine
  target_link_options(valion_compiler INTERFACE -fsanitize=${VALION_SANITIZERS})
endif()
if(VALION_COVERAGE)
  target_compile_options(valion_compiler INTERFACE --coverage)
  target_link_options(valion_compiler INTERFACE --coverage)
endif()

find_program(MOLD mold)
if(MOLD)
  target_link_options(valion_compiler INTERFACE -fuse-ld=mold)
endif()
find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()
