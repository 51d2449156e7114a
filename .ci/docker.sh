#!/usr/bin/env bash
# A container engine for the tests that need one. As a command: `.ci/docker.sh COMMAND ...` runs the command beside an engine.
# Sourced: `docker_start` (exports DOCKER_HOST), and `docker_stop` at the end, whatever happened between.
#
# An engine that answers already is used and left alone. Else, only as root and with CI=true, one is installed from Debian if there is none,
# and started on a socket, with folders, of its own; at the end that one is stopped and nothing of it is left but the packages.

docker_folder=""
docker_pid=""
docker_had_chains=""
docker_forward_policy=""

# No reaper of testcontainers: its image would have to be pulled, and we clean up by our own labels.
docker_start() {
  export TESTCONTAINERS_RYUK_DISABLED=true
  docker_answers "${DOCKER_HOST:-unix:///var/run/docker.sock}" && return 0
  if [ "${CI:-}" != true ] || [ "$(id -u)" -ne 0 ]; then
    echo "docker: no engine answers; one is only started as root and with CI=true" >&2
    return 1
  fi
  docker_install || return 1
  docker_folder=$(mktemp -d /tmp/faultline-docker-XXXXXX)
  iptables -S DOCKER-USER >/dev/null 2>&1 && docker_had_chains=yes
  docker_forward_policy=$(iptables -S FORWARD 2>/dev/null | sed -n 's/^-P FORWARD //p')
  # No default bridge: it would be in the way of another engine's, and every run makes a network of its own.
  dockerd --host "unix://$docker_folder/docker.sock" --data-root "$docker_folder/data" --exec-root "$docker_folder/exec" \
    --pidfile "$docker_folder/pid" --bridge none >"$docker_folder/log" 2>&1 </dev/null &
  docker_pid=$!
  export DOCKER_HOST="unix://$docker_folder/docker.sock"
  docker_await && return 0
  tail -n 5 "$docker_folder/log" >&2
  docker_stop
  return 1
}

# Only the one that was started here. Idempotent.
docker_stop() {
  [ -n "$docker_folder" ] || return 0
  docker --host "$DOCKER_HOST" network prune --force >/dev/null 2>&1
  kill "$docker_pid" 2>/dev/null
  for _ in $(seq 300); do kill -0 "$docker_pid" 2>/dev/null || break; sleep 0.1; done
  kill -KILL "$docker_pid" 2>/dev/null
  wait "$docker_pid" 2>/dev/null
  # A daemon that had to be killed leaves its containerd.
  [ -f "$docker_folder/exec/containerd/containerd.pid" ] && kill -KILL "$(cat "$docker_folder/exec/containerd/containerd.pid")" 2>/dev/null
  while read -r mounted; do umount --lazy "$mounted"; done < <(awk -v prefix="$docker_folder/" 'index($2, prefix) == 1 { print $2 }' /proc/self/mounts | sort -r)
  [ "$docker_had_chains" = yes ] || docker_restore_filter
  rm -rf --one-file-system "$docker_folder"
  docker_folder=""
  unset DOCKER_HOST
}

docker_install() {
  command -v dockerd >/dev/null && command -v iptables >/dev/null && return 0
  # RUNLEVEL=1: the packages' scripts start no service.
  { apt-get update -qq && RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -qq --yes --no-install-recommends docker.io iptables; } >/dev/null ||
    { echo "docker: docker.io and iptables cannot be installed" >&2; return 1; }
}

docker_await() {
  for _ in $(seq 600); do
    docker_answers "$DOCKER_HOST" && return 0
    kill -0 "$docker_pid" 2>/dev/null || break
    sleep 0.1
  done
  echo "docker: the engine does not answer" >&2
  return 1
}

# Without the command line of Docker, which comes in a package of its own in newer Debians.
docker_answers() {
  node -e '
    const [url] = process.argv.slice(1);
    const where = url.startsWith("unix://") ? { socketPath: url.slice(7) } : { host: new URL(url).hostname, port: new URL(url).port };
    const request = require("node:http").get({ ...where, path: "/_ping", timeout: 5000 }, ({ statusCode }) => process.exit(statusCode === 200 ? 0 : 1));
    request.on("error", () => process.exit(1)).on("timeout", () => process.exit(1));
  ' "$1" 2>/dev/null
}

# What the daemon adds to the machine's filter and leaves there.
docker_restore_filter() {
  local table rule chain
  [ -z "$docker_forward_policy" ] || iptables -P FORWARD "$docker_forward_policy"
  for table in filter nat; do
    iptables -t "$table" -S 2>/dev/null | grep -E -- '^-A .*-j DOCKER|^-A (DOCKER|DOCKER-[A-Z0-9-]+) ' | while read -r rule; do
      # shellcheck disable=SC2086 # a rule is several words
      iptables -t "$table" -D ${rule#-A } 2>/dev/null
    done
    iptables -t "$table" -S 2>/dev/null | sed -n 's/^-N \(DOCKER.*\)$/\1/p' | while read -r chain; do
      iptables -t "$table" -X "$chain" 2>/dev/null
    done
  done
}

if [ "${BASH_SOURCE[0]}" = "$0" ]; then
  trap docker_stop EXIT
  trap 'exit 130' INT TERM
  docker_start || exit 4
  "$@"
  exit $?
fi
