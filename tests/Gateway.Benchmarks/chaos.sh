#!/usr/bin/env bash
# Counts the requests that are lost when backends die, hang, flap and restart: the gateway beside its peers.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
build=$root/artifacts/benchmarks
known=(kill flap accept-and-close close-idle hang slow-start rolling-restart all-gone random)
seconds=3 scenarios=all proxies='' built=false

usage() {
  cat <<HELP
Usage: chaos.sh [options]

Runs the scenarios of the chaos tests against the gateway, nginx and HAProxy, one
after the other, each before three backends of its own that are processes, under
a constant load of 16 clients (three of four requests are GETs, the others POSTs
with an id). The proxies are configured alike, as far as they can be: see
Peers/Chaos and tests/Gateway.Chaos/GatewayConfiguration.cs. Prints a Markdown
table: failed GETs, failed POSTs, POSTs that were delivered to backends twice, and
requests in all; where all backends were gone, also the seconds for which
requests went on to fail after they were back. Needs bash and the .NET SDK on
Linux, and nginx and haproxy if they are to be compared.

  --seconds N       length of a scenario, about (3)
  --scenarios LIST  comma-separated, of
                    ${known[*]:0:5}
                    ${known[*]:5}
  --proxies LIST    comma-separated, of gateway, nginx, haproxy; by default the
                    gateway and those that are installed
  --no-build        compare what the last run built under artifacts/benchmarks
  --help            this text

Exit code: 0 compared, 1 something could not be run, 2 wrong usage. What each
scenario did and how requests failed is told on standard error.
HELP
}

fail() { echo "chaos.sh: $1" >&2; exit "${2:-1}"; }

# every LIST NAME...: each name of the comma-separated list is one of those that follow.
every() {
  local list=$1 name
  shift
  for name in ${list//,/ }; do
    [[ " $* " == *" $name "* ]] || fail "unknown: $name (see --help)" 2
  done
  [[ -n $list ]] || fail "an empty list (see --help)" 2
}

while (($#)); do
  case $1 in
    --help | -h) usage; exit 0 ;;
    --no-build) built=true; shift; continue ;;
  esac
  (($# > 1)) || fail "unknown option or missing value: $1 (see --help)" 2
  case $1 in
    --seconds)
      [[ $2 =~ ^[1-9][0-9]{0,2}$ ]] || fail "--seconds takes a number from 1 to 999" 2
      seconds=$2 ;;
    --scenarios) every "$2" "${known[@]}"; scenarios=$2 ;;
    --proxies) every "$2" gateway nginx haproxy; proxies=$2 ;;
    *) fail "unknown option: $1 (see --help)" 2 ;;
  esac
  shift 2
done

command -v dotnet >/dev/null || fail "dotnet is missing; install the .NET SDK that global.json names"
if [[ -z $proxies ]]; then
  proxies=gateway
  for peer in nginx haproxy; do
    if command -v "$peer" >/dev/null; then proxies+=,$peer; else echo "$peer is not installed and left out" >&2; fi
  done
fi
for peer in ${proxies//,/ }; do
  [[ $peer == gateway ]] || command -v "$peer" >/dev/null || fail "$peer is missing; install it (Debian, Ubuntu: apt-get install $peer)"
done
if ! $built; then
  for project in src/Gateway:gateway samples/Backend:backend tests/Gateway.Benchmarks:benchmarks; do
    echo "Building ${project#*:} ..." >&2
    dotnet build "$root/${project%%:*}" -c Release -o "$build/${project#*:}" --nologo -v quiet -clp:NoSummary >&2 || fail "${project#*:} does not build"
  done
fi
exec dotnet "$build/benchmarks/Gateway.Benchmarks.dll" chaos "$build/gateway/gateway.dll" "$build/backend/backend.dll" "$here/Peers/Chaos" "$seconds" "$scenarios" "$proxies"
