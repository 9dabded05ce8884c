# Sourced: a study of a glass of 32 atoms with ten tasks of searches, some seconds in all, and what the tests of queues ask about it.

write_study() {  # file
  cat >"$1" <<'EOF'
[study]
seed = 5
[potential]
type = "eam-fs"
[[stage]]
type = "melt-quench"
atoms = 32
composition = { Cu = 50, Zr = 50 }
schedule = [{ at = "2000 K", time = "10.4 ps" }, { to = "1 K", time = "1 ps" }]
[[stage]]
type = "art"
searches = 300
steps_per_task = 30
EOF
}

say() { printf '%(%H:%M:%S)T %s\n' -1 "$*"; }

ask() {  # glass | art | jobs, folder: tasks done of these stages, jobs that queues hold
  "$glasscape" status study.toml --folder "$2" --json |
    python3 -c "import json, sys; s = json.load(sys.stdin); print({'glass': s['stages'][0]['done'], 'art': s['stages'][1]['done'], 'jobs': len(s['jobs'])}['$1'])"
}

digest() { "$glasscape" digest study.toml --folder "$1" | tail -n 1; }

same_as_plain_run() {  # folder
  [ "$(ask art "$1")" = 10 ] || fail "$1: $(ask art "$1") of 10 tasks done"
  [ "$(digest "$1")" = "$reference" ] || fail "$1: other facts than a plain run"
}

plain_run() {
  "$glasscape" run study.toml --folder plain --quiet >/dev/null || fail "plain run"
  reference=$(digest plain)
}
