#!/usr/bin/env bash
# Gets a machine ready for Longshore's own demo, tests and compose cluster: packages, build, engine, etcd, images.
# Says what it installs before it does; touches nothing that is there already. On Debian and Ubuntu as root it installs
# from the distribution; elsewhere it names what is missing. Safe to run again.
#
#   deploy/setup/setup.sh [packages] [build] [etcd] [engine] [images] [awscli] [compose]   those steps, in this order
#   deploy/setup/setup.sh down     stops the engine that this script started, if it started one
#
# The engine's pid, if this script started it, lies in $LONGSHORE_SETUP_DIR (default .longshore/setup).
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
state=${LONGSHORE_SETUP_DIR:-$root/.longshore/setup}

say() { printf 'setup: %s\n' "$*" >&2; }
fail() {
  printf 'setup: %s\n' "$*" >&2
  exit 1
}
# A program, not one of the steps below: `etcd` is both.
has() { type -P "$1" >/dev/null; }

# install WHY PACKAGE...: from the distribution, or a sentence that says what to install.
install() {
  local why=$1
  shift
  if [[ $(id -u) -ne 0 ]] || ! has apt-get; then
    fail "missing for $why: $*. On Debian or Ubuntu: sudo apt-get install $*; elsewhere install their equivalents, then run this again."
  fi
  say "installing for $why from the distribution: $*"
  mkdir -p "$state"
  [[ -e $state/apt-updated ]] || { apt-get update -qq >/dev/null && touch "$state/apt-updated"; }
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null 2>"$state/apt.log" ||
    fail "apt-get install $* failed: $(tail -n 3 "$state/apt.log")"
}

packages() {
  has node || fail "Node.js 20.19 or newer is missing: https://nodejs.org"
  node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 22 || (a === 22 && b >= 12) || (a === 20 && b >= 19) ? 0 : 1)' ||
    fail "Node.js $(node --version) is too old: 20.19 or newer is needed"
  if [[ ! -e $root/node_modules/.package-lock.json || $root/package-lock.json -nt $root/node_modules/.package-lock.json ]]; then
    say 'npm ci'
    (cd "$root" && npm ci --no-audit --no-fund --loglevel=error >&2)
    touch "$root/node_modules/.package-lock.json"
  fi
}

build() {
  (cd "$root" && npm run --silent build >&2)
}

etcd() {
  [[ -n ${ETCD_BIN:-} ]] || has etcd || install 'the cluster state' etcd-server
  has openssl || install 'the tests of TLS' openssl
}

engine() {
  if docker version >/dev/null 2>&1; then return; fi
  [[ -z ${DOCKER_HOST:-} ]] || fail "the engine at DOCKER_HOST=$DOCKER_HOST does not answer"
  if [[ -S /var/run/docker.sock && $(id -u) -ne 0 ]]; then
    fail "the engine's socket refuses this user: sudo usermod -aG docker $(id -un), then log in again"
  fi
  has dockerd || install 'running containers' docker.io iptables
  has iptables || install 'container networks' iptables
  if [[ $(id -u) -ne 0 ]]; then fail 'no Docker Engine answers: start it (sudo systemctl start docker), then run this again'; fi
  if [[ -d /run/systemd/system ]]; then
    say 'starting Docker by systemd'
    systemctl start docker
  else
    say 'starting dockerd (stopped again by `setup.sh down`)'
    mkdir -p "$state"
    setsid dockerd >"$state/dockerd.log" 2>&1 </dev/null &
    echo $! >"$state/dockerd.pid"
  fi
  for _ in $(seq 120); do
    docker version >/dev/null 2>&1 && return
    sleep 0.25
  done
  fail "dockerd does not answer after 30 s: $(tail -n 3 "$state/dockerd.log" 2>/dev/null)"
}

have_image() { docker image inspect "$1" >/dev/null 2>&1; }

