#!/usr/bin/env bash
# `npm run demo`: a cluster of three container instances on the local Docker Engine, and a web application on each.
#   npm run demo              sets up what is missing, runs it, and leaves it up until Ctrl-C
#   npm run demo -- --once    the same, then takes everything down again; exits 0, or 1 with what failed
set -uo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$root" || exit 1
setup=deploy/setup/setup.sh
data=$root/.longshore/demo-$$
log=$data.log
dev=''
once=no
instances=3
case ${1:-} in
  '') ;;
  --once) once=yes ;;
  -h | --help) sed -n '2,4p' "${BASH_SOURCE[0]}" | cut -c3-; exit 0 ;;
  *) printf 'demo: no option %s; there is --once\n' "$1" >&2; exit 2 ;;
esac

step() { printf '\n== %s\n' "$*"; }
longshore() { node packages/cli/bin/longshore.js "$@"; }

# An engine that was there before stays; one that is started here is stopped here.
started_before=no
[[ -e ${LONGSHORE_SETUP_DIR:-.longshore/setup}/dockerd.pid ]] && started_before=yes

take_down() {
  local status=$?
  trap - EXIT INT TERM
  if [[ -n $dev ]]; then
    step 'taking everything down'
    kill "$dev" 2>/dev/null
    wait "$dev" || status=1
    sed -n '/stopping/,$p' "$log"
  fi
  [[ $started_before == yes ]] || bash "$setup" down
  rm -rf "$data" "$log"
  exit "$status"
}

fail() {
  printf 'demo: failed: %s\n' "$*" >&2
  [[ ! -s $log ]] || { printf 'demo: what dev said last:\n' >&2; tail -n 5 "$log" >&2; }
  local file
  for file in "$data"/log/*.log; do
    [[ -s $file ]] && { printf -- '-- %s\n' "${file#"$root"/}" >&2; tail -n 3 "$file" >&2; }
  done
  exit 1
}

# try SECONDS COMMAND...: until the command succeeds.
try() {
  local until=$((SECONDS + $1))
  shift
  until "$@"; do
    ((SECONDS < until)) || return 1
    sleep 0.2
  done
}

trap take_down EXIT
trap 'exit 130' INT TERM

step 'setting up what is missing'
bash "$setup" packages build etcd engine images || exit 1

step "starting a cluster of $instances container instances: longshore dev --instances $instances"
mkdir -p "$root/.longshore"
: >"$log"
node packages/cli/bin/longshore.js dev --instances "$instances" --rm --data-dir "$data" \
  --grpc-listen 127.0.0.1:0 --http-listen 127.0.0.1:0 >"$log" 2>&1 &
dev=$!
ready() { grep -q '^ready' "$log" || ! kill -0 "$dev" 2>/dev/null; }
try 60 ready
grep '^ready' "$log" || fail 'longshore dev did not become ready'
# shellcheck disable=SC1091
. "$data/env"

step 'registering deploy/demo/web.json, a task definition of two containers'
longshore apply deploy/demo/web.json --output table || fail 'the task definition was not registered'

step 'running it on each instance'
longshore run-task --task-definition demo-web --count "$instances" --started-by demo \
  --placement-constraints type=distinctInstance >"$data/run.json" || fail 'run-task was refused'
tasks=$(node -p 'JSON.parse(require("fs").readFileSync(process.argv[1])).tasks.map((t) => t.taskArn).join(" ")' "$data/run.json")
[[ $(wc -w <<<"$tasks") -eq $instances ]] || fail "not every task found a place: $(cat "$data/run.json")"
# shellcheck disable=SC2086
longshore wait tasks-running --timeout 120 --tasks $tasks || fail 'the tasks did not reach RUNNING'

step 'fetching the page of each over its published port'
pages() { longshore ps --started-by demo --output json | node deploy/demo/pages.mjs >"$data/pages" 2>"$data/pages.err"; }
try 20 pages || fail "no page: $(cat "$data/pages.err")"
cat "$data/pages"

step 'longshore ps'
longshore ps --output table || fail 'ps'

step 'longshore instances'
longshore instances --output table || fail 'instances'

step 'longshore top: what hosts and containers use'
measured() { [[ $(longshore top --once --output json 2>"$data/top.err" | grep -c '"container":') -ge $((2 * instances)) ]]; }
try 30 measured || fail "no utilisation of all containers has come: $(cat "$data/top.err")"
longshore top --once --output table || fail 'top'

if [[ $once == no ]]; then
  step 'it stays up until Ctrl-C; in another terminal'
  printf '  cd %s\n  . %s\n  npx longshore ps\n' "$root" "${data#"$root"/}/env"
  trap 'exit 0' INT TERM
  wait "$dev"
  fail 'longshore dev ended by itself'
fi
exit 0
