import { join } from 'node:path'
import { z } from 'zod'
import type { ProcessScope } from '../../../../lib/processes/process-scope.ts'
import { findExecutable } from '../../commands/find-executable.ts'
import { askProgram } from '../ask-program.ts'
import { changedAt } from '../changed-at.ts'
import type { Place } from '../place.ts'

export type NodeFound =
  | { found: true; path: string; version: string; typescript: boolean }
  | {
      found: false
      reason: 'executable_not_found' | 'not_executable' | 'debugger_not_found'
      message: string
    }

/** Workers of an older one that wait for their debugger do not begin. */
const oldest = 20
const mostRemembered = 200
const probe =
  'JSON.stringify({ version: process.versions.node, inspector: Boolean(process.features.inspector), typescript: Boolean(process.features.typescript) })'
const answerSchema = z.object({ version: z.string(), inspector: z.boolean(), typescript: z.boolean() })
type Answer = z.infer<typeof answerSchema>

type Where = Pick<Place, 'worktree' | 'directory' | 'environment' | 'enclosure'>

/** Finds the Node that runs a program, and asks it once what it can. */
export class NodeFinder {
  readonly #scope: ProcessScope
  readonly #known = new Map<string, { answer: Answer; changed: number }>()

  constructor(scope: ProcessScope) {
    this.#scope = scope
  }

  /** The one named; else the one that the project depends on, else that of PATH. */
  async find(named: string | null, place: Where, signal: AbortSignal): Promise<NodeFound> {
    const candidates = named === null ? [join(place.worktree, 'node_modules/.bin/node'), 'node'] : [named]
    let last: NodeFound | undefined
    for (const candidate of candidates) {
      const { environment, directory, enclosure } = place
      const executable = await findExecutable(candidate, environment.PATH ?? '', directory, enclosure.shows)
      if (!executable.found) {
        last = { found: false, reason: executable.reason, message: executable.message }
        continue
      }
      const answer = await this.#ask(executable.path, place, signal)
      signal.throwIfAborted()
      return judged(executable.path, answer)
    }
    return last?.found === false && named !== null
      ? last
      : {
          found: false,
          reason: 'debugger_not_found',
          message: 'there is no node here; apt-get install nodejs',
        }
  }

  async #ask(path: string, place: Where, signal: AbortSignal): Promise<Answer | undefined> {
    const changed = await changedAt(path)
    const known = this.#known.get(path)
    if (known !== undefined && known.changed === changed) return known.answer
    const answer = await this.#probe(path, place, signal)
    if (answer === undefined) return undefined
    this.#known.delete(path)
    this.#known.set(path, { answer, changed })
    const [first] = this.#known.keys()
    if (this.#known.size > mostRemembered && first !== undefined) this.#known.delete(first)
    return answer
  }

  async #probe(
    path: string,
    { environment, enclosure }: Where,
    signal: AbortSignal,
  ): Promise<Answer | undefined> {
    const program = { words: [path, '-p', probe], environment: { ...environment, NODE_OPTIONS: '' } }
    const text = await askProgram(this.#scope, program, enclosure, signal)
    try {
      return answerSchema.parse(JSON.parse(text ?? ''))
    } catch {
      return undefined
    }
  }
}

function judged(path: string, answer: Answer | undefined): NodeFound {
  const not = (message: string): NodeFound => ({ found: false, reason: 'debugger_not_found', message })
  if (answer === undefined) return not(`${path} does not say that it is Node.js`)
  if (!answer.inspector) return not(`${path} was built without an inspector: it cannot be debugged`)
  if (Number.parseInt(answer.version, 10) < oldest)
    return not(
      `${path} is Node.js ${answer.version}, which cannot be debugged here; it takes ${oldest} or later`,
    )
  const { version, typescript } = answer
  return { found: true, path, version, typescript }
}
