#!/usr/bin/env bash
# Measures what a large configuration costs: to check, to start with, and to change while it serves.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
build=$root/artifacts/benchmarks
routes=5000 saves=10 seconds=10 clients=8 built=false

usage() {
  cat <<'HELP'
Usage: reload.sh [options]

Writes a configuration of many routes, each with a cluster of its own with one
destination, and measures with the gateway in a process of its own, once with
TCP probes and once without: the time of 'gateway validate', from the start to
ready, from a save of one changed route to its first changed answer, and the
latency of requests to another route while nothing is saved and while a save
follows the other. All destinations are one local port. Needs bash and the
.NET SDK.

  --routes N    routes, and clusters (5000)
  --saves N     saves to measure (10)
  --seconds N   of requests without a save, to compare with (10)
  --clients N   clients that ask without a pause, a connection each (8)
  --no-build    measure what the last run built under artifacts/benchmarks
  --help        this text

Exit code: 0 measured, 1 something failed, 2 wrong usage.
HELP
}

fail() { echo "reload.sh: $1" >&2; exit "${2:-1}"; }

number() { [[ ${2:-} =~ ^[1-9][0-9]{0,4}$ ]] || fail "$1 takes a number from 1" 2; REPLY=$2; }

while (($#)); do
  case $1 in
    --help | -h) usage; exit 0 ;;
    --no-build) built=true; shift; continue ;;
    --routes) number "$@"; routes=$REPLY ;;
    --saves) number "$@"; saves=$REPLY ;;
    --seconds) number "$@"; seconds=$REPLY ;;
    --clients) number "$@"; clients=$REPLY ;;
    *) fail "unknown option: $1 (see --help)" 2 ;;
  esac
  shift 2
done

command -v dotnet >/dev/null || fail "dotnet is missing; install the .NET SDK that global.json names"
if ! $built; then
  for project in src/Gateway:gateway tests/Gateway.Benchmarks:benchmarks; do
    echo "Building ${project#*:} ..." >&2
    dotnet build "$root/${project%%:*}" -c Release -o "$build/${project#*:}" --nologo -v quiet -clp:NoSummary >&2 || fail "${project#*:} does not build"
  done
fi
exec dotnet "$build/benchmarks/Gateway.Benchmarks.dll" reload "$build/gateway/gateway.dll" "$routes" "$saves" "$seconds" "$clients"
