#!/usr/bin/env bash
# A check that cannot fail proves nothing. Plants one violation at a time in a copy of the tree and demands
# that the right check names it; then shows each check a folder without its input and demands that it
# fails there too.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
failures=0 plants=0

tar -C "$root" --exclude=./build --exclude=./.git --exclude=./.data --exclude=node_modules -cf - . | tar -C "$copy" -xf -

# plant CHECK PATH EXPECTED: stdin becomes PATH; the check must fail with PATH and EXPECTED in one line.
plant() {
  local check=$1 path=$2 expected=$3 out kept=
  plants=$((plants + 1))
  if [ -e "$copy/$path" ]; then
    kept=$copy/.kept
    cp "$copy/$path" "$kept"
  fi
  mkdir -p "$(dirname "$copy/$path")"
  cat >"$copy/$path"
  if out=$("$here/$check.sh" "$copy" 2>&1) || ! grep -F -- "$path" <<<"$out" | grep -F -- "$expected" >/dev/null; then
    echo "selftest: $check did not catch \"$expected\" in $path" >&2
    failures=$((failures + 1))
  fi
  if [ -n "$kept" ]; then mv "$kept" "$copy/$path"; else rm "$copy/$path"; fi
}

# clean CHECK PATH: stdin becomes PATH; the check must not mention it.
clean() {
  local check=$1 path=$2 out
  plants=$((plants + 1))
  mkdir -p "$(dirname "$copy/$path")"
  cat >"$copy/$path"
  out=$("$here/$check.sh" "$copy" 2>&1) || true
  if grep -qF -- "$path" <<<"$out"; then
    echo "selftest: $check wrongly complains: $(grep -F -- "$path" <<<"$out")" >&2
    failures=$((failures + 1))
  fi
  rm "$copy/$path"
}

mkdir -p "$copy"/src/{control,region,edge/web,core,app}/planted

# Law 1, 2, 3, 4.
plant check_layers src/base/planted.h 'includes point down' <<<'#include "platform/sql/sql.h"'
plant check_layers src/platform/sql/planted.h 'includes point down' <<<'#include "core/audit/audit.h"'
plant check_layers src/core/planted/planted.h 'includes point down' <<<'#include "control/users/service.h"'
plant check_layers src/region/planted/planted.cc 'includes point down' <<<'  #  include "edge/web/web.h"'
plant check_layers src/edge/planted.cc 'includes point down' <<<'#include "app/options.h"'
plant check_layers src/control/planted/planted.cc 'only through' <<<'#include "region/orgs/store.h"'
plant check_layers src/region/planted/planted.cc 'only through' <<<'#include "control/users/types.h"'
plant check_layers src/app/planted/planted.cc 'quoted includes start at src/' <<<'#include "planted.h"'
plant check_layers src/elsewhere/planted.cc 'not a floor' <<<'#include <string>'
plant check_layers src/control/planted/planted.cc 'stops at its wrapper' <<<'#include <openssl/evp.h>'
plant check_layers src/core/planted/planted.cc 'stops at its wrapper' <<<'#include <boost/asio/post.hpp>'
plant check_layers src/platform/http/planted.cc 'stops at its wrapper' <<<'#include <sqlite3.h>'
plant check_layers src/platform/json/planted.cc 'headers.txt' <<<'#include <nlohmann/json.hpp>'
plant check_layers src/base/planted.cc 'standard library and fmt' <<<'#include <openssl/evp.h>'
plant check_layers src/platform/mail/planted.cc 'domain noun' <<<'void Send(const OrganizationId& to);'
plant check_layers src/platform/mail/planted.cc 'domain noun' <<<'int pending_invites = 0;'
clean check_layers src/platform/mail/planted.cc <<'CPP'
// The member of an organization.
/* sso
   invite */
const char* kText = "member"; const char* kRaw = R"x(organization "invite)x"; char c = '"';  // "
int remember = 1'000; int orgy = 2;
CPP
clean check_layers src/control/planted/planted.cc <<<'#include "region/orgs/service.h"'
clean check_layers src/app/planted/planted.cc <<<'#include "embedded_assets.h"'

# Bans.
plant check_bans src/core/planted/planted.cc 'system_clock: tests cannot' <<<'auto t = std::chrono::system_clock::now();'
plant check_bans src/core/planted/planted.cc 'time: ' <<<'auto t = std::time(nullptr);'
plant check_bans src/core/planted/planted.cc 'time: ' <<<'auto t = time(NULL);'
plant check_bans src/core/planted/planted.cc 'localtime: ' <<<'auto* t = gmtime(&now);'
plant check_bans src/core/planted/planted.cc 'steady_clock: ' <<<'auto t = std::chrono::steady_clock::now();'
plant check_bans src/core/planted/planted.cc 'random_device: predictable' <<<'std::random_device device;'
plant check_bans src/core/planted/planted.cc 'rand: predictable' <<<'int n = std::rand();'
plant check_bans src/core/planted/planted.cc 'getenv: an option' <<<'const char* home = getenv("HOME");'
plant check_bans src/core/planted/planted.cc 'getenv: an option' <<<'for (char** e = environ; *e; ++e) {}'
plant check_bans src/core/planted/planted.cc 'sleep_for: blocks' <<<'std::this_thread::sleep_for(1s);'
plant check_bans src/core/planted/planted.cc 'detach: nobody' <<<'std::thread(f).detach();'
plant check_bans src/platform/http/planted.cc 'detached: loses' <<<'co_spawn(executor, Work(), boost::asio::detached);'
plant check_bans src/platform/http/planted.cc 'detached: loses' <<<'co_spawn(executor, Work(), detached);'
plant check_bans src/core/planted/planted.cc 'singleton: only src/app' <<<'auto& log = Logger::Instance();'
plant check_bans src/core/planted/planted.cc 'system_clock: ' <<'CPP'
const char* kUrl = "https://example.com";  /* a comment */ auto t = std::chrono::system_clock::now();
CPP
clean check_bans src/core/planted/planted.cc <<'CPP'
// system_clock::now(), getenv("X") and std::rand() are banned.
const char* kHelp = "never call getenv(\"X\") // system_clock";
auto end = row.time(0) + strand(2) + Time(nullptr); bool is_detached = false;
CPP

