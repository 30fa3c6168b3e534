import { realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { readPlainFile } from '../../../../lib/plain-file.ts'
import type { ProcessScope } from '../../../../lib/processes/process-scope.ts'
import { findExecutable } from '../../commands/find-executable.ts'
import { askProgram } from '../ask-program.ts'
import { changedAt } from '../changed-at.ts'
import type { Place } from '../place.ts'

/** A Python that has debugpy, and the directory of the package. */
export type Debugpy = {
  interpreter: string
  /** What it is to have over the place's variables. */
  environment: Readonly<Record<string, string>>
  package: string
  version: string
}

export type DebugpyFound = { found: true; debugpy: Debugpy } | { found: false; message: string }

const mostRemembered = 200
/** Of the file in which the package tells its version, of some 500 bytes. */
const mostSaid = 16_384

/** Python takes what is empty for not set. These are meant for the debuggee's own, and may keep another from starting. */
const withoutItsPaths = { PYTHONPATH: '', PYTHONHOME: '' }

/** Does not import it, which would take ten times as long. */
const probe = `
import importlib.util, json, os, sys
spec = importlib.util.find_spec("debugpy")
package = None if spec is None or spec.origin is None else os.path.dirname(spec.origin)
print(json.dumps({"package": package, "version": sys.version.split()[0], "path": sys.path}))
`
const answerSchema = z.object({
  package: z.string().nullable(),
  version: z.string(),
  path: z.array(z.string()),
})
type Answer = z.infer<typeof answerSchema>
type Environment = Place['environment']
/** Where interpreters are looked for. */
type Ground = Omit<Place, 'meeting'>

/**
 * Finds debugpy by asking interpreters for it. What one has answered is good until the program itself, or one of the
 * directories that it looks for packages in, has changed.
 */
export class DebugpyFinder {
  readonly #scope: ProcessScope
  readonly #known = new Map<string, { answer: Answer; version: string }>()

  constructor(scope: ProcessScope) {
    this.#scope = scope
  }

  /** The first of these interpreters, names on PATH or files, that has it: the debuggee's `own`, then `others`. */
  async find(
    own: string,
    others: readonly string[],
    place: Ground,
    signal: AbortSignal,
  ): Promise<DebugpyFound> {
    const candidates = [own, ...others]
    const looked = new Set<string>()
    for (const candidate of candidates) {
      const environment = candidate === own ? {} : withoutItsPaths
      const {
        environment: { PATH = '' },
        directory,
        enclosure,
      } = place
      const executable = await findExecutable(candidate, PATH, directory, enclosure.shows)
      if (!executable.found || looked.has(executable.path)) continue
      looked.add(executable.path)
      const answer = await this.#ask(executable.path, { ...place.environment, ...environment }, place, signal)
      signal.throwIfAborted()
      if (answer !== undefined && answer.package !== null)
        return {
          found: true,
          debugpy: {
            interpreter: executable.path,
            environment,
            package: answer.package,
            version: answer.version,
          },
        }
    }
    const where = looked.size === 0 ? candidates : looked
    return {
      found: false,
      message: `no Python here has debugpy (looked at ${[...where].join(', ')}); apt-get install python3-debugpy, or pip install debugpy in the session's environment`,
    }
  }

  async #ask(
    interpreter: string,
    environment: Environment,
    place: Ground,
    signal: AbortSignal,
  ): Promise<Answer | undefined> {
    const { PYTHONPATH, PYTHONHOME, HOME } = environment
    const key = JSON.stringify([interpreter, PYTHONPATH, PYTHONHOME, HOME])
    const known = this.#known.get(key)
    if (known !== undefined && (await versionOf(interpreter, known.answer)) === known.version)
      return known.answer
    this.#known.delete(key)
    const answer = await this.#probe(interpreter, environment, place, signal)
    if (answer === undefined) return undefined
    this.#known.set(key, { answer, version: await versionOf(interpreter, answer) })
    const [oldest] = this.#known.keys()
    if (this.#known.size > mostRemembered && oldest !== undefined) this.#known.delete(oldest)
    return answer
  }

  async #probe(
    interpreter: string,
    environment: Environment,
    { enclosure }: Ground,
    signal: AbortSignal,
  ): Promise<Answer | undefined> {
    const program = { words: [interpreter, '-c', probe], environment }
    const text = await askProgram(this.#scope, program, enclosure, signal)
    try {
      return answerSchema.parse(JSON.parse(text ?? ''))
    } catch {
      return undefined
    }
  }
}

/** What the package says of itself, without its being imported; nothing where it does not. */
export async function debugpyVersion(directory: string): Promise<string[]> {
  const file = await realpath(join(directory, '_version.py')).catch(() => undefined)
  const said = file === undefined ? '' : String(readPlainFile(file, mostSaid))
  const version = /"version": "([^"\s]{1,80})"/.exec(said)?.[1]
  return version === undefined ? [] : [`debugpy ${version}`]
}

async function versionOf(interpreter: string, { path }: Answer): Promise<string> {
  const times = await Promise.all([interpreter, ...path].map(changedAt))
  return times.join(' ')
}
