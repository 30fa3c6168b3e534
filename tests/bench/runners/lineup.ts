import type { Goal } from '../goal.ts'
import { median, type Row } from '../row.ts'
import type { Peer } from './available.ts'
import type { Graph } from './graph.ts'
import type { Runner } from './runner.ts'
import { Workspace } from './workspace.ts'

interface Entrant {
  readonly name: string
  readonly workspace?: Workspace
  /** Why it is out. */
  out?: string
}

export interface Race {
  readonly name: string
  readonly runs: number
  /** How often those run that take long, by name. */
  readonly fewer?: Readonly<Record<string, number>>
  /** Default: ms. */
  readonly unit?: string
  /** One run of one runner: its figure. Throws where the run was not what it should be. */
  readonly turn: (workspace: Workspace, round: number) => number | Promise<number>
  /** By the name of who ours is beside. */
  readonly goals: Readonly<Record<string, Goal>>
}

/**
 * Runners at the same work, each in a workspace of its own. Their runs alternate, so that what else the machine does meets
 * all of them. One that fails is out from then on, and its rows say why.
 */
export class Lineup implements Disposable {
  readonly #entrants: Entrant[] = []

  constructor(runners: readonly (Runner | Peer)[], graph: Graph, prepare?: (directory: string) => void) {
    for (const entrant of runners) {
      const { name } = entrant
      if ('missing' in entrant) {
        this.#entrants.push({ name, out: entrant.missing })
        continue
      }
      const runner = 'runner' in entrant ? entrant.runner : entrant
      try {
        this.#entrants.push({ name, workspace: new Workspace(runner, graph, prepare) })
      } catch (error) {
        this.#entrants.push({ name, out: reason(error) })
      }
    }
  }

  /** Something untimed for each, such as a first run. */
  async each(work: (workspace: Workspace) => unknown): Promise<void> {
    for (const entrant of this.#entrants) await attempt(entrant, work)
  }

  /** A row for each of the others. */
  async race({ name, runs, fewer = {}, unit = 'ms', turn, goals }: Race): Promise<Row[]> {
    const figures = new Map<Entrant, number[]>(this.#entrants.map(entrant => [entrant, []]))
    for (let round = 0; round < runs; round++) {
      for (const [entrant, taken] of figures) {
        if (round >= (fewer[entrant.name] ?? runs)) continue
        await attempt(entrant, async workspace => void taken.push(await turn(workspace, round)))
      }
    }
    const [first, ...others] = [...figures].map(([entrant, taken]) => ({
      ...entrant,
      figure: entrant.out === undefined ? median(taken) : Number.NaN,
    }))
    const ours = first?.figure ?? Number.NaN
    return others.map(({ name: beside, out, figure: peer }) => {
      const ratio = ours / peer
      const goal = goals[beside]
      const notes = [first?.out && `${first.name}: ${first.out}`, out && `${beside}: ${out}`].filter(Boolean)
      return {
        ...{ name, beside, ours, peer, unit, ratio, goal: goal?.text ?? '' },
        ...(goal && { met: goal.isMet({ ours, ratio }) }),
        ...(notes.length > 0 && { note: notes.join('; ') }),
      }
    })
  }

  [Symbol.dispose](): void {
    for (const { workspace } of this.#entrants) workspace?.[Symbol.dispose]()
  }
}

async function attempt(entrant: Entrant, work: (workspace: Workspace) => unknown): Promise<void> {
  if (entrant.workspace === undefined || entrant.out !== undefined) return
  try {
    await work(entrant.workspace)
  } catch (error) {
    entrant.out = reason(error)
  }
}

/** One line in the table; the whole on stderr. */
function reason(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  process.stderr.write(`${text}\n`)
  return text.split('\n')[0]?.slice(0, 120) ?? ''
}