# busybox IMAGE: pulled where a registry is reachable, else made from this machine's static busybox.
busybox_image() {
  have_image "$1" && return
  if timeout 20 docker pull -q "$1" >/dev/null 2>&1; then return; fi
  local busybox work
  busybox=$(command -v busybox || true)
  if [[ -z $busybox ]]; then
    install "making the image $1, since no registry is reachable" busybox-static
    busybox=$(command -v busybox)
  fi
  say "no registry reachable: making $1 from $busybox"
  work=$(mktemp -d)
  mkdir -p "$work"/{bin,tmp,etc}
  chmod 1777 "$work/tmp"
  cp "$busybox" "$work/bin/busybox"
  "$busybox" --list | while read -r applet; do [[ $applet == busybox ]] || ln -sf busybox "$work/bin/$applet"; done
  printf 'root:x:0:0:root:/:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n' >"$work/etc/passwd"
  printf 'root:x:0:\nnogroup:x:65534:\n' >"$work/etc/group"
  tar -C "$work" -c . | docker import --change 'CMD ["sh"]' - "$1" >/dev/null
  rm -rf "$work"
}

images() { busybox_image busybox:1.36; }

awscli() {
  has aws || install 'the tests with the AWS CLI' awscli
  python3 -c 'import boto3' 2>/dev/null || install 'the tests with boto3' python3-boto3
}

# The images that the compose cluster is built from: pulled where a registry is reachable, else made here.
compose_images() {
  local etcd_image=${ETCD_IMAGE:-quay.io/coreos/etcd:v3.6.14} work
  for image in debian:bookworm-slim node:20-bookworm-slim "$etcd_image"; do
    have_image "$image" || timeout 60 docker pull -q "$image" >/dev/null 2>&1 || true
  done
  busybox_image busybox:1.36
  work=$(mktemp -d)
  # shellcheck disable=SC2064
  trap "rm -rf '$work'" EXIT
  if ! have_image debian:bookworm-slim; then
    has mmdebstrap || install 'making debian:bookworm-slim, since no registry is reachable' mmdebstrap
    say 'no registry reachable: making debian:bookworm-slim with mmdebstrap'
    mmdebstrap --variant=minbase --include=ca-certificates bookworm - 2>/dev/null |
      docker import --change 'CMD ["bash"]' - debian:bookworm-slim >/dev/null
  fi
  if ! have_image node:20-bookworm-slim; then
    say "no registry reachable: making node:20-bookworm-slim from this machine's Node.js $(node --version)"
    mkdir -p "$work/node/usr/local/bin" "$work/node/usr/local/lib/node_modules" "$work/node/etc/ssl/certs"
    cp -L "$(command -v node)" "$work/node/usr/local/bin/node"
    cp -a "$(npm root -g 2>/dev/null)/npm" "$work/node/usr/local/lib/node_modules/npm"
    ln -s ../lib/node_modules/npm/bin/npm-cli.js "$work/node/usr/local/bin/npm"
    ln -s ../lib/node_modules/npm/bin/npx-cli.js "$work/node/usr/local/bin/npx"
    [[ ! -e /etc/ssl/certs/ca-certificates.crt ]] || cp /etc/ssl/certs/ca-certificates.crt "$work/node/etc/ssl/certs/"
    printf 'FROM debian:bookworm-slim\nCOPY node/ /\nENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt\nCMD ["node"]\n' >"$work/Dockerfile"
    docker build -q -t node:20-bookworm-slim "$work" >/dev/null 2>&1
  fi
  if ! have_image "$etcd_image"; then
    etcd
    has etcdctl || install 'the health check of etcd' etcd-client
    say "no registry reachable: making $etcd_image from $(type -P etcd)"
    mkdir -p "$work/etcd/usr/local/bin"
    cp "$(type -P etcd)" "$(type -P etcdctl)" "$work/etcd/usr/local/bin/"
    printf 'FROM debian:bookworm-slim\nCOPY etcd/ /\nEXPOSE 2379 2380\nCMD ["/usr/local/bin/etcd"]\n' >"$work/Dockerfile"
    docker build -q -t "$etcd_image" "$work" >/dev/null 2>&1
  fi
  rm -rf "$work"
}

compose() {
  docker compose version >/dev/null 2>&1 || has docker-compose || install 'the compose cluster' docker-compose
  compose_images
}

down() {
  [[ -e $state/dockerd.pid ]] || return 0
  local pid
  pid=$(cat "$state/dockerd.pid")
  say 'stopping the dockerd that was started here'
  kill "$pid" 2>/dev/null || true
  for _ in $(seq 120); do
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.25
  done
  rm -f "$state/dockerd.pid" "$state/dockerd.log"
}

for step in "$@"; do
  case $step in
    packages | build | etcd | engine | images | awscli | compose | down) "$step" ;;
    *) fail "no step '$step'; there are: packages build etcd engine images awscli compose down" ;;
  esac
done
