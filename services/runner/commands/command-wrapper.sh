# Runs one command and records how it ended, so that its exit code survives whoever started it.
#
#   sh command-wrapper.sh DIRECTORY BLOCKS GROUPS [GROUP…] PROGRAM [ARGUMENT…]
#
# BLOCKS is how large a file the program may write, in blocks of 512 bytes, or `-`: any size.
# GROUPS is how many files follow that join a control group when `0` is written into them. The program joins them all before
# it runs; the wrapper itself stays outside, so that what kills all of a group leaves it to record that. A program that
# cannot join does not run: code 126.
#
# DIRECTORY/process gets `PID START` before the program starts. It is created exclusively: of two wrappers that were
# started for one command, by a runner and its successor, only the first runs it.
# DIRECTORY/exit is blank while the program runs and then gets its exit code as one line, in one write: a reader sees
# nothing or all of it, and the line end tells that it is all. What is blank takes the room, for the disk may be full
# then. DIRECTORY/times gets what the shell's builtin `times` says before that. All are opened before the program can
# touch anything. Where nothing can be recorded, nothing runs: the wrapper leaves with 75 (EX_TEMPFAIL).
#
# Only builtins are used, for PATH is the client's. All of it stands in braces, so that the shell has read it to its end
# before it runs: the file may be replaced while a command runs.
{
  # A signal to the whole group ends the program, not the recording. A trap, unlike ignoring, is not inherited.
  trap : HUP INT QUIT TERM USR1 USR2 ALRM PIPE
  # What the shell itself says (`Killed`, …) is not the program's output.
  exec 3>&2 2>/dev/null
  if read -r debug_server_wrapper_stat </proc/$$/stat; then
    # The form of lib/processes: the machine's start, and field 22 of proc(5), counted behind the name in parentheses.
    read -r debug_server_wrapper_boot </proc/sys/kernel/random/boot_id
    debug_server_wrapper_start() { shift 19 && echo "${debug_server_wrapper_boot%%-*}:$1"; }
    debug_server_wrapper_identify() { debug_server_wrapper_start ${debug_server_wrapper_stat##*) }; }
  else
    debug_server_wrapper_identify() { LC_ALL=C ps -p $$ -o lstart=; }
  fi
  exec 4<>"$1/exit" 5>>"$1/times" || exit
  set -C
  true >"$1/process" || exit
  set +C
  echo '   ' 1<>"$1/exit" && { printf '%s ' $$ && debug_server_wrapper_identify; } >>"$1/process" || exit 75
  debug_server_wrapper_blocks=$2
  debug_server_wrapper_groups=$3
  shift 3
  (
    while [ "$debug_server_wrapper_groups" -gt 0 ]; do
      echo 0 >"$1" || exit 126
      shift
      debug_server_wrapper_groups=$((debug_server_wrapper_groups - 1))
    done
    [ "$debug_server_wrapper_blocks" = - ] || ulimit -f "$debug_server_wrapper_blocks" 2>/dev/null
    exec "$@"
  ) 2>&3 3>&- 4>&- 5>&-
  debug_server_wrapper_code=$?
  times >&5
  echo $debug_server_wrapper_code >&4
  exit
}
