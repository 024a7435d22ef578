#!/usr/bin/env bash
# Installs Longshore on this machine from the checkout that this script lies in. Needs root, Node.js 20.19 or newer.
#
#   deploy/install.sh server [--listen ADDRESS]              etcd (one member), control plane, CLI; makes the tokens
#   deploy/install.sh agent --endpoints HOST:7400[,..] --token-file FILE [--cluster NAME]     the agent
#   deploy/install.sh remove                                 what this script installed; data in /var/lib stays
#
# Files go to /opt/longshore, commands to /usr/local/bin, settings to /etc/longshore and /etc/ecs, units to systemd.
# Without systemd everything is installed and the commands to start it are printed.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
target=/opt/longshore
fail() { printf 'install: %s\n' "$*" >&2; exit 1; }
usage() { sed -n '2,9p' "${BASH_SOURCE[0]}" | cut -c3-; exit "${1:-2}"; }
[[ ${1:-} != --help && ${1:-} != -h ]] || usage 0
[[ $# -gt 0 ]] || usage
[[ $(id -u) -eq 0 ]] || fail 'needs root: sudo deploy/install.sh ...'
role=$1
shift
listen=0.0.0.0 endpoints='' token='' cluster=default
while [[ $# -gt 0 ]]; do
  [[ $# -gt 1 ]] || fail "$1 needs a value"
  case $1 in
    --listen) listen=$2 ;;
    --endpoints) endpoints=$2 ;;
    --token-file) token=$2 ;;
    --cluster) cluster=$2 ;;
    *) fail "no option $1; see --help" ;;
  esac
  shift 2
done

files() {
  bash "$root/deploy/setup/setup.sh" packages build
  mkdir -p "$target"
  cp -a "$root/package.json" "$root/package-lock.json" "$root/proto" "$root/packages" "$target/"
  (cd "$target" && npm ci --omit=dev --no-audit --no-fund --loglevel=error)
  for command in "$@"; do ln -sf "$target/node_modules/.bin/$command" "/usr/local/bin/$command"; done
}

unit() {
  if [[ -d /run/systemd/system ]]; then
    for name in "$@"; do cp "$root/deploy/systemd/$name.service" /etc/systemd/system/; done
    systemctl daemon-reload
    systemctl enable --now "$@"
    echo "running: $* (journalctl -u $1)"
  else
    echo 'no systemd here; start by hand, each in a terminal or under a supervisor of your own:'
    for name in "$@"; do by_hand "$name"; done
  fi
}

# by_hand UNIT: its command in one line, with its settings.
by_hand() {
  local unit=$root/deploy/systemd/$1.service settings command
  settings=$(sed -n 's/^EnvironmentFile=-//p' "$unit")
  command=$(awk '/^ExecStart=/ {on = 1; sub(/^ExecStart=/, "")} on {more = sub(/ *\\$/, ""); printf "%s ", $0; if (!more) exit}' "$unit" |
    sed 's/%H/$(hostname)/' | tr -s ' ')
  if [[ -e $settings ]]; then echo "  (set -a; . $settings; exec $command)"; else echo "  $command"; fi
}

random() { od -An -N32 -tx1 /dev/urandom | tr -d ' \n'; }

server() {
  bash "$root/deploy/setup/setup.sh" etcd
  files longshore longshore-server
  id longshore >/dev/null 2>&1 || useradd --system --home-dir /var/lib/longshore longshore
  install -d -m 0750 -g longshore /etc/longshore
  install -d -m 0700 -o longshore /var/lib/longshore
  if [[ ! -e /etc/longshore/tokens ]]; then
    (umask 077
     client=$(random) agent=$(random)
     printf '%s\n' "$client" >/etc/longshore/client.token
     printf '%s\n' "$agent" >/etc/longshore/agent.token
     printf 'client: %s\nagent: %s\n' "$client" "$agent" >/etc/longshore/tokens)
    chown longshore /etc/longshore/tokens
  fi
  [[ -e /etc/longshore/server.env ]] || cat >/etc/longshore/server.env <<SETTINGS
LONGSHORE_ETCD_ENDPOINTS=http://127.0.0.1:2379
LONGSHORE_GRPC_LISTEN=$listen:7400
LONGSHORE_HTTP_LISTEN=$listen:7401
LONGSHORE_TOKEN_FILE=/etc/longshore/tokens
SETTINGS
  unit longshore-etcd longshore-server
  echo 'clients use /etc/longshore/client.token, agents /etc/longshore/agent.token'
}

agent() {
  [[ -n $endpoints ]] || fail '--endpoints HOST:7400 is missing'
  [[ -r $token ]] || fail "--token-file: cannot read '$token' (copy /etc/longshore/agent.token from the server)"
  command -v docker >/dev/null || bash "$root/deploy/setup/setup.sh" engine
  files longshore-agent
  install -d -m 0700 /etc/ecs /var/lib/ecs
  install -m 0600 "$token" /etc/ecs/longshore.token
  [[ -e /etc/ecs/ecs.config ]] || cat >/etc/ecs/ecs.config <<SETTINGS
LONGSHORE_ENDPOINTS=$endpoints
LONGSHORE_TOKEN_FILE=/etc/ecs/longshore.token
ECS_CLUSTER=$cluster
ECS_DATADIR=/var/lib/ecs/data
SETTINGS
  unit longshore-agent
}

remove() {
  for name in longshore-agent longshore-server longshore-etcd; do
    [[ -e /etc/systemd/system/$name.service ]] || continue
    systemctl disable --now "$name"
    rm -f "/etc/systemd/system/$name.service"
  done
  rm -f /usr/local/bin/longshore /usr/local/bin/longshore-server /usr/local/bin/longshore-agent
  rm -rf "$target"
  echo 'removed; settings in /etc/longshore and /etc/ecs and data in /var/lib/longshore and /var/lib/ecs stay'
}

case $role in
  server | agent | remove) "$role" ;;
  *) usage ;;
esac
