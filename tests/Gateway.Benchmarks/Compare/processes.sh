# shellcheck shell=bash
# Starting, measuring and stopping processes; each is known by its id and nothing else is touched.

started=()

# A loopback port that nobody listens on, below the range that outgoing connections take theirs from.
free_port() {
  local port
  while :; do
    port=$((RANDOM % 12000 + 20000))
    if [[ " ${taken_ports:-} " != *" $port "* ]] && ! (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
      taken_ports="${taken_ports:-} $port"
      REPLY=$port
      return
    fi
  done
}

# start DIR COMMAND...: runs it in DIR, its output in DIR/out and DIR/err; REPLY is its id.
# The output is appended, so that the file may be emptied under the running process.
start() {
  local dir=$1
  shift
  (cd "$dir" && exec "$@" >>out 2>>err </dev/null) &
  REPLY=$!
  started+=("$REPLY")
}

stop_all() {
  local pid patience
  for pid in "${started[@]}"; do kill -TERM "$pid" 2>/dev/null || true; done
  for pid in "${started[@]}"; do
    for ((patience = 50; patience > 0; patience--)); do
      kill -0 "$pid" 2>/dev/null || break
      sleep 0.1
    done
    kill -KILL "$pid" 2>/dev/null || true
  done
  started=()
}

# The status code of GET / at a port, or nothing.
status_of() {
  local line=
  {
    printf 'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n' >&3
    read -r -t 2 _ line _ <&3
  } 2>/dev/null 3<>"/dev/tcp/127.0.0.1/$1" || true
  printf '%s' "$line"
}

# await DIR PID PORT: until it answers 200, half a minute at most.
await() {
  local patience
  for ((patience = 150; patience > 0; patience--)); do
    [[ $(status_of "$3") == 200 ]] && return
    kill -0 "$2" 2>/dev/null || break
    sleep 0.2
  done
  tail -n 20 "$1/out" "$1/err" >&2
  fail "$(basename "$1") does not answer 200 on port $3"
}

# User and system time of a process, all its threads and its children, in clock ticks.
cpu_ticks() {
  { cat /proc/[0-9]*/stat 2>/dev/null || true; } |
    sed 's/^\([0-9]*\) (.*) /\1 /' |
    awk -v pid="$1" '$1 == pid || $3 == pid { ticks += $13 + $14 } END { printf "%d\n", ticks }'
}
