import { fileURLToPath } from 'node:url'
import type { Exec } from './engine/context.ts'

/** Asks a yes-or-no question; undefined where there is nobody to ask. */
export type Confirm = ((question: string) => Promise<boolean>) | undefined

/** With `--yes` every question is answered; otherwise the terminal is asked, where there is one. */
export function confirmBy(exec: Exec, yes: boolean | undefined): Confirm {
  if (yes === true) return async () => true
  if (!process.stdin.isTTY) return undefined
  return async question => {
    const script = fileURLToPath(new URL('ask.ts', import.meta.url))
    const { exitCode } = await exec(process.execPath, [script, question], { output: 'inherit', check: false })
    return exitCode === 0
  }
}
