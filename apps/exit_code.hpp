// What the program's exit codes mean: those of sysexits(3), for shells, queues and workflow managers.
#pragma once

namespace glasscape {

enum class ExitCode {
  done = 0,
  usage = 2,          // the command line cannot be understood
  bad_content = 65,   // of a structure, potential, shard or table
  missing = 66,       // an input file or run folder
  failed = 70,        // anything else, tasks that failed too
  cannot_write = 74,
  stopped = 75,       // cleanly, or waiting for others: run again to continue
  bad_option = 78     // or study
};

}  // namespace glasscape
