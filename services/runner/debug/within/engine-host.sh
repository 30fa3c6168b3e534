# Runs a debugger as the program of a debuggee's command, and leaves as the debuggee did.
#
#   sh engine-host.sh ROOM DEBUGGER [ARGUMENT…]
#
# ROOM is a directory with named pipes, which the runner has made and holds open. The debugger's standard streams are
# ROOM/in, ROOM/out and ROOM/errors: an empty line in ROOM/errors says that it has them, before anything else.
# Through ROOM/control comes the code to leave with, as one line; the debugger is killed then, for it
# may take its time or abort otherwise. Where the runner dies that pipe ends, and the debugger is killed with all that it
# has started, its debuggee first: that would run on otherwise. The code is that of SIGKILL.
#
# Standard input, output and error of the command, which the debuggee is to have, are the debugger's 5, 3 and 4. Where it
# hands none on to what it starts, they are /proc/$DEBUG_SERVER_HOST/fd/5, 3 and 4.
#
# Only builtins are used, for PATH is the client's. A pipeline, for what is started with `&` is deaf to SIGINT for good.
# All of it stands in braces, so that the shell has read it to its end before it runs.
{
  exec 3>&1 4>&2 5<&0 6<"$1/control" 2>/dev/null
  export DEBUG_SERVER_HOST=$$
  debug_server_room=$1
  shift
  (
    # `$$` is still that of the shell around it.
    read -r debug_server_engine debug_server_rest </proc/self/stat
    echo "$debug_server_engine"
    exec <"$debug_server_room/in" >"$debug_server_room/out" 2>"$debug_server_room/errors" 6<&-
    echo >&2
    exec "$@"
  ) | {
    exec 3>&- 4>&- 5<&-
    read -r debug_server_engine
    if read -r debug_server_code <&6; then
      kill -KILL "$debug_server_engine"
      exit "$debug_server_code"
    fi
    # Held first, and looked for again: a shell whose child is killed before it would start another one.
    for debug_server_signal in STOP KILL; do
      # Children stand before their parents.
      debug_server_tree=$debug_server_engine
      debug_server_next=$debug_server_engine
      while [ -n "$debug_server_next" ]; do
        debug_server_parents=" $debug_server_next "
        debug_server_next=
        for debug_server_stat in /proc/[0-9]*/stat; do
          read -r debug_server_line <"$debug_server_stat" || continue
          set -- ${debug_server_line##*) }
          case $debug_server_parents in
            *" $2 "*) debug_server_next="${debug_server_line%% *} $debug_server_next" ;;
          esac
        done
        debug_server_tree="$debug_server_next $debug_server_tree"
      done
      kill "-$debug_server_signal" $debug_server_tree
    done
    exit 137
  }
  exit
}
