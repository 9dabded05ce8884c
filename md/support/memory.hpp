// The memory of a program, for programs alone: `cli` asks for it, the library leaves it as it is.
#pragma once

namespace glasscape {

/// From now on the process keeps what it has given back for the next who asks. Arrays of all atoms of a large glass come and go with each force call or
/// response; taken from the system anew each time, its pages cost more than what is done with them.
void keep_memory();

}  // namespace glasscape
