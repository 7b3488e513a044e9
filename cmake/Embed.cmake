# gatehouse_embed(TARGET t NAMESPACE gatehouse::x OUTPUT embedded_x [BASE dir] FILES a.sql b.css ...)
#
# Puts files into the binary: migrations, templates, assets. At build time it writes
# generated/<OUTPUT>.h and .cc, adds them to the target and makes
#
#   #include "embedded_x.h"
#   namespace gatehouse::x {
#   struct File { std::string_view name, text; };
#   extern const std::span<const File> kFiles;        // in the order of FILES
#   const File* FindFile(std::string_view name);      // nullptr when there is none
#   }
#
# A name is the path below BASE (default: the calling folder). Any bytes are kept as they are: the text
# is written as hexadecimal escapes, so that no content can end a literal early and no literal splits a
# character. Changing a file rebuilds the one generated unit.
include_guard(GLOBAL)


function(gatehouse_embed)
  cmake_parse_arguments(E "" "TARGET;NAMESPACE;OUTPUT;BASE" "FILES" ${ARGN})
  if(E_UNPARSED_ARGUMENTS OR NOT E_TARGET OR NOT E_NAMESPACE OR NOT E_OUTPUT OR NOT E_FILES)
    message(FATAL_ERROR "gatehouse_embed needs TARGET, NAMESPACE, OUTPUT and FILES")
  endif()
  if(NOT E_BASE)
    set(E_BASE ${CMAKE_CURRENT_SOURCE_DIR})
  endif()
  get_filename_component(base ${E_BASE} ABSOLUTE)

  set(manifest "")
  set(inputs)
  foreach(file ${E_FILES})
    get_filename_component(path ${file} ABSOLUTE)
    if(NOT EXISTS ${path})
      message(FATAL_ERROR "gatehouse_embed(${E_OUTPUT}): ${path} does not exist")
    endif()
    file(RELATIVE_PATH name ${base} ${path})
    if(name MATCHES "^\\.\\./")
      message(FATAL_ERROR "gatehouse_embed(${E_OUTPUT}): ${path} is not below ${base}")
    endif()
    string(APPEND manifest "${name}\n${path}\n")
    list(APPEND inputs ${path})
  endforeach()

  set(folder ${CMAKE_BINARY_DIR}/generated)
  set(list ${folder}/${E_OUTPUT}.files)
  # Written only when it changes, so that configuring again rebuilds nothing.
  set(old "")
  if(EXISTS ${list})
    file(READ ${list} old)
  endif()
  if(NOT old STREQUAL manifest)
    file(WRITE ${list} "${manifest}")
  endif()

  add_custom_command(
    OUTPUT ${folder}/${E_OUTPUT}.h ${folder}/${E_OUTPUT}.cc
    COMMAND ${CMAKE_COMMAND} -DMANIFEST=${list} -DNAMESPACE=${E_NAMESPACE}
            -DOUTPUT=${folder}/${E_OUTPUT} -P ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/EmbedFiles.cmake
    DEPENDS ${inputs} ${list} ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/EmbedFiles.cmake
    COMMENT "Embedding ${E_OUTPUT}"
    VERBATIM)
  target_sources(${E_TARGET} PRIVATE ${folder}/${E_OUTPUT}.cc ${folder}/${E_OUTPUT}.h)
  target_include_directories(${E_TARGET} PUBLIC ${folder})
endfunction()
