#!/usr/bin/env bash
# A study on a real Slurm cluster of this host: arrays, stages that wait, a task that fails, the warning before the time limit, a killed node, cancelling.
# Usage: slurm.sh PATH_OF_GLASSCAPE. Exit code 77: Slurm does not start here, with the reason.
set -u
glasscape=$1
work=$(mktemp -d)
here=$(cd "$(dirname "$0")" && pwd)
. "$here/slurm_host.sh"
. "$here/study.sh"
trap 'stop_slurm; rm -rf "$work"' EXIT
cd "$work"

fail() {
  say "FAILED: $*"
  tail -n 5 "$work"/*/submissions/*/*.out "$slurm"/log/*.log
  exit 1
}

write_study study.toml
until_true() {  # seconds, condition
  local end=$((SECONDS + $1))  # a command of Slurm that finds no slurmctld takes long to say so
  while [ $SECONDS -le $end ]; do
    eval "$2" && return 0
    sleep 0.2
  done
  fail "within $1 s not true: $2"
}
job_of() { python3 -c "import json; print(next(j['job'] for j in json.load(open('$2/submissions/0001/jobs.json')) if j['stage'] == '$1'))"; }
submit() { "$glasscape" submit study.toml --folder "$1" --engine slurm "${@:2}" || fail "submit"; }
# Stops a program of the searches that listens to USR1 and has two tasks or more still to do: it cannot end before what is to happen to it.
stop_program() {  # folder; sets program and element
  until_true 60 "stopped_in_time $1"
}
stopped_in_time() {
  program=$(pgrep -n -f "$work/study.toml.*--stdin") && [ "$(slurm_variable ARRAY_JOB_ID)" = "$art" ] || return
  grep -q "^SigCgt:.*[2367abef]..$" "/proc/$program/status" && kill -STOP "$program" || return
  element=$(slurm_variable ARRAY_TASK_ID)
  [ "$(missing_of_element "$1")" -ge 2 ] || { kill -CONT "$program"; return 1; }
}
slurm_variable() { tr '\0' '\n' 2>/dev/null <"/proc/$program/environ" | sed -n "s/^SLURM_$1=//p"; }
missing_of_element() {  # folder; three tasks have gone to each element
  sed -n "$((element * 3 + 1)),$((element * 3 + 3))p" "$1/submissions/0001/searches.tasks" | grep -c -x -F -f <("$glasscape" plan study.toml --folder "$1" --missing)
}
complete_as_plain_run() {  # folder
  until_true 60 "[ \$(ask jobs $1) = 0 ]"
  same_as_plain_run "$1"
}

start_slurm "$work/slurm" 4 || { say "SKIPPED: Slurm does not start on this host"; exit 77; }
say "$(sinfo --version): a cluster of $(hostname -s), arrays of 4 elements at most"
plain_run

say "submit: 10 tasks in 4 elements, after the glass"
submit array%j  # a name that sbatch would replace
squeue --format="%.8i %.10j %.2t %.30E" | sed 's/^/  /'
squeue --noheader --format=%E | grep -q "afterok:$(job_of glass array%j)" || fail "the searches do not wait for the glass"
[ "$(ls array%j/submissions/0001/searches.tasks | wc -l)" = 1 ] && [ "$(wc -l <array%j/submissions/0001/searches.tasks)" = 10 ] || fail "tasks of the array"
"$glasscape" submit study.toml --folder array%j --engine slurm >again.out 2>&1 && fail "the same work was submitted twice"
grep -q "is still with slurm as job" again.out || fail "$(cat again.out)"
complete_as_plain_run array%j
[ "$(ls array%j/submissions/0001/searches-*.out | wc -l)" = 4 ] || fail "elements"
"$glasscape" submit study.toml --folder array%j --engine slurm | grep -q "nothing to submit" || fail "a complete study was submitted"
say "complete; digest as of a plain run"

say "a task that fails takes the stages after it out of the queue"
sed 's/at = "2000 K"/at = "1e300 K"/' study.toml >broken.toml
"$glasscape" submit broken.toml --folder broken --engine slurm || fail "submit"
until_true 30 "[ -z \"\$(squeue --noheader)\" ]"
"$glasscape" status broken.toml --folder broken | sed 's/^/  /'
"$glasscape" status broken.toml --folder broken | grep -q "^failed: glass-.*broken down" || fail "no record of the failure"
ls broken/submissions/0001/searches-*.out 2>/dev/null && fail "the searches began without their glass"

say "warning before the time limit (USR1 to the batch script)"
submit warned
art=$(job_of searches warned)
stop_program warned
scancel --signal=USR1 --batch "${art}_$element" &  # it would wait for the stopped one
until_true 10 'grep -q "^ShdPnd:.*[2367abef]..$" "/proc/$program/status"'  # the batch script has passed USR1 on
kill -CONT "$program"
until_true 30 "scontrol show job $art 2>/dev/null | grep -q 'Restarts=1'"
scontrol show job --oneliner "$art" | grep -oE "ArrayTaskId=[0-9]+|Restarts=[0-9]+" | paste - - | sed 's/^/  /'
grep -l "nothing finished is lost" warned/submissions/0001/searches-*.out >/dev/null || fail "no element stopped cleanly"
complete_as_plain_run warned
say "put back by itself with exit code 75, complete; digest as of a plain run"

say "a node that is killed while it works"
submit killed
art=$(job_of searches killed)
stop_program killed
until_true 30 "[ \$(ask searches killed) -ge 1 ]"
before=$(ask searches killed)
kill_node "$work/study.toml"
say "killed slurmd, its steps and the program with $before tasks done"
sleep 1
start_node
until_true 60 "scontrol show job $art 2>/dev/null | grep -q 'Restarts=1'"
grep -hoE "(Requeuing|requeue|Killing|missing from).*" "$slurm/log/slurmctld.log" | tail -n 3 | sed 's/^/  /'
complete_as_plain_run killed
say "requeued, complete; digest as of a plain run"

say "Ctrl-C while sbatch is at work"
mkdir slow
cat >slow/sbatch <<EOF
#!/bin/bash
answer=\$($(command -v sbatch) "\$@") || exit
touch "$work/taken"
sleep 1
echo "\$answer"
EOF
chmod +x slow/sbatch
PATH=$work/slow:$PATH setsid env --default-signal=INT "$glasscape" submit study.toml --folder interrupted --engine slurm >interrupted.out 2>&1 &
until_true 30 "[ -e taken ]"
kill -INT -- -$!
wait $!
code=$?
[ $code = 75 ] && grep -q "told to stop" interrupted.out || fail "code $code: $(cat interrupted.out)"
until_true 30 "[ -z \"\$(squeue --noheader)\" ]"
grep -o '"job": .*,' interrupted/submissions/0001/jobs.json | sed 's/^/  taken back: /'

say "cancel"
submit cancelled
art=$(job_of searches cancelled)
stop_program cancelled
until_true 30 "[ \$(ask searches cancelled) -ge 1 ]"
"$glasscape" cancel study.toml --folder cancelled >cancel.out 2>&1 || fail "cancel: $(cat cancel.out)"
sed 's/^/  /' cancel.out
grep -q "took job $art of stage" cancel.out || fail "the job was not taken back"
kill -CONT "$program" 2>/dev/null
until_true 30 "[ \$(ask jobs cancelled) = 0 ]"
kept=$(ask searches cancelled)
[ "$kept" -ge 1 ] || fail "cancelling lost results"
sleep 7  # longer than what is put back has to wait
[ "$(ask jobs cancelled)" = 0 ] || fail "cancelled work came back"
"$glasscape" run study.toml --folder cancelled --quiet >/dev/null || fail "run after cancel"
[ "$(digest cancelled)" = "$reference" ] || fail "cancelled: other facts than a plain run"
say "$kept tasks were kept; running the rest ends in the digest of a plain run"
