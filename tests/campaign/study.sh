# Sourced, with $here and $glasscape set: the study of examples/campaign, and what the tests of queues ask about it.

write_study() { cp "$here/../../examples/campaign/study.toml" "$1"; }  # file

say() { printf '%(%H:%M:%S)T %s\n' -1 "$*"; }

ask() {  # glass | searches | jobs, folder: tasks done of these stages, jobs that queues hold
  "$glasscape" status study.toml --folder "$2" --json |
    python3 -c "import json, sys; s = json.load(sys.stdin); print({'glass': s['stages'][0]['done'], 'searches': s['stages'][1]['done'], 'jobs': len(s['jobs'])}['$1'])"
}

digest() { "$glasscape" digest study.toml --folder "$1" | tail -n 1; }

same_as_plain_run() {  # folder
  [ "$(ask searches "$1")" = 10 ] || fail "$1: $(ask searches "$1") of 10 tasks done"
  [ "$(digest "$1")" = "$reference" ] || fail "$1: other facts than a plain run"
}

plain_run() {
  "$glasscape" run study.toml --folder plain --quiet >/dev/null || fail "plain run"
  reference=$(digest plain)
}
