#!/usr/bin/env bash
# The adapters of queues: GNU parallel on this host and over ssh to it, Snakemake, and Slurm as a stand-in plays it (slurm.sh has the real one).
# Usage: queues.sh PATH_OF_GLASSCAPE SOURCE_FOLDER
set -u
glasscape=$1
source=$2
here=$source/tests/campaign
. "$here/study.sh"
work=$(mktemp -d)
sshd_process=
trap '[ -z "$sshd_process" ] || kill $sshd_process; rm -rf "$work"' EXIT
mkdir "$work/a folder with 'quotes'"
cd "$work/a folder with 'quotes'"
fail() {
  say "FAILED: $*"
  tail -n 5 */submissions/*/* 2>/dev/null
  exit 1
}
write_study study.toml
plain_run

say "a stand-in for Slurm: arrays of 3 elements at most"
export STAND_IN=$work/stand_in MAX_ARRAY_SIZE=3
mkdir "$STAND_IN"
PATH=$here/stand_in:$PATH
"$glasscape" submit study.toml --folder slurm --engine slurm --dry-run -- --partition=long >dry.out || fail "dry run"
[ -e "$STAND_IN/commands" ] && fail "a dry run handed something over"
grep -q "^sbatch .*--array=0-2 .*--dependency=afterok:JOB_OF_glass .*--partition=long" dry.out || fail "$(cat dry.out)"
"$glasscape" submit study.toml --folder slurm --engine slurm -- --wrong >wrong.out 2>&1
[ $? = 70 ] && grep -q "Invalid option --wrong" wrong.out || fail "$(cat wrong.out)"
"$glasscape" submit study.toml --folder half --engine slurm -- --no-dependencies >half.out 2>&1
[ $? = 70 ] && grep -q "no dependencies here" half.out || fail "$(cat half.out)"
[ -e "$STAND_IN/1.cancelled" ] && [ -e half/submissions/0001/cancelled ] || fail "a half of a study was left in the queue"
env --ignore-signal=CHLD "$glasscape" submit study.toml --folder slurm --engine slurm --threads 2 -- --partition=long || fail "submit"
"$glasscape" submit study.toml --folder slurm --engine slurm >again.out 2>&1 && fail "the same work was submitted twice"
while [ "$(ask jobs slurm)" != 0 ]; do sleep 0.2; done
same_as_plain_run slurm
[ "$(grep -c -- --cpus-per-task=2 "$STAND_IN/commands")" = 2 ] || fail "$(cat "$STAND_IN/commands")"

say "whatever ends a submission half way, no job is left that nobody knows of"
signal_submission() {  # signal, folder, options of the stand-in: sent to all of the process group, as a terminal does, once a job is being handed over
  local before
  before=$(wc -l <"$STAND_IN/commands")
  setsid env --default-signal=INT "$glasscape" submit study.toml --folder "$2" --engine slurm -- "${@:3}" >"$2.out" 2>&1 &
  for _ in $(seq 200); do [ "$(wc -l <"$STAND_IN/commands")" -gt "$before" ] && break; sleep 0.05; done
  sleep 0.3
  kill "-$1" -- -$!
  wait $!
  code=$?
}
last_job() { echo $(($(cat "$STAND_IN/next") - 1)); }
for signal in INT TERM; do
  signal_submission $signal "stopped by $signal" --slow
  [ $code = 75 ] && grep -q "told to stop" "stopped by $signal.out" || fail "stopped by $signal: code $code: $(cat "stopped by $signal.out")"
  [ -e "$STAND_IN/$(last_job).cancelled" ] || fail "a job that was taken when $signal came was left in the queue"
done
signal_submission INT refused --slow --wrong
[ $code = 70 ] && grep -q "Invalid option --wrong" refused.out || fail "a stop hid what sbatch said: code $code: $(cat refused.out)"
"$glasscape" submit study.toml --folder unwritten --engine slurm -- --no-room >unwritten.out 2>&1
code=$?
[ $code = 74 ] && grep -q "cannot replace '.*jobs.json'" unwritten.out || fail "a record that cannot be written: code $code: $(cat unwritten.out)"
[ -e "$STAND_IN/$(last_job).cancelled" ] || fail "a job that cannot be recorded was left in the queue"
"$glasscape" submit study.toml --folder unknown --engine slurm -- --killed >unknown.out 2>&1
code=$?
[ $code = 70 ] && grep -q "was ended by signal 9 before it had answered" unknown.out || fail "sbatch that was killed: code $code: $(cat unknown.out)"
signal_submission KILL gone --slow
for folder in unknown gone; do
  "$glasscape" submit study.toml --folder $folder --engine slurm >again.out 2>&1
  [ $? = 65 ] && grep -q "stage 'glass' is being handed over" again.out || fail "a job that may be there was forgotten: $(cat again.out)"
done
for job in "$STAND_IN"/*.state; do scancel "$(basename "$job" .state)"; done

say "cancel leaves to Slurm the elements that it reaches, names what else is at work elsewhere, and tries all before it fails"
mkdir -p reached/submissions/0001 reached/runners
echo queued >"$STAND_IN/500.state"
echo '[{"queue": "slurm", "job": "500", "stage": "glass"}]' >reached/submissions/0001/jobs.json
runner() {  # host, process, since when, job
  echo "{\"host\": \"$1\", \"process\": $2, \"born\": $3, \"beat\": 1, \"time\": \"now\", \"tasks\": [], \"job\": \"$4\"}" >"reached/runners/$1.$2"
}
runner node 17 1 "slurm 500"
runner elsewhere 17 1 ""
"$glasscape" cancel study.toml --folder reached >reached.out || fail "cancel"
grep -q "took job 500 of stage 'glass' back" reached.out && grep -q "process 17 of host elsewhere, .* has to be stopped there" reached.out && ! grep -q "host node" reached.out || fail "$(cat reached.out)"
rm reached/submissions/0001/cancelled "$STAND_IN/500.cancelled"
mkdir -p reached/submissions/0001/cancelled/taken
"$glasscape" cancel study.toml --folder reached >reached.out 2>&1
code=$?
[ $code = 74 ] && [ -e "$STAND_IN/500.cancelled" ] && grep -q "host elsewhere" reached.out && ! grep -q "host node" reached.out || fail "a mark that cannot be written: code $code: $(cat reached.out)"
rm -r reached/submissions/0001/cancelled "$STAND_IN/500.cancelled"
echo '[{"queue": "slurm", "job": "500", "stage": "glass"}, {"queue": "slurm", "job": "", "stage": "searches"}]' >reached/submissions/0001/jobs.json
"$glasscape" cancel study.toml --folder reached >reached.out 2>&1
code=$?
[ $code = 65 ] && [ -e "$STAND_IN/500.cancelled" ] && grep -q "stage 'searches' is being handed over" reached.out || fail "a job that is known, beside one that is not: code $code: $(cat reached.out)"
rm "$STAND_IN/500.state"
if [ "$(id -u)" = 0 ]; then
  chmod 755 "$work"
  sleep 1000 &
  sleeper=$!
  runner "$(hostname)" $sleeper "$(cut -d ' ' -f 22 "/proc/$sleeper/stat")" ""
  setpriv --reuid=65534 --regid=65534 --clear-groups "$glasscape" cancel study.toml --folder reached >reached.out 2>&1
  kill $sleeper
  grep -q "process $sleeper cannot be told to stop: Operation not permitted" reached.out || fail "a process of somebody else: $(cat reached.out)"
fi

say "an element that is warned: back into the queue, but not once it was cancelled"
sed "s/10 ps/5000 ps/" study.toml >long.toml
"$glasscape" submit long.toml --folder warned --engine slurm --dry-run >dry.out || fail "dry run"
warn_element() {  # number of the job
  rm -rf warned/runners
  SLURM_JOB_ID=$1 SLURM_ARRAY_TASK_ID=0 SLURM_CPUS_PER_TASK=1 bash warned/submissions/0001/glass.sh >"$1.out" 2>&1 &
  until [ -n "$(ls warned/runners 2>/dev/null)" ]; do sleep 0.05; done
  local says_its_job=
  for _ in $(seq 100); do  # its file may take another's place at this moment
    grep -qs "\"job\":\"slurm $1\"" warned/runners/* && says_its_job=yes && break
    sleep 0.05
  done
  [ "$says_its_job" ] || fail "an element that does not say which job it is of: $(cat warned/runners/*)"
  kill -USR1 $!
  wait $!
  code=$?
  [ $code = 75 ] || fail "a warned element ended with code $code: $(cat "$1.out")"
}
warn_element 98
[ -e "$STAND_IN/98.requeued" ] || fail "a warned element did not go back"
scancel 99
warn_element 99
[ -e "$STAND_IN/99.requeued" ] && fail "a cancelled element went back"
touch warned/submissions/0001/cancelled  # as `glasscape cancel` does before it asks the queue
warn_element 97
[ -e "$STAND_IN/97.requeued" ] && fail "an element of a submission that was taken back went back"

sed 's|^.* run .* --stdin |sleep 100 |' warned/submissions/0001/glass.sh >early.sh && rm warned/submissions/0001/cancelled
SLURM_JOB_ID=95 SLURM_ARRAY_TASK_ID=0 SLURM_CPUS_PER_TASK=1 bash early.sh &
until pgrep -P $! -x sleep >/dev/null; do sleep 0.05; done
kill -USR1 $!
wait $!
code=$?
[ $code = 138 ] && [ -e "$STAND_IN/95.requeued" ] || fail "an element that was warned before its program listened did not go back: code $code"

rm warned/submissions/0001/glass.tasks
SLURM_JOB_ID=96 SLURM_ARRAY_TASK_ID=0 SLURM_CPUS_PER_TASK=1 bash warned/submissions/0001/glass.sh >96.out 2>&1
[ $? = 66 ] && grep -q "no tasks from line 1 on" 96.out || fail "an element without its tasks: $(cat 96.out)"

say "what a queue was given is not known: nothing is handed over twice"
echo '[{"queue": "slurn", "job": "2", "stage": "glass"}]' >slurm/submissions/0001/jobs.json
"$glasscape" cancel study.toml --folder slurm >damaged.out 2>&1
[ $? = 65 ] && grep -q "jobs.json: names no queue" damaged.out || fail "$(cat damaged.out)"
for damaged in null 3 '[{'; do
  echo "$damaged" >slurm/submissions/0001/jobs.json
  "$glasscape" submit study.toml --folder slurm --engine slurm >damaged.out 2>&1
  [ $? = 65 ] && grep -q "jobs.json: is damaged" damaged.out || fail "$(cat damaged.out)"
done
"$glasscape" cancel study.toml --folder slurm >damaged.out 2>&1 && fail "cancel without a word of jobs that it cannot know"
"$glasscape" status study.toml --folder slurm 2>damaged.out | grep -q "10 of 10" || fail "status without its jobs"
grep -q "not all jobs are listed: .*is damaged" damaged.out || fail "$(cat damaged.out)"

say "GNU parallel on this host"
"$glasscape" submit study.toml --folder parallel --engine parallel --tasks-per-job 3 -- -j 2 || fail "submit"
same_as_plain_run parallel
[ "$(tail -n +2 parallel/submissions/0001/searches.joblog | wc -l)" = 4 ] || fail "10 tasks are not 4 jobs of 3 at most"

"$glasscape" submit study.toml --folder 'braces{= system(q(touch ran)) =}' --engine parallel -- -j 1 >braces.out 2>&1
[ $? = 78 ] && grep -q "would replace what is in braces" braces.out && [ ! -e ran ] || fail "a folder with braces: $(cat braces.out)"
"$glasscape" submit study.toml --folder hung --engine parallel -- -j 1 2>hung.out &
until ls hung/shards/searches-* >/dev/null 2>&1; do sleep 0.05; done
pkill -HUP -P $!  # parallel then starts nothing more, and ends with 0
wait $!
code=$?
[ $code = 75 ] && grep -q "not run" hung.out || fail "tasks that parallel did not start: code $code: $(cat hung.out)"

say "GNU parallel, deaf to a stop as it is while it starts: told again"
mkdir "$work/deaf"
printf '#!/bin/bash\ntrap "" TERM\nsleep 2\ntrap - TERM\nexec sleep 100\n' >"$work/deaf/parallel"
chmod +x "$work/deaf/parallel"
PATH=$work/deaf:$PATH "$glasscape" submit study.toml --folder deaf --engine parallel 2>deaf.out &
until [ -n "$(ls deaf/runners 2>/dev/null)" ]; do sleep 0.05; done
sleep 0.5
kill $!
began=$SECONDS
wait $!
code=$?
[ $code = 75 ] && [ $((SECONDS - began)) -lt 20 ] || fail "a stop that parallel did not hear at first: code $code after $((SECONDS - began)) s: $(cat deaf.out)"

say "GNU parallel, deaf to a stop: all is done, and that counts"
cat >"$work/deaf/parallel" <<EOF
#!/bin/bash
trap : TERM
"$(command -v parallel)" "\$@" <&0 &
while kill -0 \$! 2>/dev/null; do wait \$!; done
wait \$!
EOF
PATH=$work/deaf:$PATH "$glasscape" submit study.toml --folder deaf --engine parallel -- -j 1 2>deaf.out &
until ls deaf/shards/searches-* >/dev/null 2>&1; do sleep 0.05; done
kill $!
wait $!
code=$?
[ $code = 0 ] || fail "a stop hid that all is done: code $code: $(cat deaf.out)"
same_as_plain_run deaf

say "GNU parallel over ssh"
mkdir -p /run/sshd 2>/dev/null
port=$((30000 + $$ % 10000))
ssh-keygen -q -t ed25519 -N "" -f "$work/host" && ssh-keygen -q -t ed25519 -N "" -f "$work/key"
cp "$work/key.pub" "$work/authorized"
"$(command -v sshd || echo /usr/sbin/sshd)" -D -p $port -h "$work/host" -f /dev/null -o ListenAddress=127.0.0.1 -o UsePAM=no -o StrictModes=no -o AuthorizedKeysFile="$work/authorized" -o PidFile=none 2>"$work/sshd.out" &
sshd_process=$!
login="ssh -p $port -i $work/key -o StrictHostKeyChecking=no -o UserKnownHostsFile=$work/known -o LogLevel=ERROR 127.0.0.1"
for _ in $(seq 20); do $login true 2>/dev/null && break; sleep 0.2; done
$login true || fail "no ssh to this host: $(cat "$work/sshd.out")"
"$glasscape" submit study.toml --folder ssh --engine parallel -- --sshlogin "2/$login" || fail "submit"
same_as_plain_run ssh
[ "$(grep -c "127.0.0.1" ssh/submissions/0001/searches.joblog)" = 10 ] || fail "$(cat ssh/submissions/0001/searches.joblog)"

say "GNU parallel, stopped while it works and submitted again"
timeout --signal=TERM 2 "$glasscape" submit study.toml --folder stopped --engine parallel -- -j 1
[ $? = 124 ] || fail "was not stopped in time"
"$glasscape" submit study.toml --folder stopped --engine parallel || fail "submit"
same_as_plain_run stopped

say "GNU parallel, told to stop by cancel; then nobody is left to be told"
"$glasscape" submit study.toml --folder taken --engine parallel -- -j 1 2>taken.out &
until ls taken/shards/searches-* >/dev/null 2>&1; do sleep 0.05; done
"$glasscape" cancel study.toml --folder taken | grep -q "told process $! to stop" || fail "cancel did not find the submission in the foreground"
wait $!
code=$?
[ $code = 75 ] && grep -q "submit again" taken.out && [ "$(ask searches taken)" -lt 10 ] || fail "a submission that was cancelled: code $code: $(cat taken.out)"
"$glasscape" cancel study.toml --folder taken | grep -q "nothing to cancel" || fail "cancel without a word"

say "stages behind a task that has failed"
mkdir -p behind/failures
"$glasscape" plan study.toml --folder behind --tasks --stage glass >behind.tasks
echo '{"task": "x", "reason": "no reason", "host": "here", "time": "now"}' >"behind/failures/$(head -n 1 behind.tasks).json"
"$glasscape" submit study.toml --folder behind --engine parallel >behind.out 2>&1
[ $? = 70 ] && grep -q "1 task of the study .* failed" behind.out || fail "a task has failed, and submit does not end as run does: $(cat behind.out)"
grep -q "'searches' waits for tasks that have failed: .*retry study.toml --folder behind --failed" behind.out && grep -q "nothing to submit" behind.out || fail "$(cat behind.out)"

mkdir -p beside/failures
"$glasscape" plan study.toml --folder beside --tasks --stage searches >beside.tasks
cp behind/failures/*.json "beside/failures/$(head -n 1 beside.tasks).json"
"$glasscape" submit study.toml --folder beside --engine parallel >beside.out 2>&1
[ $? = 70 ] && [ "$(ask searches beside)" = 9 ] && grep -q "1 task of the study .* failed" beside.out || fail "nine tasks beside a failed one: $(cat beside.out)"

say "a plan that was emptied is written again"
: >"$(ls behind/plans/*)"
"$glasscape" plan study.toml --folder behind >/dev/null
[ "$(wc -l <"$(ls behind/plans/*)")" = 11 ] || fail "$(cat behind/plans/*)"

say "Snakemake"
cp "$source/examples/campaign/Snakefile" .
GLASSCAPE=$glasscape snakemake --quiet --cores 2 --config study=study.toml folder=snake tasks=4 >snake.out 2>&1 || fail "$(tail -n 20 snake.out)"
same_as_plain_run snake
[ -s snake/report.html ] && [ -s snake/landscape.h5 ] || fail "no report"
sed -i "s/seed = 5/seed = 6/" study.toml
GLASSCAPE=$glasscape snakemake --quiet --cores 2 --config study=study.toml folder=snake tasks=4 >snake.out 2>&1 || fail "$(tail -n 20 snake.out)"
[ "$(ask searches snake)" = 10 ] || fail "Snakemake took what was done for an edited study: $(ask searches snake) of 10 tasks done"
say "all ended in the facts of a plain run"
