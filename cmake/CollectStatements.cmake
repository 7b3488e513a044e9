# Writes all_statements.cc: a table of every sql::Statement constant of every statements.h, so that a
# test can prepare each of them on each engine and none can be forgotten.
#
#   cmake -DROOT=src -DOUTPUT=all_statements.cc -P CollectStatements.cmake

file(GLOB_RECURSE headers RELATIVE ${ROOT} ${ROOT}/*/statements.h)
list(SORT headers)
set(includes "")
set(rows "")
set(count 0)
foreach(header ${headers})
  file(STRINGS ${ROOT}/${header} lines REGEX "^(namespace [a-z:]+ {|inline constexpr sql::Statement k)")
  string(APPEND includes "#include \"${header}\"\n")
  foreach(line ${lines})
    if(line MATCHES "^namespace ([a-z:]+) {")
      set(space ${CMAKE_MATCH_1})
    elseif(line MATCHES "Statement (k[A-Za-z0-9]+)")
      string(APPEND rows "    &${space}::${CMAKE_MATCH_1},\n")
      math(EXPR count "${count} + 1")
    endif()
  endforeach()
endforeach()
if(count LESS 50)
  message(FATAL_ERROR "only ${count} statements found below ${ROOT}: the pattern no longer fits")
endif()
file(WRITE ${OUTPUT}.new "// Made by CollectStatements.cmake.\n#include \"app/all_statements.h\"\n\n${includes}
namespace gatehouse::app {

std::vector<const sql::Statement*> AllStatements() {
  return {
${rows}  };
}

}  // namespace gatehouse::app
")
file(COPY_FILE ${OUTPUT}.new ${OUTPUT} ONLY_IF_DIFFERENT)
