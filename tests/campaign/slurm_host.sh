# Sourced: a Slurm cluster of this host alone, in a scratch folder, gone at the end. Slurm 22.05 without systemd, accounting and a
# daemon of munge. start_slurm FOLDER MAX_ARRAY_SIZE; false where it cannot start.

free_port() { python3 -c "import socket; s = socket.socket(); s.bind(('127.0.0.1', 0)); print(s.getsockname()[1])"; }

start_slurm() {
  slurm=$1
  for program in slurmctld slurmd sbatch; do
    command -v $program >/dev/null || { echo "$program is not installed"; return 1; }
  done
  mkdir -p "$slurm"/{state,spool,log}
  cat >"$slurm/slurm.conf" <<EOF
ClusterName=test
SlurmctldHost=$(hostname -s)(127.0.0.1)
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
AuthType=auth/none
# a job that is put back may start again after this many seconds
AuthInfo=cred_expire=5
CredType=cred/none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=batch_sched_delay=0,sched_interval=1,bf_interval=1,sched_min_interval=0
MaxArraySize=$2
KillWait=10
SlurmdTimeout=5
ReturnToService=2
MpiDefault=none
StateSaveLocation=$slurm/state
SlurmdSpoolDir=$slurm/spool
SlurmctldPidFile=$slurm/slurmctld.pid
SlurmdPidFile=$slurm/slurmd.pid
SlurmctldLogFile=$slurm/log/slurmctld.log
SlurmdLogFile=$slurm/log/slurmd.log
SlurmctldPort=$(free_port)
SlurmdPort=$(free_port)
NodeName=$(hostname -s) NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN
PartitionName=test Nodes=ALL Default=YES MaxTime=INFINITE State=UP
EOF
  echo "CgroupPlugin=cgroup/v1" >"$slurm/cgroup.conf"
  export SLURM_CONF=$slurm/slurm.conf
  slurmctld -D >"$slurm/log/slurmctld.out" 2>&1 &
  slurmctld_process=$!
  start_node
  for _ in $(seq 100); do
    [ "$(sinfo --noheader --format=%t 2>/dev/null)" = idle ] && return 0
    sleep 0.3
  done
  tail -n 5 "$slurm"/log/*.out "$slurm"/log/*.log
  return 1
}

start_node() {
  (cd "$slurm" && exec slurmd -D) >>"$slurm/log/slurmd.out" 2>&1 &
  slurmd_process=$!
}

# The processes of job steps of this cluster, none of another one on this host: they are where their slurmd was started.
steps() {
  local process
  for process in $(pgrep -f "^slurmstepd: \["); do
    [ "$(readlink "/proc/$process/cwd")" = "$slurm" ] && echo "$process"
  done
}

# As when the plug is pulled: the daemon, its job steps and all that runs in them.
kill_node() {
  local jobs
  jobs=$(steps)
  kill -9 "$slurmd_process" $jobs $(for job in $jobs; do pgrep -P "$job"; done) 2>/dev/null
  pkill -9 -f "$1"
  wait "$slurmd_process" 2>/dev/null
  true
}

# A step reports its end to slurmctld without end, and slurmd waits for it: so the jobs go first, then whoever is left.
stop_slurm() {
  [ -n "${slurmctld_process:-}" ] || return 0
  scancel --me 2>/dev/null
  for _ in $(seq 100); do
    [ -n "$(squeue --noheader 2>/dev/null)" ] || break
    sleep 0.2
  done
  kill -9 "$slurmd_process" $(steps) 2>/dev/null
  kill "$slurmctld_process" 2>/dev/null
  wait "$slurmctld_process" "$slurmd_process" 2>/dev/null
  true
}
