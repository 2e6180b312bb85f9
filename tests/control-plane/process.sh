# Starts and ends the programs of one control plane; sourced by up, down, stop and start. DIR/run/NAME holds a command line,
# one argument a line, DIR/pids/NAME who runs it: its id and the time it was born, so that nothing else is ever ended.

born() { # born PID: when it was started, in clock ticks; fails where it runs no more
  local line
  { line=$(<"/proc/$1/stat"); } 2>/dev/null || return 1
  read -ra line <<<"${line##*) }"
  [ "${line[0]}" != Z ] && echo "${line[19]}"
}

runs() { # runs DIR NAME: it is there; prints its id
  local pid since
  { read -r pid since <"$1/pids/$2"; } 2>/dev/null || return 1
  [ "$(born "$pid")" = "$since" ] && echo "$pid"
}

begin() { # begin DIR NAME
  local line
  if runs "$1" "$2" >/dev/null; then return; fi
  mapfile -t line <"$1/run/$2"
  setsid "${line[@]}" </dev/null >>"$1/logs/$2" 2>&1 &
  disown
  echo "$! $(born "$!")" >"$1/pids/$2"
}

end() { # end DIR NAME SIGNAL: returns when it has ended
  local pid
  pid=$(runs "$1" "$2") || return 0
  kill "-$3" "$pid" 2>/dev/null || true
  while runs "$1" "$2" >/dev/null; do sleep 0.02; done
  rm -f "$1/pids/$2"
}

await() { # await DIR NAME COMMAND...: until the command succeeds, as long as the program runs, a minute at most
  local dir=$1 name=$2 until=$((SECONDS + 60))
  shift 2
  until "$@" >/dev/null 2>&1; do
    if ((SECONDS > until)) || ! runs "$dir" "$name" >/dev/null; then
      echo "$name does not come up; its last words:" >&2
      tail -n 5 "$dir/logs/$name" >&2
      return 1
    fi
    sleep 0.05
  done
}
