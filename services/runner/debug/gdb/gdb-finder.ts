import type { ProcessScope } from '../../../../lib/processes/process-scope.ts'
import { findExecutable } from '../../commands/find-executable.ts'
import { askProgram } from '../ask-program.ts'
import { changedAt } from '../changed-at.ts'
import type { Place } from '../place.ts'
import { gdbEnvironment } from './gdb-environment.ts'

/** A gdb: its path, its version, and whether it has Python within. */
export type Gdb = { readonly path: string; readonly version: string; readonly python: boolean }

export type GdbFound = { found: true; gdb: Gdb } | { found: false; message: string }

const mostRemembered = 50
const oldest = 9

const missing = 'there is no gdb here; apt-get install gdb'
const pythonWord = 'it has Python'

/** Finds gdb on PATH, and asks it what it is; what one has answered is good until the file changes. */
export class GdbFinder {
  readonly #scope: ProcessScope
  readonly #known = new Map<string, { gdb: Gdb; changed: number }>()

  constructor(scope: ProcessScope) {
    this.#scope = scope
  }

  async find(place: Omit<Place, 'meeting'>, signal: AbortSignal): Promise<GdbFound> {
    const { environment, directory, enclosure } = place
    const executable = await findExecutable('gdb', environment.PATH ?? '', directory, enclosure.shows)
    if (!executable.found) return { found: false, message: missing }
    const { path } = executable
    const changed = await changedAt(path)
    const known = this.#known.get(path)
    if (known !== undefined && known.changed === changed) return { found: true, gdb: known.gdb }
    const gdb = await this.#ask(path, place, signal)
    signal.throwIfAborted()
    if (gdb === undefined) return { found: false, message: `${path} does not say which version it is` }
    if (Number.parseInt(gdb.version, 10) < oldest)
      return { found: false, message: `${path} is gdb ${gdb.version}; gdb ${oldest} or later is needed` }
    this.#known.set(path, { gdb, changed })
    const [first] = this.#known.keys()
    if (this.#known.size > mostRemembered && first !== undefined) this.#known.delete(first)
    return { found: true, gdb }
  }

  async #ask(
    path: string,
    { environment, enclosure }: Omit<Place, 'meeting'>,
    signal: AbortSignal,
  ): Promise<Gdb | undefined> {
    const words = [path, '-q', '-nx', '-batch', '-ex', 'show version', '-ex', `python print('${pythonWord}')`]
    const program = { words, environment: { ...environment, ...gdbEnvironment } }
    const text = await askProgram(this.#scope, program, enclosure, signal)
    const version = /^GNU gdb .*?(\d+(?:\.\d+)+)\s*$/m.exec(text ?? '')?.[1]
    return version === undefined ? undefined : { path, version, python: text?.includes(pythonWord) === true }
  }
}
