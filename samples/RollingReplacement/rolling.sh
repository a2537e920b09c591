#!/usr/bin/env bash
# Replaces a gateway by another one on the same port while clients ask without a pause, and counts what failed.
# Linux only. Ports and the build can be chosen: GATEWAY_PORT, MANAGEMENT_PORT_1, MANAGEMENT_PORT_2,
# BACKEND_PORT_1, BACKEND_PORT_2, CONFIGURATION (Debug or Release), NO_BUILD=1.
set -euo pipefail
cd "$(dirname "$0")/../.."

gateway_port=${GATEWAY_PORT:-8080}
management=("${MANAGEMENT_PORT_1:-9090}" "${MANAGEMENT_PORT_2:-9091}")
backends=("${BACKEND_PORT_1:-9001}" "${BACKEND_PORT_2:-9002}")
configuration=${CONFIGURATION:-Release}
config=samples/RollingReplacement/appsettings.json
clients=4

work=$(mktemp -d)
started=()
# What is left is ended, each by its own process id.
finish() {
  touch "$work/stop"
  for process in "${started[@]}"; do kill -TERM "$process" 2>>"$work/ignored" || true; done
  wait
  rm -rf "$work"
}
trap finish EXIT

if [ -z "${NO_BUILD:-}" ]; then
  dotnet build --configuration "$configuration" src/Gateway
  dotnet build --configuration "$configuration" samples/Backend
fi
gateway_program=src/Gateway/bin/$configuration/net10.0/gateway.dll
backend_program=samples/Backend/bin/$configuration/net10.0/backend.dll

# The two gateways have the same file. Only the port that tells how one of them is doing is its own.
use_settings_of() {
  settings=(--config "$config"
    "--Kestrel:Endpoints:Http:Url=http://127.0.0.1:$gateway_port"
    "--Kestrel:Endpoints:Management:Url=http://127.0.0.1:${management[$1]}"
    "--ReverseProxy:Clusters:backends:Destinations:backend-1:Address=http://127.0.0.1:${backends[0]}/"
    "--ReverseProxy:Clusters:backends:Destinations:backend-2:Address=http://127.0.0.1:${backends[1]}/")
}

start_gateway() {
  use_settings_of "$1"
  dotnet "$gateway_program" run "${settings[@]}" >"$work/gateway-$1.log" 2>&1 &
  started+=($!)
  gateways[$1]=$!
  for _ in $(seq 60); do
    if dotnet "$gateway_program" health "${settings[@]}" >"$work/health" 2>&1; then return; fi
    if ! kill -0 "${gateways[$1]}"; then break; fi
    sleep 0.5
  done
  echo "gateway $(($1 + 1)) did not become ready:" >&2
  cat "$work/gateway-$1.log" "$work/health" >&2
  return 1
}

# Half of the clients keep a connection for ten requests, half open one for each.
client() {
  local path="/?[1-10]"
  if [ $(($1 % 2)) -eq 0 ]; then path=/; fi
  while [ ! -e "$work/stop" ]; do
    curl --silent --max-time 10 --output /dev/null --write-out '%{http_code}\n' "http://127.0.0.1:$gateway_port$path" >>"$work/answers-$1" || true
  done
}

answers() { cat "$work"/answers-* 2>>"$work/ignored" | wc -l; }

# Until so many more answers have come.
load_for() {
  local goal=$(($(answers) + $1))
  while [ "$(answers)" -lt "$goal" ]; do sleep 0.1; done
}

for port in "${backends[@]}"; do
  dotnet "$backend_program" --port "$port" >"$work/backend-$port.log" 2>&1 &
  started+=($!)
done

gateways=()
start_gateway 0
echo "gateway 1 is ready (process ${gateways[0]})"
loads=()
for number in $(seq "$clients"); do
  client "$number" &
  loads+=($!)
done
load_for 100

start_gateway 1
echo "gateway 2 is ready (process ${gateways[1]}); gateway 1 is told to stop"
load_for 100
kill -TERM "${gateways[0]}"
exit_code=0
wait "${gateways[0]}" || exit_code=$?
echo "gateway 1 has drained, exit code $exit_code"
load_for 100

touch "$work/stop"
wait "${loads[@]}"
sent=$(answers)
failed=$(cat "$work"/answers-* | grep -cv '^200$' || true)
echo "$sent requests sent, $failed failed"
[ "$exit_code" -eq 0 ] && [ "$failed" -eq 0 ]