# Files.
plant check_files src/core/planted/planted.cc 'more than 800 lines' < <(awk 'BEGIN { for (i = 0; i < 801; ++i) print "//" }')
plant check_files src/core/planted/string_util.cc 'says nothing' <<<'//'
plant check_files src/core/planted/manager.h 'says nothing' <<<'//'
touch "$copy/src/core/planted/CMakeLists.txt"
plant check_files src/core/planted/README.md 'more than 60 lines' < <(awk 'BEGIN { for (i = 0; i < 61; ++i) print "x" }')
plant check_files src/core/planted/README.md 'has no README.md' </dev/null

plant check_faults tests/faults/planted.patch 'does not apply' <<'PATCH'
Test: base_test

--- a/src/base/ids.h
+++ b/src/base/ids.h
@@ -1,1 +1,1 @@
-this line is not there
+nor is this
PATCH
plant check_faults tests/faults/planted.patch 'names no test program' </dev/null
rm "$copy/src/core/planted/CMakeLists.txt"

# Reasons. The catalogue is found wherever the copy has one; the copy gets one if there is none yet.
[ -n "$(find "$copy/src/edge/web" -name 'messages*')" ] || echo '{"in_catalogue", "x"}' >"$copy/src/edge/web/messages.cc"
catalogued=$(grep -hoE '"[a-z]+_[a-z_]+"' "$copy"/src/edge/web/messages* | sed -n '1s/"//gp')
[ -n "$catalogued" ] || { echo "selftest: the message catalogue has no slug" >&2; failures=$((failures + 1)); }
plant check_reasons src/core/planted/errors.h 'has no line in the message catalogue' \
  <<<'inline constexpr std::string_view kPlanted = "planted_reason";'
plant check_reasons src/core/planted/errors.h 'no test produces it' <<'CPP'
inline constexpr std::string_view kPlantedWithAVeryLongName =
    "planted_reason";
CPP
plant check_reasons src/core/planted/errors.h 'lower snake case' \
  <<<'inline constexpr std::string_view kPlanted = "Planted-Reason";'
printf 'TEST(A, B) { Use("%s"); }\n' "$catalogued" >"$copy/src/core/planted/planted_test.cc"
clean check_reasons src/core/planted/errors.h <<<"inline constexpr std::string_view kPlanted = \"$catalogued\";"
rm "$copy/src/core/planted/planted_test.cc"

# Registration.
plant check_registration src/core/planted/planted_test.cc 'unregistered: ' <<<'TEST(A, B) {}'
plant check_registration src/core/planted/planted_fuzz.cc 'has no seeds' <<<'int x;'
plant check_registration src/base/planted_test.cc 'has no test' <<<'int x;'
mkdir -p "$copy/fuzz/absent_fuzz"
plants=$((plants + 1))
out=$("$here/check_registration.sh" "$copy" 2>&1) || true
grep -q '^fuzz/absent_fuzz/:1: target: seeds without' <<<"$out" || {
  echo "selftest: check_registration did not catch seeds without a target" >&2
  failures=$((failures + 1))
}
rm -rf "$copy/fuzz/absent_fuzz"
plant check_registration tests/e2e/planted.spec.mjs 'looks for' <<<'x'

# Words.
for word in TODO FIXME XXX HACK stub placeholder; do
  plant check_words src/core/planted/planted.cc "$word: unfinished" <<<"// $word: later"
done
plant check_words docs/planted.md 'path: a path of one machine' <<<"see /work/main"
plant check_words docs/planted.md 'path: a path of one machine' <<<"see ../shared/x"
clean check_words src/edge/web/planted.tpl <<<'<input placeholder="Name"> mktemp XXXXXX, stubborn, /network/work/'

# Format.
plant check_format src/core/planted/planted.cc 'not formatted' <<<'int   x ;'
clean check_format src/core/planted/planted.cc <<<'int x;'

# Without its input a check fails.
empty=$copy/empty
mkdir "$empty"
for script in "$here"/check_*.sh; do
  plants=$((plants + 1))
  if "$script" "$empty" >/dev/null 2>&1; then
    echo "selftest: $(basename "$script") succeeds without its input" >&2
    failures=$((failures + 1))
  fi
done

if [ "$failures" -gt 0 ]; then
  echo "selftest: $failures of $plants expectations failed" >&2
  exit 1
fi
echo "selftest: ok, $plants expectations"
