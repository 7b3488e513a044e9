# The build-time half of Embed.cmake: cmake -DMANIFEST=… -DNAMESPACE=… -DOUTPUT=… -P EmbedFiles.cmake
# The manifest has two lines per file, its name and its path.
cmake_minimum_required(VERSION 3.22)

get_filename_component(unit ${OUTPUT} NAME)
file(STRINGS ${MANIFEST} lines ENCODING UTF-8)

file(WRITE ${OUTPUT}.h.new "#pragma once

#include <span>
#include <string_view>

namespace ${NAMESPACE} {

struct File {
  std::string_view name;
  std::string_view text;
};

extern const std::span<const File> kFiles;
const File* FindFile(std::string_view name);

}  // namespace ${NAMESPACE}
")

file(WRITE ${OUTPUT}.cc.new "#include \"${unit}.h\"

namespace ${NAMESPACE} {

namespace {

constexpr File kTable[] = {
")
list(LENGTH lines count)
math(EXPR last "${count} - 1")
foreach(at RANGE 0 ${last} 2)
  math(EXPR next "${at} + 1")
  list(GET lines ${at} name)
  list(GET lines ${next} path)
  file(SIZE ${path} size)
  file(READ ${path} hex HEX)
  # 32 bytes a line; adjacent literals are one string to the compiler.
  string(REGEX REPLACE "(................................................................)" "\\1\n" hex "${hex}")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "\\\\x\\1" hex "${hex}")
  string(REGEX REPLACE "\n$" "" hex "${hex}")
  string(REPLACE "\n" "\"\n     \"" hex "${hex}")
  file(APPEND ${OUTPUT}.cc.new "    {\"${name}\",\n     {\"${hex}\", ${size}}},\n")
endforeach()
file(APPEND ${OUTPUT}.cc.new "};

}  // namespace

constinit const std::span<const File> kFiles(kTable);

const File* FindFile(std::string_view name) {
  for (const File& file : kFiles) {
    if (file.name == name) return &file;
  }
  return nullptr;
}

}  // namespace ${NAMESPACE}
")

# The header is the same whatever the files hold: keep its time so that users are not recompiled.
file(RENAME ${OUTPUT}.cc.new ${OUTPUT}.cc)
configure_file(${OUTPUT}.h.new ${OUTPUT}.h COPYONLY)
file(REMOVE ${OUTPUT}.h.new)
