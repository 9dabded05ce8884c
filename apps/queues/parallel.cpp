// One job of parallel(1) is one task, or as many as are asked for. Told to stop, parallel starts nothing more and tells its jobs, which leave
// checkpoints; what runs over ssh then ends at its own end, which does no harm.
#include "apps/queues/parallel.hpp"

#include "apps/child_process.hpp"
#include "apps/stage.hpp"
#include "md/support/error.hpp"

namespace glasscape {
namespace {

/// In its own words and in those of the command alike parallel puts something in the place of {}, {#}, {= Perl =} and more.
void check_braces(const std::vector<std::string>& words) {
  for (const std::string& word : words)
    if (word.find('{') != std::string::npos) throw InputError("'{}': GNU parallel would replace what is in braces: run in a folder, with a study and a run folder without '{{' in their paths", word);
}

std::vector<std::string> command_of(const Submission& submission, const Batch& batch) {
  std::vector<std::string> words{"parallel", "--will-cite", "--plain", "--workdir", std::filesystem::current_path().string(), "--termseq", "TERM,6000,KILL,25", "--joblog", (submission.place / (batch.stage + ".joblog")).string()};
  if (submission.tasks_per_job > 1) words.insert(words.end(), {"--max-args", std::to_string(submission.tasks_per_job)});
  check_braces(words);
  check_braces(submission.run);
  words.insert(words.end(), submission.options.begin(), submission.options.end());
  words.push_back(fmt::format("{} --threads {} --quiet --task {{}}", command_text(submission.run), submission.threads));
  return words;
}

}  // namespace

std::vector<std::string> Parallel::prepare(const Submission& submission) const {
  std::vector<std::string> commands;
  for (const Batch& batch : submission.batches) commands.push_back(fmt::format("{} < {}", command_text(command_of(submission, batch)), quoted(submission.tasks_file(batch).string())));
  return commands;
}

std::vector<Job> Parallel::submit(const Submission& submission, const std::atomic<bool>& stop, const std::function<void(const std::vector<Job>&)>&) const {
  for (const Batch& batch : submission.batches) {
    if (stop) throw Interrupted{};
    const int code = run_to_end(command_of(submission, batch), submission.tasks_file(batch).string(), stop);
    if (stop) throw Interrupted{};
    if (code != 0)  // of parallel: the number of jobs that failed, or 101 for more
      throw Error("stage '{}': some tasks did not end well, or parallel did not (exit code {}): see {} and `glasscape status`", batch.stage, code, (submission.place / (batch.stage + ".joblog")).string());
  }
  return {};
}

}  // namespace glasscape
