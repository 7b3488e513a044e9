#pragma once

// The memory of this process holds keys, passwords that are being checked and sessions. A core dump
// would write them to a disk that nobody counts among the secret ones, so there is none unless the
// operator asks for it (option allow_core_dumps).

namespace gatehouse::app {

// No core file, no dump through a crash reporter, no debugger of the same user, no reading of
// /proc/<pid>/{mem,environ} by it. From the first line of main on, in every sub-command.
void ForbidCoreDumps();
// Takes that back, as far as the limits that the process was started with go.
void AllowCoreDumps();

}  // namespace gatehouse::app
