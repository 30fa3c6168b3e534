import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Change } from '../../../../tasks/engine/changes.ts'
import type { EngineEvent } from '../../../../tasks/engine/events.ts'
import type { Verdict } from '../../../../tasks/engine/forecast.ts'
import { foresee } from '../../../../tasks/engine/foresee.ts'
import { resolveGraph } from '../../../../tasks/engine/graph.ts'
import { RunHistory } from '../../../../tasks/engine/memory/history.ts'
import { prepareWork, type WorkSetting } from '../../../../tasks/engine/prepare-work.ts'
import { runPlan } from '../../../../tasks/engine/run-plan.ts'
import type { RunOptions, RunResult } from '../../../../tasks/engine/running/run-options.ts'
import type { TaskState } from '../../../../tasks/engine/state.ts'
import type { Task } from '../../../../tasks/engine/task.ts'
import { readTaskfile } from '../../../../tasks/engine/taskfile.ts'
import { Workplace } from '../../../../tasks/engine/workplace.ts'
import { planOf } from '../rig.ts'

export type Tasks = Readonly<Record<string, Task>>

export interface Ran {
  readonly result: RunResult
  readonly events: readonly EngineEvent[]
  /** The names of the tasks that really ran, in the order of their starts. */
  readonly ran: readonly string[]
  readonly upToDate: readonly string[]
  readonly restored: readonly string[]
  /** What was known to be up to date before anything ran. */
  readonly settled: ReadonlySet<string>
  /** Why a task ran or was restored. */
  why(name: string): readonly Change[]
  /** The result of a task, or what it failed with. */
  of(name: string): unknown
}

export type WorkOptions = Partial<Omit<RunOptions, 'graph' | 'plan' | 'emit' | 'root'>> & {
  readonly force?: boolean
  readonly holdsSecret?: (value: unknown) => boolean
  readonly onEvent?: (event: EngineEvent) => void
}

let runs = 0

/** A directory with a memory and a cache, where tasks run in this process as the command line would run them. */
export class Workshop {
  readonly path: string
  /** See settled.test.ts. */
  settlesFrom = process.env.TEST_SETTLES_FROM === undefined ? undefined : 0

  constructor(t: { teardown(end: () => void): void }) {
    const top = realpathSync(mkdtempSync(join(tmpdir(), 'task-shop-')))
    this.path = join(top, 'a shop')
    mkdirSync(this.path)
    t.teardown(() => rmSync(top, { recursive: true, force: true }))
  }

  get database(): string {
    return join(this.path, '.artifacts/task/runs.db')
  }

  at(name: string): string {
    return join(this.path, name)
  }

  write(name: string, text: string): void {
    mkdirSync(dirname(this.at(name)), { recursive: true })
    writeFileSync(this.at(name), text)
  }

  /** Another file in its place, as editors do it. */
  replace(name: string, text: string): void {
    this.write(`${name}.new`, text)
    renameSync(this.at(`${name}.new`), this.at(name))
  }

  read(name: string): string | undefined {
    return existsSync(this.at(name)) ? readFileSync(this.at(name), 'utf8') : undefined
  }

  remove(name: string): void {
    rmSync(this.at(name), { recursive: true })
  }

  async run(tasks: Tasks, words: readonly string[], options: WorkOptions = {}): Promise<Ran> {
    const { force = false, holdsSecret = () => false, onEvent, now = Date.now, ...rest } = options
    const setting = await this.#open(tasks, words, { ...options, force })
    const { workplace, graph, plan } = setting
    using _ = workplace
    const { memory } = workplace
    const { judge, settlement } = await prepareWork(setting)
    memory.beginWriting()
    const id = `run-${++runs}`
    const history = new RunHistory({
      memory,
      id,
      words,
      startedAt: now(),
      keepsResult: () => false,
      errorLine: String,
    })
    const events: EngineEvent[] = []
    const tell = (event: EngineEvent) => {
      events.push(event)
      onEvent?.(event)
    }
    const freshness = workplace.freshness({ judge, settlement }, holdsSecret)
    const result = await runPlan({
      graph,
      plan,
      id,
      jobs: 2,
      environment: process.env,
      graceMs: 500,
      now,
      ...rest,
      root: this.path,
      freshness,
      ended: (name, state) => history.ended(name, state),
      emit: event => {
        tell(event)
        for (const trouble of memory.takeTroubles()) tell({ type: 'run-trouble', trouble, at: now() })
      },
    })
    history.finish(result.outcome, now())
    freshness.settle(result.states)
    workplace.keep()
    for (const trouble of memory.takeTroubles()) tell({ type: 'run-trouble', trouble, at: now() })
    return ranOf(result, events, settlement.names)
  }

  /** What would be done with each task; by name. */
  async forecast(
    tasks: Tasks,
    words: readonly string[],
    options: WorkOptions = {},
  ): Promise<ReadonlyMap<string, Verdict>> {
    const setting = await this.#open(tasks, words, options)
    using _ = setting.workplace
    return (await foresee(setting)).verdicts
  }

  async #open(tasks: Tasks, words: readonly string[], options: WorkOptions): Promise<WorkSetting> {
    const { environment = process.env, now = Date.now, force = false } = options
    const graph = resolveGraph(readTaskfile(this.at('Taskfile.ts'), tasks))
    // What a test declares in the middle of a function has other callers each time.
    for (const { task } of graph.values()) Object.assign(task, { modules: [] })
    const plan = await planOf(graph, words, { environment })
    const workplace = new Workplace({
      taskfile: this.at('Taskfile.ts'),
      now,
      processStart: performance.timeOrigin,
      ...(this.settlesFrom !== undefined && { settlesFrom: this.settlesFrom }),
    })
    return { graph, plan, environment, workplace, force }
  }
}

/** Read while the memory is open. */
function outcomeValue(state: TaskState): unknown {
  if (state.kind === 'failed') return state.error
  if (state.kind !== 'succeeded') return state.kind
  try {
    return state.result
  } catch (error) {
    return error
  }
}

function ranOf(result: RunResult, events: readonly EngineEvent[], settled: ReadonlySet<string>): Ran {
  const values = new Map([...result.states].map(([name, state]) => [name, outcomeValue(state)]))
  const namesOf = (type: EngineEvent['type']) =>
    events.flatMap(event => (event.type === type && 'name' in event ? [event.name] : []))
  return {
    result,
    events,
    settled,
    ran: namesOf('task-started'),
    upToDate: namesOf('task-up-to-date'),
    restored: namesOf('task-restored'),
    why: name =>
      events.flatMap(event =>
        (event.type === 'task-started' || event.type === 'task-restored') && event.name === name
          ? event.why
          : [],
      ),
    of: name => values.get(name),
  }
}
