// The command line. Results on stdout, progress and errors on stderr.
// Exit codes: 0 done; 2 wrong usage; 65 bad file content; 66 missing file; 70 anything else that failed; 74 cannot
// write; 75 stopped cleanly, run again to continue; 78 wrong option or study.
#pragma once

#include "apps/plugins.hpp"

namespace glasscape {

/// Runs one command; never throws. A user's own program calls it with its own plug-ins added.
int cli(int argc, char** argv, const Plugins& plugins);

}  // namespace glasscape
