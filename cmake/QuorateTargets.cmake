# The few functions all targets share, so that a folder's CMakeLists.txt only says what is in it.

add_library(quorate_options INTERFACE)
target_compile_features(quorate_options INTERFACE cxx_std_20)
target_compile_options(
  quorate_options
  INTERFACE -Wall
            -Wextra
            -Wpedantic
            -Wshadow
            -Wconversion
            -Werror
            -fstack-protector-strong
            -fcf-protection)
# GCC 12 reports values in std::optional that are never read without being there.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(quorate_options INTERFACE -Wno-maybe-uninitialized)
endif()
target_include_directories(quorate_options INTERFACE "${CMAKE_SOURCE_DIR}" "${CMAKE_BINARY_DIR}")
# Container bounds stay checked in release builds: a wild index must end the process, not the data.
target_compile_definitions(quorate_options INTERFACE _GLIBCXX_ASSERTIONS)
target_link_options(quorate_options INTERFACE -Wl,-z,relro,-z,now)

# quorate_library(NAME SOURCES a.cc ... DEPS quorate::x ...)
# A static library `quorate::NAME`; without sources it is header-only.
function(quorate_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;DEPS" ${ARGN})
  if(arg_SOURCES)
    add_library(quorate_${name} STATIC ${arg_SOURCES})
    target_link_libraries(quorate_${name} PUBLIC quorate_options ${arg_DEPS})
  else()
    add_library(quorate_${name} INTERFACE)
    target_link_libraries(quorate_${name} INTERFACE quorate_options ${arg_DEPS})
  endif()
  add_library(quorate::${name} ALIAS quorate_${name})
endfunction()

# quorate_program(NAME SOURCES ... DEPS ...): a program in bin/.
function(quorate_program name)
  cmake_parse_arguments(arg "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE quorate_options ${arg_DEPS})
  if(QUORATE_JEMALLOC)
    target_link_libraries(${name} PRIVATE jemalloc)
  endif()
endfunction()

# quorate_test(NAME LABEL unit [THREADS] SOURCES ... DEPS ...): one doctest program, one ctest entry.
# THREADS: what it tests has several; ThreadSanitizer is for these alone.
function(quorate_test name)
  cmake_parse_arguments(arg "THREADS" "LABEL" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} "${CMAKE_SOURCE_DIR}/test/support/doctest_main.cc" ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE quorate_options ${arg_DEPS})
  add_test(NAME ${name} COMMAND ${name})
  # These parts are run with ASan and UBSan too; the others take longer to compile that way than all of
  # these together, and the server is exercised as a whole.
  if(CMAKE_CURRENT_SOURCE_DIR MATCHES "/test/unit/(core|schema|storage|config)$")
    list(APPEND arg_LABEL sanitized)
    if(NOT TARGET sanitized)
      add_custom_target(sanitized)
    endif()
    add_dependencies(sanitized ${name})
  endif()
  if(arg_THREADS)
    list(APPEND arg_LABEL threads)
    if(NOT TARGET threads)
      add_custom_target(threads)
    endif()
    add_dependencies(threads ${name})
  endif()
  set_tests_properties(${name} PROPERTIES LABELS "${arg_LABEL}")
endfunction()
