#!/usr/bin/env bash
# Brings the compose cluster up, runs a task on each host, cuts one host off, joins it again, takes all down.
# What was built stays, for the next time; the cluster, its volumes and its files go.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
export COMPOSE_PROJECT_NAME=longshore-check
if docker compose version >/dev/null 2>&1; then compose=(docker compose); else compose=(docker-compose); fi
say() { printf 'check: %s\n' "$*"; }
fail() {
  printf 'check: FAILED: %s\n' "$*" >&2
  "${compose[@]}" ps >&2 || true
  "${compose[@]}" logs --tail 25 server1 host1 host2 >&2 || true
  exit 1
}
longshore() { "${compose[@]}" exec -T -e LONGSHORE_TOKEN_FILE=/tokens/client server1 longshore --endpoint 127.0.0.1:7400 "$@"; }
# until_true SECONDS WHAT COMMAND...
until_true() {
  local seconds=$1 what=$2
  shift 2
  for _ in $(seq $((seconds * 2))); do
    if "$@" >/dev/null 2>&1; then return; fi
    sleep 0.5
  done
  fail "not within $seconds s: $what"
}
json() { node -e 'const v = JSON.parse(require("node:fs").readFileSync(0, "utf8")); const f = new Function("v", `return ${process.argv[1]}`); const r = f(v); process.stdout.write(String(r)); process.exitCode = r === false || r === undefined ? 1 : 0' "$1"; }
instances() {
  local arns
  arns=$(longshore list-container-instances --output json | json 'v.containerInstanceArns.join(" ")')
  # shellcheck disable=SC2086
  longshore describe-container-instances --container-instances $arns --output json
}
connected() { [[ $(instances | json 'v.containerInstances.filter((i) => i.agentConnected).length') -eq $1 ]]; }
running() { [[ $(longshore list-tasks --family check --desired-status RUNNING --output json | json 'v.taskArns.length') -ge $1 ]] && all_running; }
all_running() {
  local arns
  arns=$(longshore list-tasks --family check --output json | json 'v.taskArns.join(" ")')
  # shellcheck disable=SC2086
  longshore describe-tasks --tasks $arns --output json | json 'v.tasks.every((t) => t.lastStatus === "RUNNING")'
}

bash deploy/setup/setup.sh engine compose
work=$(mktemp -d)
take_down() {
  "${compose[@]}" down -v --remove-orphans >/dev/null 2>&1 || true
  rm -rf "$work"
}
trap take_down EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
say 'building the images and bringing the cluster up'
"${compose[@]}" up -d --build >"$work/up.log" 2>&1 || { tail -n 30 "$work/up.log" >&2; fail 'up'; }
until_true 90 'three instances connected' connected 3
say 'three hosts have joined'

LONGSHORE_REGISTRY_PORT=${LONGSHORE_REGISTRY_PORT:-7405} until_true 30 'the image is loaded' deploy/compose/load busybox:1.36
cat >"$work/check.json" <<'JSON'
{
  "family": "check",
  "containerDefinitions": [
    { "name": "main", "image": "busybox:1.36", "memory": 32, "essential": true,
      "command": ["sh", "-c", "mkdir -p /www && hostname > /www/index.html && exec httpd -f -p 80 -h /www"],
      "portMappings": [{ "containerPort": 80, "hostPort": 80 }] }
  ]
}
JSON
longshore register-task-definition --cli-input-json "$(cat "$work/check.json")" --output json >/dev/null || fail 'register-task-definition'
longshore run-task --task-definition check --count 3 --output json | json 'v.failures.length === 0 && v.tasks.length === 3' >/dev/null || fail 'run-task placed less than three tasks'
until_true 90 'a task runs on each host' running 3
for port in 8081 8082 8083; do until_true 20 "the page of the host behind port $port" node deploy/compose/healthy.mjs "http://127.0.0.1:$port/"; done
say 'a task runs on each host, and answers on its published port'

network=$("${compose[@]}" ps -q host2 | xargs docker inspect --format '{{range $name, $_ := .NetworkSettings.Networks}}{{$name}}{{end}}')
host2=$("${compose[@]}" ps -q host2)
docker network disconnect "$network" "$host2"
say 'host2 is cut off'
until_true 90 'the cluster notices that host2 is silent' connected 2
docker exec "$host2" docker ps --format '{{.Names}}' | grep -q . || fail 'the container on host2 did not live on'
say 'its silence is noticed, its container lives on'
docker network connect --alias host2 "$network" "$host2"
until_true 90 'host2 has come back' connected 3
until_true 30 'its task is shown RUNNING again' running 3
say 'host2 is back with its task'

"${compose[@]}" kill -s KILL server1 >/dev/null 2>&1
"${compose[@]}" up -d server1 >/dev/null 2>&1
"${compose[@]}" kill -s KILL etcd2 >/dev/null 2>&1
"${compose[@]}" up -d etcd2 >/dev/null 2>&1
until_true 60 'the cluster stands after a replica and an etcd member were killed' connected 3
until_true 30 'all tasks still run' running 3
say 'a killed replica and a killed etcd member changed nothing'
