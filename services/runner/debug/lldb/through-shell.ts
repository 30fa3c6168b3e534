const foreground = `import os, signal
signal.signal(signal.SIGTTOU, signal.SIG_IGN)
os.tcsetpgrp(0, os.getpgrp())`

/**
 * lldb starts its program with streams of its own. So it starts a shell, which takes those of the debuggee's command (see
 * engine-host.sh) for the program and becomes it. Opened for appending, as a log is; `>>` on a terminal means nothing else.
 * lldb has put it into a process group of its own, which may not read from a terminal unless that is told so.
 */
const script = `debug_server_host=/proc/$DEBUG_SERVER_HOST/fd
unset DEBUG_SERVER_HOST
exec <"$debug_server_host/5" >>"$debug_server_host/3" 2>>"$debug_server_host/4"
[ ! -t 0 ] || python3 -I -S -c '${foreground}' 2>/dev/null
exec "$@"`

/** What lldb is to launch, for a program to be run as its user typed it. */
export const throughShell = (words: readonly string[]) => ({
  program: '/bin/sh',
  args: ['-c', script, 'sh', ...words],
})
