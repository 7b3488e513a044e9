#pragma once

// Hands what SQLite writes to the disk bit by bit. SQLite leaves thousands of pages to the kernel
// and then syncs them at once: a disk that is busy with those keeps everybody else waiting who
// syncs a few bytes, as whoever acknowledges events does. With pacing no more than two portions are
// on their way at any time, and what SQLite syncs in the end is little.

namespace gatehouse::sql {

// For every connection of the process that is opened from then on. Call as often as you like, from
// any thread.
void PaceWrites();

}  // namespace gatehouse::sql
