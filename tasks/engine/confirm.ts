import { isatty } from 'node:tty'
import { fileURLToPath } from 'node:url'
import type { Confirm, Exec } from './context.ts'

/** With `yes` every question is answered; otherwise the terminal is asked, where there is one. */
export function confirmBy(exec: Exec, yes: boolean): Confirm {
  if (yes) return async () => true
  // To ask process.stdin would open it, which takes longer than a short task.
  if (!isatty(0)) return undefined
  return async question => {
    const script = fileURLToPath(new URL('ask.ts', import.meta.url))
    const { exitCode } = await exec(process.execPath, [script, question], { output: 'inherit', check: false })
    return exitCode === 0
  }
}
