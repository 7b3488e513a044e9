# Removes comments from C++ (and, with strings=drop, the content of string literals) and prints
# "file:line:code" for every line that has any left.

function plain_from(text, from,    rest, at) {
  rest = substr(text, from)
  at = match(rest, /["'\/]/)
  return at == 0 ? length(rest) : at - 1
}

FNR == 1 { state = ""; raw_end = "" }

{
  line = $0
  out = ""
  i = 1
  n = length(line)
  while (i <= n) {
    if (state == "comment") {
      at = index(substr(line, i), "*/")
      if (at == 0) break
      i += at + 1
      state = ""
      continue
    }
    if (state == "raw") {
      at = index(substr(line, i), raw_end)
      if (at == 0) {
        if (strings == "keep") out = out substr(line, i)
        break
      }
      if (strings == "keep") out = out substr(line, i, at + length(raw_end) - 1)
      else out = out "\""
      i += at + length(raw_end) - 1
      state = ""
      continue
    }
    skip = plain_from(line, i)
    if (skip > 0) {
      out = out substr(line, i, skip)
      i += skip
      continue
    }
    c = substr(line, i, 1)
    two = substr(line, i, 2)
    if (two == "//") break
    if (two == "/*") { state = "comment"; i += 2; continue }
    if (c == "\"" && i > 1 && substr(line, i - 1, 1) == "R" && match(substr(line, i), /^"[^ ()\\]*\(/)) {
      raw_end = ")" substr(line, i + 1, RLENGTH - 2) "\""
      out = out (strings == "keep" ? substr(line, i, RLENGTH) : "\"")
      i += RLENGTH
      state = "raw"
      continue
    }
    if (c == "'" && i > 1 && substr(line, i - 1, 1) ~ /[0-9a-fA-F]/ && substr(line, i + 1, 1) ~ /[0-9a-fA-F]/) {
      i += 1  # digit separator
      continue
    }
    if (c == "\"" || c == "'") {
      j = i + 1
      while (j <= n && substr(line, j, 1) != c) {
        if (substr(line, j, 1) == "\\") j++
        j++
      }
      if (strings == "keep" || line ~ /^[ \t]*#[ \t]*include/) out = out substr(line, i, j - i + 1)
      else out = out c c
      i = j + 1
      continue
    }
    out = out c
    i++
  }
  if (out ~ /[^ \t]/) print FILENAME ":" FNR ":" out
}
