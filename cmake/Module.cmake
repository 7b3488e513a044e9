# gatehouse_module(NAME platform_sql DEPS base ... LIBS SQLite::SQLite3 ... [PUBLIC_LIBS ...])
#
# One static library per folder. Sources are the folder's *.cc; the suffix of a file says what it is:
#   *_test.cc     unit and store tests          -> <name>_test
#   *_pg_test.cc  the same on a real PostgreSQL -> <name>_test, skipped visibly without a server
#   *_fuzz.cc     fuzz target; its seeds in fuzz/<target>/ replay in the ordinary test run
#   *_bench.cc    benchmark                     -> <target>
# With GATEHOUSE_UNITY the sources (not the tests) are compiled several at a time, which spares most
# of the time that goes into headers; names in unnamed namespaces are therefore unique in a folder.
#
# Include paths start at src/. Dependencies are PRIVATE unless named in PUBLIC_LIBS, so that an
# include that the module did not ask for fails to compile.

add_library(gatehouse_options INTERFACE)
target_include_directories(gatehouse_options INTERFACE ${CMAKE_SOURCE_DIR}/src)
target_compile_options(gatehouse_options INTERFACE
  -Wall -Wextra -Wconversion -Wshadow -Werror -Werror=unused-result
  -fstack-protector-strong -fcf-protection)
target_compile_definitions(gatehouse_options INTERFACE
  _GLIBCXX_ASSERTIONS BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_SEPARATE_COMPILATION
  BOOST_BEAST_SEPARATE_COMPILATION)
if(GATEHOUSE_SANITIZE)
  target_compile_options(gatehouse_options INTERFACE
    -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(gatehouse_options INTERFACE -fsanitize=address,undefined)
endif()
if(GATEHOUSE_TSAN)
  target_compile_options(gatehouse_options INTERFACE -fsanitize=thread -fno-omit-frame-pointer)
  target_link_options(gatehouse_options INTERFACE -fsanitize=thread)
endif()
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  target_compile_options(gatehouse_options INTERFACE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3)
  target_link_options(gatehouse_options INTERFACE -Wl,-z,relro,-z,now)
endif()
target_link_options(gatehouse_options INTERFACE -fuse-ld=lld)

# For code that runs once: unoptimised it compiles in less than half the time, sanitizers and all.
add_library(gatehouse_unoptimised INTERFACE)
if(CMAKE_BUILD_TYPE STREQUAL "Debug")
  target_compile_options(gatehouse_unoptimised INTERFACE -O0)
endif()

function(gatehouse_module)
  cmake_parse_arguments(M "" "NAME" "DEPS;LIBS;PUBLIC_LIBS;TEST_DEPS;EXTRA_SOURCES" ${ARGN})
  file(GLOB all CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cc)
  set(sources)
  set(tests)
  set(fuzzers)
  set(benches)
  foreach(file ${all})
    if(file MATCHES "/main\\.cc$")
      # The entry point of an executable, which the folder's CMakeLists.txt declares itself.
    elseif(file MATCHES "_test\\.cc$")
      list(APPEND tests ${file})
    elseif(file MATCHES "_fuzz\\.cc$")
      list(APPEND fuzzers ${file})
    elseif(file MATCHES "_bench\\.cc$")
      list(APPEND benches ${file})
    else()
      list(APPEND sources ${file})
    endif()
  endforeach()

  set(target gatehouse_${M_NAME})
  list(TRANSFORM M_DEPS PREPEND gatehouse_)
  list(TRANSFORM M_TEST_DEPS PREPEND gatehouse_)
  add_library(${target} STATIC ${sources} ${M_EXTRA_SOURCES})
  if(GATEHOUSE_UNITY)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 16)
  endif()
  target_link_libraries(${target} PUBLIC gatehouse_options ${M_DEPS} ${M_PUBLIC_LIBS} PRIVATE ${M_LIBS})

  if(GATEHOUSE_TESTS AND tests)
    add_executable(${M_NAME}_test ${tests})
    target_link_libraries(${M_NAME}_test PRIVATE ${target} ${M_TEST_DEPS} ${M_LIBS} GTest::gtest_main
      gatehouse_unoptimised)
    add_test(NAME ${M_NAME} COMMAND ${M_NAME}_test)
    set_tests_properties(${M_NAME} PROPERTIES WORKING_DIRECTORY ${CMAKE_SOURCE_DIR} TIMEOUT 600)
  endif()

  foreach(file ${fuzzers})
    get_filename_component(fuzz ${file} NAME_WE)
    if(GATEHOUSE_FUZZ)
      add_executable(${fuzz} ${file})
      target_link_options(${fuzz} PRIVATE -fsanitize=fuzzer)
      target_link_libraries(${fuzz} PRIVATE ${target} ${M_LIBS})
    endif()
    if(GATEHOUSE_TESTS)
      # The same target with a main() that replays the seeds: a crash or a missing seed folder fails.
      add_executable(${fuzz}_replay ${file} ${CMAKE_SOURCE_DIR}/cmake/fuzz_replay_main.cc)
      target_link_libraries(${fuzz}_replay PRIVATE ${target} ${M_LIBS} gatehouse_unoptimised)
      add_test(NAME ${fuzz}_seeds COMMAND ${fuzz}_replay ${CMAKE_SOURCE_DIR}/fuzz/${fuzz})
    endif()
  endforeach()

  foreach(file ${benches})
    get_filename_component(bench ${file} NAME_WE)
    add_executable(${bench} EXCLUDE_FROM_ALL ${file})
    target_link_libraries(${bench} PRIVATE ${target} ${M_LIBS})
  endforeach()
endfunction()
