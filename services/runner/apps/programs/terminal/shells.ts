import { accessSync, constants } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { monotonicMs } from '../../../../../lib/monotonic.ts'
import { ProcessScope } from '../../../../../lib/processes/process-scope.ts'
import type { Size } from './protocol.ts'
import { Shell } from './shell.ts'

/** Terminals of one session at a time. */
const mostShells = 32
/** How long programs may take to go when their terminals do, and once they have been asked to, in milliseconds. */
const hangUpMs = 500
const graceMs = 500

export type ShellsOptions = {
  /** What runs in each of them; the user's shell where nothing is named. */
  readonly words: readonly string[]
  readonly directory: string
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** The terminals that there are, by name. Everything that was started in any of them ends with it. */
export class Shells implements AsyncDisposable {
  readonly #options: ShellsOptions
  readonly #scope = new ProcessScope({ graceMs })
  readonly #shells = new Map<string, Shell>()

  constructor(options: ShellsOptions) {
    this.#options = options
  }

  get open(): readonly Shell[] {
    return [...this.#shells.values()]
  }

  /** The terminal of this name, begun where there is none. Undefined where there are too many. */
  named(name: string, size: Size): Shell | undefined {
    const known = this.#shells.get(name)
    if (known !== undefined) return known
    if (this.#shells.size >= mostShells) return undefined
    const { words, directory, environment } = this.#options
    const at = monotonicMs()
    const shell = new Shell({
      name,
      words: words.length > 0 ? words : [usersShell(environment)],
      directory,
      environment: this.#scope.environment(inTerminal(environment)),
      size,
      ended: () => this.#shells.delete(name),
    })
    this.#shells.set(name, shell)
    this.#scope.adopt(shell.pid, at)
    return shell
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const until = performance.now() + hangUpMs
    for (const shell of this.open) shell.hangUp()
    while (this.#shells.size > 0 && performance.now() < until) await delay(5)
    await this.#scope.end()
  }
}

/** A terminal's size is asked of the terminal, for it changes; where Node keeps compiled code is told to this program. */
const notTheirs = new Set(['COLUMNS', 'LINES', 'TERMCAP', 'NODE_COMPILE_CACHE'])

/** What is typed and shown is UTF-8, of which a shell without a locale knows nothing. */
const inTerminal = (environment: Readonly<Record<string, string | undefined>>) => ({
  ...Object.fromEntries(Object.entries(environment).filter(([name]) => !notTheirs.has(name))),
  TERM: 'xterm-256color',
  COLORTERM: 'truecolor',
  ...(['LC_ALL', 'LC_CTYPE', 'LANG'].some(name => environment[name]) ? {} : { LANG: 'C.UTF-8' }),
})

const usersShell = ({ SHELL }: Readonly<Record<string, string | undefined>>): string =>
  [SHELL, '/bin/bash'].find(one => one !== undefined && canBeRun(one)) ?? '/bin/sh'

function canBeRun(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return path.startsWith('/')
  } catch {
    return false
  }
}
