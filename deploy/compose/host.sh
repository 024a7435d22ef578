#!/bin/bash
# A host in a container: a Docker Engine, and the agent beside it. When one of them dies it is started again; the
# containers of the engine live as long as this container does.
set -u

# The engine sets forwarding and gives its containers a /proc of their own, so what the outer engine made read-only or
# hid is opened here (compose 1.29 cannot say it in the file: systempaths=unconfined).
mount -o remount,rw /proc/sys
mount -o remount,rw /sys
grep -o ' /proc/[^ ]* ' /proc/mounts | grep -v ' /proc/sys ' | while read -r hidden; do umount "$hidden"; done

# Left by an engine that was killed.
rm -f /var/run/docker.pid /run/docker/containerd/containerd.pid
hosts=${LONGSHORE_HOSTS_ON_THIS_MACHINE:-1}
cpu=$(($(nproc) * 1024 / hosts))
memory=$(($(awk '/^MemTotal:/ {print int($2 / 1024)}' /proc/meminfo) / hosts))

engine() {
  exec dockerd --host unix:///var/run/docker.sock --storage-driver "${DOCKER_STORAGE_DRIVER:-overlay2}" \
    --bip "${LONGSHORE_BIP:-10.201.0.1/24}" --registry-mirror http://registry:5000 --insecure-registry registry:5000 \
    >>/var/log/dockerd.log 2>&1
}
# A function in the background is a shell of its own: exec makes its pid that of the program.
agent() { exec longshore-agent --instance-cpu "$cpu" --instance-memory "$memory"; }
keep() {
  while :; do
    "$1" &
    echo $! >"/run/$1.pid"
    wait $!
    status=$?
    [ -e /run/stopping ] && return
    echo "host: $1 ended with $status, starting it again" >&2
    sleep 1
  done
}

# end NAME: SIGTERM, and back when it has gone.
end() {
  pid=$(cat "/run/$1.pid" 2>/dev/null) || return 0
  kill "$pid" 2>/dev/null
  for _ in $(seq 60); do
    kill -0 "$pid" 2>/dev/null || return 0
    sleep 0.25
  done
}

rm -f /run/stopping
stop() {
  touch /run/stopping
  # The agent first, so that it can say goodbye to an engine that still answers.
  end agent
  end engine
}
trap stop TERM INT
keep engine &
for _ in $(seq 240); do docker version >/dev/null 2>&1 && break; sleep 0.25; done
if ! docker version >/dev/null 2>&1; then
  tail -n 20 /var/log/dockerd.log >&2
  exit 1
fi
keep agent &
until [ -e /run/stopping ]; do wait; done
wait
