#!/bin/sh
# Makes the cluster's two tokens once, one for clients and one for agents, in the volume at /tokens.
set -eu
umask 077
random() { od -An -N32 -tx1 /dev/urandom | tr -d ' \n'; }
if [ ! -e /tokens/server ]; then
  client=$(random) agent=$(random)
  printf '%s\n' "$client" >/tokens/client
  printf '%s\n' "$agent" >/tokens/agent
  printf 'client: %s\nagent: %s\n' "$client" "$agent" >/tokens/server.new
  mv /tokens/server.new /tokens/server
fi
chown -R 7400:7400 /tokens
