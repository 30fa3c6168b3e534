import { CommandError } from '../engine/command-error.ts'
import type { Exec } from '../engine/context.ts'

/** How long a program may take to say who it is, in milliseconds. */
const deadline = 3_000

/** What a program says of its version; undefined where it says none, fails or takes too long. */
export async function versionOf(
  exec: Exec,
  file: string,
  args: readonly string[] = ['--version'],
): Promise<string | undefined> {
  try {
    const { exitCode, stdout, stderr } = await exec(file, args, {
      output: 'capture',
      check: false,
      timeoutMs: deadline,
      // Asked for its version, Python would keep compiled code beside its sources.
      env: { PYTHONDONTWRITEBYTECODE: '1', LC_ALL: 'C' },
    })
    return exitCode === 0 ? (versionIn(stdout) ?? versionIn(stderr)) : undefined
  } catch (error) {
    if (error instanceof CommandError) return undefined
    throw error
  }
}

/** `13.1` of `GNU gdb (Debian 13.1-3) 13.1`: the last number on the first line that has one. */
export function versionIn(text: string): string | undefined {
  for (const line of text.split('\n').slice(0, 10)) {
    const numbers = line.match(/(?<![\w.])v?\d+(?:\.\d+)+(?:[-+~.]?[A-Za-z0-9.]+)*/g)
    const last = numbers?.at(-1)
    if (last !== undefined) return last.replace(/^v/, '')
  }
  return undefined
}
