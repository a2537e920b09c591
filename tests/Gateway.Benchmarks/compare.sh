#!/usr/bin/env bash
# Measures what a request costs, the gateway beside its peers, in one run on one machine.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
build=$root/artifacts/benchmarks
rounds=5 seconds=8 warmup=10 connections=64
names=(stock-yarp gateway gateway-no-log) extra_names=() peers=false built=false json='' limit=''
declare -A extra=() pids=() ports=()
work=''

# shellcheck source=Compare/processes.sh
. "$here/Compare/processes.sh"

usage() {
  cat <<'HELP'
Usage: compare.sh [options]

Measures CPU time per request (user and system, all threads) and requests per
second of stock YARP, of the gateway with every gate on and its access log in a
file, and of the gateway without access log. All run at the same time on free
loopback ports before the same two nginx origins (64-byte answers) and are
loaded by wrk in turn, round by round; ratios are taken within a round.
Needs bash, nginx, wrk and the .NET SDK, on Linux.

  --rounds N        rounds to measure (5)
  --seconds N       load on each proxy in a round (8)
  --warmup N        load on each proxy before the first round (10)
  --connections N   kept-alive client connections (64)
  --proxies LIST    comma-separated, of stock-yarp, gateway, gateway-no-log,
                    gateway-blind (no access log, metrics or decision records), nginx,
                    haproxy; stock-yarp is always measured, the ratios refer to it
  --peers           adds nginx and haproxy, those that are installed
  --extra NAME=CMD  adds a proxy of your own; CMD may begin with variables and may use
                    $PORT, $ORIGIN_1, $ORIGIN_2 (ports) and $STOCK_YARP (its command).
                    Twice the same shows the noise: --extra 'again=$STOCK_YARP'
  --max-ratio N     exit 1 when the gateway with every gate costs more than N times
                    the CPU time of stock YARP
  --no-build        measure what the last run built under artifacts/benchmarks
  --json FILE       write the numbers to FILE as well
  --help            this text

Exit code: 0 measured, 1 a request failed or a limit was passed, 2 wrong usage.
CPU us/req, requests/s and ratio are medians over the rounds. 'failed' counts
answers over 399 and broken connections; any makes the run invalid. 'logged' is
lines on standard output per request: 100% on the gateway with access log shows
that no line was dropped.
HELP
}

fail() { echo "compare.sh: $1" >&2; exit "${2:-1}"; }

number() { [[ $2 =~ ^[1-9][0-9]{0,4}$ ]] || fail "$1 takes a number from 1, not '$2'" 2; REPLY=$2; }

parse_options() {
  while (($#)); do
    case $1 in
      --help | -h) usage; exit 0 ;;
      --peers) peers=true; shift; continue ;;
      --no-build) built=true; shift; continue ;;
    esac
    (($# > 1)) || fail "unknown option or missing value: $1 (see --help)" 2
    case $1 in
      --rounds) number "$@"; rounds=$REPLY ;;
      --seconds) number "$@"; seconds=$REPLY ;;
      --warmup) number "$@"; warmup=$REPLY ;;
      --connections) number "$@"; connections=$REPLY ;;
      --proxies) IFS=, read -ra names <<<"$2" ;;
      --extra)
        [[ $2 =~ ^([a-zA-Z0-9.-]+)=(.+)$ ]] || fail "--extra takes NAME=CMD, not '$2'" 2
        extra[${BASH_REMATCH[1]}]=${BASH_REMATCH[2]}
        extra_names+=("${BASH_REMATCH[1]}") ;;
      --max-ratio)
        [[ $2 =~ ^[0-9]+(\.[0-9]+)?$ ]] || fail "--max-ratio takes a number, not '$2'" 2
        limit=$2 ;;
      --json) json=$2 ;;
      *) fail "unknown option: $1 (see --help)" 2 ;;
    esac
    shift 2
  done
}

# Which proxies run, stock YARP first.
choose_proxies() {
  local name chosen=(stock-yarp)
  if $peers; then names+=(nginx haproxy); fi
  for name in "${names[@]}"; do
    [[ $name =~ ^(stock-yarp|gateway|gateway-no-log|gateway-blind|nginx|haproxy)$ ]] || fail "unknown proxy: $name (see --help)" 2
    if $peers && [[ $name == haproxy ]] && ! command -v haproxy >/dev/null; then
      echo "haproxy is not installed and left out" >&2
    else
      chosen+=("$name")
    fi
  done
  mapfile -t names < <(printf '%s\n' "${chosen[@]}" "${extra_names[@]}" | awk '!seen[$0]++')
}

need() {
  command -v "$1" >/dev/null || fail "$1 is missing; install it (Debian, Ubuntu: apt-get install $1)"
}

check_tools() {
  [[ -r /proc/self/stat ]] || fail "the CPU time is read from /proc, so this runs on Linux only"
  need nginx
  need wrk
  command -v dotnet >/dev/null || fail "dotnet is missing; install the .NET SDK that global.json names"
  if [[ " ${names[*]} " == *" haproxy "* ]]; then need haproxy; fi
}

build_release() {
  local project=$1 output=$build/$2
  echo "Building $2 ..." >&2
  dotnet build "$project" -c Release -o "$output" --nologo -v quiet -clp:NoSummary >&2 || fail "$2 does not build"
}

build_all() {
  build_release "$here/Peers/StockYarp" stock-yarp
  if [[ " ${names[*]}" == *" gateway"* ]]; then build_release "$root/src/Gateway" gateway; fi
}

