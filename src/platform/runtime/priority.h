#pragma once

// Who waits when there is not enough CPU. The scheduler gives a thread of lower priority about a
// third of what it gives the others, as long as they want it, and all of it otherwise; so nothing
// starves, and a lock that such a thread holds is not held for long.
//
// Belongs to threads whose work nobody is waiting for: what has been acknowledged and is worked
// through. Not to those that answer, nor to the writer that an answer waits for.

namespace gatehouse::runtime {

// Of the calling thread, for good. What the system refuses is not done.
void LowerPriority();

}  // namespace gatehouse::runtime
