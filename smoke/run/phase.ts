import type { Setting } from '../setting.ts'
import type { Places } from '../workspace/places.ts'

export type CommandOptions = {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly timeoutMs?: number
}

/** What a phase is given. Whatever it starts ends with it, but for what the stack's phase starts. */
export type Phase = {
  readonly places: Places
  readonly setting: Setting
  /** What sessions and agents work on, beside its README.md. */
  readonly clientFiles: Readonly<Record<string, string>>
  readonly signal: AbortSignal
  /** What nothing may show that is kept of a run, as it is now: a sign-in may be renewed meanwhile. */
  readonly secrets: () => readonly string[]
  readonly log: (line: string) => void
  readonly progress: (text: string) => void
  /** Notes what something that was asked has said, for where it is told how things stood. */
  readonly answered: (line: string) => void
  /** Runs a program to its end, in the clone, with the environment of the sandbox. Throws unless it exits with 0. */
  readonly exec: (file: string, args: readonly string[], options?: CommandOptions) => Promise<unknown>
}

/** `npx task` of the clone, without the start of npx. */
export const cloneTask = (
  { exec }: Phase,
  words: readonly string[],
  options?: CommandOptions,
): Promise<unknown> => exec(process.execPath, ['tasks/cli.mjs', ...words], options)