# fill FILE PORT: a configuration with its places filled in.
fill() {
  sed -e "s|@PORT@|$2|g; s|@DIR@|$PWD|g; s|@MANAGEMENT@|${3:-}|g" \
    -e "s|@ORIGIN_1@|${ORIGIN_1:-}|g; s|@ORIGIN_2@|${ORIGIN_2:-}|g" "$here/Peers/$1"
}

start_origin() {
  local dir=$work/$1
  mkdir "$dir"
  free_port
  ports[$1]=$REPLY
  (cd "$dir" && fill origin.conf "$REPLY" >nginx.conf)
  start "$dir" nginx -e stderr -p "$dir" -c "$dir/nginx.conf"
  await "$dir" "$REPLY" "${ports[$1]}"
}

stock_yarp() {
  local key=--ReverseProxy
  echo "dotnet $build/stock-yarp/stock-yarp.dll --urls http://127.0.0.1:$1" \
    "$key:Routes:all:ClusterId=origins $key:Routes:all:Match:Path=/{**path}" \
    "$key:Clusters:origins:Destinations:one:Address=http://127.0.0.1:$ORIGIN_1/" \
    "$key:Clusters:origins:Destinations:two:Address=http://127.0.0.1:$ORIGIN_2/"
}

start_proxy() {
  local name=$1 dir=$work/$1 port management command
  mkdir "$dir"
  free_port; port=$REPLY
  free_port; management=$REPLY
  ports[$name]=$port
  cd "$dir"
  case $name in
    stock-yarp)
      read -ra command < <(stock_yarp "$port") ;;
    gateway | gateway-no-log | gateway-blind)
      fill gateway.json "$port" "$management" >gateway.json
      command=(dotnet "$build/gateway/gateway.dll" run --config "$dir/gateway.json")
      if [[ $name != gateway ]]; then command+=(--Gateway:AccessLog:Enabled=false); fi
      if [[ $name == gateway-blind ]]; then command+=(--Gateway:Metrics:Enabled=false --Gateway:Decisions:Capacity=0); fi ;;
    nginx)
      fill nginx.conf "$port" >nginx.conf
      command=(nginx -e stderr -p "$dir" -c "$dir/nginx.conf") ;;
    haproxy)
      fill haproxy.cfg "$port" >haproxy.cfg
      command=(haproxy -db -f haproxy.cfg) ;;
    *)
      command=(env "PORT=$port" "STOCK_YARP=$(stock_yarp "$port")" bash -c "exec env ${extra[$name]}") ;;
  esac
  cd "$root"
  start "$dir" "${command[@]}"
  pids[$name]=$REPLY
  await "$dir" "$REPLY" "$port"
}

# load NAME SECONDS: prints requests, microseconds, failures.
load() {
  wrk -t 1 -c "$connections" -d "${2}s" --timeout 10s -s "$here/Compare/summary.lua" "http://127.0.0.1:${ports[$1]}/" |
    sed -n 's/^summary //p'
}

# measure ROUND NAME: appends a line to the results. The pauses let the work that trails a load end.
measure() {
  local name=$2 pid=${pids[$2]} before after counted
  : >"$work/$name/out"
  sleep 0.3
  before=$(cpu_ticks "$pid")
  counted=$(load "$name" "$seconds")
  sleep 0.3
  after=$(cpu_ticks "$pid")
  kill -0 "$pid" 2>/dev/null || fail "$name died under load"
  echo "$1 $name $counted $((after - before)) $(wc -l <"$work/$name/out")" | tee -a "$work/results" |
    awk -v hertz="$(getconf CLK_TCK)" '$3 { printf " %s %.1f", $2, $6 / hertz * 1e6 / $3 }' >&2
}

report() {
  awk -v json="$1" -v base=stock-yarp -v hertz="$(getconf CLK_TCK)" \
    -v settings="\"connections\": $connections, \"rounds\": $rounds, \"seconds\": $seconds, \"processors\": $(nproc)" \
    -f "$here/Compare/report.awk" "$work/results"
}

# The two ways in which numbers that were measured are not good enough.
judge() {
  local failed costly
  failed=$(awk '$5 > 0 || $3 == 0 { printf " %s", $2 }' "$work/results")
  [[ -z $failed ]] || fail "invalid, requests failed at:$failed"
  [[ -n $limit ]] || return 0
  costly=$(report 0 | awk -v limit="$limit" '$1 == "gateway" && $4 > limit + 0 { print $4 }')
  [[ -z $costly ]] || fail "the gateway costs $costly times the CPU time of stock YARP, more than $limit"
}

main() {
  local round name
  parse_options "$@"
  choose_proxies
  check_tools
  $built || build_all
  work=$(mktemp -d)
  trap 'stop_all; rm -rf "$work"' EXIT
  trap 'exit 130' INT TERM
  export DOTNET_ENVIRONMENT=Production ASPNETCORE_ENVIRONMENT=Production
  start_origin origin-1
  start_origin origin-2
  export ORIGIN_1=${ports[origin-1]} ORIGIN_2=${ports[origin-2]}
  for name in "${names[@]}"; do start_proxy "$name"; done
  for name in "${names[@]}"; do
    echo "Warming up $name ..." >&2
    load "$name" "$warmup" >/dev/null
  done
  for ((round = 1; round <= rounds; round++)); do
    printf 'Round %d of %d, us/request:' "$round" "$rounds" >&2
    for name in "${names[@]}"; do measure "$round" "$name"; done
    echo >&2
  done
  report 0
  if [[ -n $json ]]; then report 1 >"$json"; fi
  judge
}

main "$@"
exit
