import { type ChildProcess, spawn } from 'node:child_process'
import { isAbsolute } from 'node:path'
import type { Writable } from 'node:stream'

/**
 * What a test has made is taken away by the test as it ends. One that is killed, as by its time limit, can do no such thing: a
 * shell does that in its place, which hears of the test's end by a pipe. It ends every process that bears the path of a
 * directory in its words or its environment, and removes the directory.
 */
const script = `trap '' INT TERM HUP
IFS='
'
left=
while read -r root; do
  case $root in
    +*) left="$left$IFS\${root#+}" ;;
    -*) rest=; for one in $left; do [ "$one" = "\${root#-}" ] || rest="$rest$IFS$one"; done; left=$rest ;;
  esac
done
for root in $left; do
  for round in 1 2 3 4 5 6 7 8 9; do
    found=
    for process in /proc/[0-9]*; do
      grep -qsaF "$root/" "$process/environ" "$process/cmdline" && kill -9 "\${process#/proc/}" && found=1
    done
    [ -n "$found" ] || break
    sleep 0.1
  done
  rm -rf "$root"
done`

let shell: (ChildProcess & { stdin: Writable }) | undefined

/** Starts to guard a directory, a fresh one under a name that nothing else has; returns what ends that. */
export function guarded(root: string): Disposable {
  if (!isAbsolute(root) || root === '/' || root.includes('\n')) throw new Error(`nothing to guard: ${root}`)
  tell(`+${root}`)
  return { [Symbol.dispose]: () => tell(`-${root}`) }
}

function tell(line: string): void {
  if (process.platform !== 'linux') return
  if (shell === undefined) {
    const { PATH = '' } = process.env
    shell = spawn('sh', ['-c', script], {
      ...{ detached: true, env: { PATH }, stdio: ['pipe', 'ignore', 'ignore'] },
    })
    shell.on('error', () => undefined)
    shell.stdin.on('error', () => undefined)
    shell.unref()
    // A pipe of a child is a socket to Node.
    Object(shell.stdin).unref()
  }
  shell.stdin.write(`${line}\n`)
}
