#!/usr/bin/env bash
# `npm test`: gets the machine ready (saying what it installs), runs every check, and leaves nothing behind.
#   npm test                     everything
#   npm test -- lint unit        only these: lint types unit integration e2e bench chaos
set -uo pipefail
# Whoever counts finds a last line also where nothing could be run.
give_up() {
  printf '\n0 passed, 1 failed, 0 skipped\n'
  exit 1
}
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
setup=deploy/setup/setup.sh
# An engine that was started by whoever called us stays: only one that is started here is stopped here.
[[ -e ${LONGSHORE_SETUP_DIR:-.longshore/setup}/dockerd.pid ]] || trap 'bash "$setup" down' EXIT
bash "$setup" packages build || give_up
case " ${*:-integration e2e} " in
  *' integration '* | *' e2e '* | *' bench '* | *' chaos '*) bash "$setup" etcd engine images || give_up ;;
esac
# Where the AWS CLI cannot be had, its tests are skipped and counted as such.
case " ${*:-e2e} " in *' e2e '*) bash "$setup" awscli ;; esac
node --import=tsx --conditions=source test/support/run.ts "$@"
