import type { Change } from '../changes.ts'
import { Starters } from '../commands/starters.ts'
import type { EngineEvent, RunEvent, TaskEvent } from '../events.ts'
import type { Freshness, Made } from '../freshness/freshness.ts'
import { isRemembered } from '../freshness/is-remembered.ts'
import type { Judgement, Subject } from '../freshness/judge.ts'
import { nodeOf } from '../graph.ts'
import type { PlanStep } from '../plan.ts'
import { ReadyQueue } from '../ready-queue.ts'
import { advance, type Outcome, type TaskEnd, type TaskState, type Transition } from '../state.ts'
import type { AnyResults, Task } from '../task.ts'
import { AbortedError } from './aborted-error.ts'
import type { Surroundings } from './attempt.ts'
import { eventOf } from './event-of.ts'
import { Groups } from './groups.ts'
import type { RunOptions, RunResult } from './run-options.ts'
import { originOf } from './service-origin.ts'
import type { ServiceListener } from './service-pool.ts'
import { Services } from './services.ts'
import { comparedNeeds, handedNeeds, settledOf } from './spared.ts'
import { resultsAtStart, type SubjectWorld, subjectOf } from './subject-of.ts'
import { unreadable } from './unreadable.ts'

/**
 * One run of a plan. Tasks start as soon as what they need is done and a job is free; one that is up to date takes no
 * job, and no turn of the event loop either.
 */
export class Run {
  readonly #options: RunOptions
  /** Without those that are settled. */
  readonly #steps: Map<string, PlanStep>
  readonly #states: Map<string, TaskState>
  readonly #queue: ReadyQueue
  readonly #groups: Groups
  readonly #world: SubjectWorld
  readonly #services: Services
  readonly #surroundings: Surroundings
  readonly #abort = new AbortController()
  /** Loaded when the first task really runs. */
  #runTask: Promise<typeof import('./run-task.ts')> | undefined
  /** Tasks that hold a job, or serve. */
  readonly #running = new Set<Promise<void>>()
  /** Services that go on when this run is over. */
  readonly #kept = new Set<Promise<void>>()
  /** Those whose results are compared by a task that needs them, once it was asked for. */
  #compared: ReadonlySet<string> | undefined
  /** Up to date, as was known before: they have no turn. */
  readonly #settled: ReadonlySet<string>
  #jobsTaken = 0
  #isOver = false
  #change = Promise.withResolvers<void>()
  #failed = false
  /** What a listener of events threw, or the engine itself. */
  #bug: { readonly error: unknown } | undefined

  constructor(options: RunOptions) {
    const { graph, plan, jobs, root, environment, graceMs = 5000, sentinel } = options
    this.#options = options
    this.#settled = settledOf(options)
    this.#steps = new Map()
    this.#states = new Map()
    const open: PlanStep[] = []
    for (const step of plan.steps) {
      this.#states.set(step.name, waiting)
      if (this.#settled.has(step.name)) continue
      this.#steps.set(step.name, step)
      open.push(step)
    }
    this.#queue = new ReadyQueue(open, this.#settled)
    this.#groups = new Groups(graph, plan)
    this.#world = { ...options, states: this.#states }
    this.#services = new Services(plan)
    this.#surroundings = {
      root,
      environment,
      graceMs,
      sentinel,
      starters: new Starters({ limit: jobs, environment, sentinel }),
      urgent: options.urgent ?? new AbortController().signal,
      confirm: options.confirm ?? (() => undefined),
      masker: options.masker,
    }
  }

  async finish(): Promise<RunResult> {
    const { plan, jobs, now, signal, watching, id = '' } = this.#options
    const started = now()
    const interrupted = () => {
      this.#tell({ type: 'run-cancelled', reason: watching?.interruption.reason })
      this.#change.resolve()
    }
    const cancel = () => {
      this.#tell({ type: 'run-cancelled', reason: signal?.reason })
      this.#abort.abort(new AbortedError('cancelled', signal?.reason))
    }
    this.#tell({ type: 'run-started', run: id, plan, jobs })
    this.#options.freshness?.hold(handedNeeds(this.#options, this.#settled))
    this.#reuseSettled()
    signal?.addEventListener('abort', cancel, { once: true })
    if (signal?.aborted) cancel()
    watching?.interruption.addEventListener('abort', interrupted, { once: true })
    if (watching !== undefined) watching.services.listener = this.#serviceListener
    try {
      for (;;) {
        this.#startReady()
        if (this.#running.size === 0) break
        await this.#change.promise
        this.#change = Promise.withResolvers()
        if (this.#bug !== undefined) throw this.#bug.error
      }
    } finally {
      // Reached with tasks running only after a bug: nothing may be left behind even then.
      if (this.#running.size > 0) this.#abort.abort(new AbortedError('failed', undefined))
      await Promise.allSettled([...this.#running, ...(signal?.aborted ? this.#kept : [])])
      await this.#surroundings.starters?.[Symbol.asyncDispose]()
      signal?.removeEventListener('abort', cancel)
      this.#isOver = true
    }
    for (const [name, { kind }] of this.#states)
      if (kind === 'waiting') {
        // A service goes on though the run has not come to it.
        const goesOn = watching?.services.get(name) !== undefined
        this.#move(name, goesOn ? { kind: 'take-over', at: now() } : { kind: 'skip' })
      }
    const wasEnded = signal?.aborted || watching?.interruption.aborted
    const outcome: Outcome = this.#failed ? 'failed' : wasEnded ? 'cancelled' : 'succeeded'
    this.#tell({ type: 'run-finished', outcome, durationMs: Math.max(0, now() - started) })
    return { outcome, states: this.#states }
  }

  #startReady(): void {
    const { jobs, watching } = this.#options
    while (this.#jobsTaken < jobs && !this.#abort.signal.aborted && !watching?.interruption.aborted) {
      const step = this.#steps.get(this.#groups.take(() => this.#queue.take()) ?? '')
      if (step === undefined) break
      this.#begin(step)
    }
    if (watching === undefined)
      this.#services.stopUnneeded(
        this.#states,
        this.#jobsTaken === 0 && this.#queue.isEmpty && this.#groups.isEmpty,
      )
  }

  #reuseSettled(): void {
    const { freshness, now, emit, ended } = this.#options
    if (freshness === undefined) return
    const at = now()
    for (const name of this.#settled) {
      const state = advance(waiting, { kind: 'reuse', reuse: freshness.reuseSettled(name) })
      this.#states.set(name, state)
      ended?.(name, state)
      emit({ type: 'task-up-to-date', name, at })
    }
  }

  /** Brings one task to its end: at once where it does not have to run. */
  #begin(step: PlanStep): void {
    const { name } = step
    const resumed = this.#options.resumed?.get(name)
    if (resumed !== undefined) {
      this.#move(name, { kind: 'reuse', reuse: { how: 'resumed', result: resumed.result } })
      this.#noticeResult(name, resumed.result)
      this.#queue.done(name)
      return
    }
    const { freshness, watching, now } = this.#options
    const subject = this.#subject(step)
    watching?.begins(subject, now())
    if (this.#takeOver(step)) return
    if (freshness === undefined || !isRemembered(subject.task)) {
      this.#execute(step, subject, { kind: 'always' })
      return
    }
    const judgement = this.#judge(subject, freshness)
    if (judgement?.kind === 'up-to-date') {
      this.#move(name, { kind: 'reuse', reuse: freshness.reuse(name, judgement) })
      this.#queue.done(name)
    } else if (judgement !== undefined) this.#execute(step, subject, judgement)
  }

  /** Undefined where the task cannot be judged, and so has failed. */
  #judge(subject: Subject, { judge }: Freshness): Judgement | undefined {
    try {
      return judge.judge(subject)
    } catch (error) {
      // What its `inputs` or `outputs` throw is the task's own failure.
      this.#fail(error)
      const end = { kind: 'failed', error } as const
      this.#move(subject.name, { kind: 'end', at: this.#options.now(), end })
      return undefined
    }
  }

  #execute(step: PlanStep, subject: Subject, judgement: Exclude<Judgement, { kind: 'up-to-date' }>): void {
    const { name } = step
    this.#groups.started(name)
    this.#jobsTaken++
    let holdsJob = true
    const giveJobBack = () => {
      if (!holdsJob) return
      holdsJob = false
      this.#jobsTaken--
      this.#change.resolve()
    }
    const serves = () => {
      giveJobBack()
      if (this.#options.watching === undefined) return
      this.#running.delete(execution)
      this.#kept.add(execution)
    }
    const execution: Promise<void> = this.#bringToEnd(step, subject, judgement, serves)
      .catch(error => {
        this.#bug ??= { error }
      })
      .finally(() => {
        this.#running.delete(execution)
        this.#groups.ended(name)
        giveJobBack()
        this.#change.resolve()
      })
    this.#running.add(execution)
  }

  async #bringToEnd(
    step: PlanStep,
    subject: Subject,
    judgement: Exclude<Judgement, { kind: 'up-to-date' }>,
    serves: () => void,
  ): Promise<void> {
    const { name } = step
    const { freshness, now, watching } = this.#options
    const run = (why: readonly Change[]) => {
      this.#move(name, { kind: 'start', at: now() }, why)
      return this.#run(step, subject, serves)
    }
    let made: Made =
      judgement.kind === 'stale' && freshness !== undefined
        ? await freshness
            .make(
              { subject, signal: this.#signalOf(name), run, tell: event => this.#tellTask(name, event) },
              judgement,
            )
            .catch(unreadable)
        : await run([])
    if (this.#isOver) return // a service that went on
    // What a task that became stale leaves undone is no failure.
    if (made.kind === 'failed' && watching?.isStale(name)) made = { kind: 'aborted', abandoned: false }
    if (made.kind === 'reused') this.#move(name, { kind: 'reuse', reuse: made.reuse })
    else {
      if (made.kind === 'failed') this.#fail(made.error)
      if (judgement.kind === 'always') {
        freshness?.ran()
        if (made.kind === 'succeeded') this.#noticeResult(name, made.result)
      }
      this.#move(name, { kind: 'end', at: now(), end: made })
    }
    // A service was done with when it was ready.
    const isService = subject.task.options.ready !== undefined
    if (!isService && this.#states.get(name)?.kind === 'succeeded') this.#queue.done(name)
  }

  async #run(step: PlanStep, { task, results, place }: Subject, serves: () => void): Promise<TaskEnd> {
    const { name, params, rest } = step
    let handed: AnyResults
    try {
      handed = resultsAtStart(task, results)
    } catch (error) {
      // The stored result of a need cannot be read.
      return { kind: 'failed', error }
    }
    const setting = {
      name,
      task,
      results: handed,
      params,
      rest,
      surroundings: { ...this.#surroundings, root: place.root },
      signal: this.#signalOf(name),
      fail: (error: unknown) => this.#fail(error),
      tell: (event: TaskEvent) => this.#tellTask(name, event),
    }
    const readiness = task.options.ready
    if (readiness === undefined) {
      this.#runTask ??= import('./run-task.ts')
      return (await this.#runTask).runTask(setting)
    }
    const ready = () => {
      this.#options.freshness?.ran()
      this.#noticeResult(name, undefined)
      this.#move(name, { kind: 'serve' })
      this.#queue.done(name)
      serves()
    }
    const { watching, signal: end } = this.#options
    if (watching !== undefined) {
      const { runKeptService } = await import('./run-kept-service.ts')
      const { services } = watching
      return runKeptService({ ...setting, readiness, ready, services, origin: this.#originOf(step), end })
    }
    const { runService } = await import('./run-service.ts')
    return runService({ ...setting, readiness, stop: this.#services.started(name), ready })
  }

  /** A service goes on from the run before, where all that it needs has come out as it had then. */
  #takeOver(step: PlanStep): boolean {
    const { watching, now } = this.#options
    const { name } = step
    const service = watching?.services.get(name)
    if (service?.origin === undefined || service.origin !== this.#originOf(step)) return false
    this.#move(name, { kind: 'take-over', at: now() })
    this.#noticeResult(name, undefined)
    this.#queue.done(name)
    this.#kept.add(
      service.ended.then(end => {
        if (this.#isOver) return
        this.#move(name, { kind: 'end', at: now(), end })
        this.#change.resolve()
      }),
    )
    return true
  }

  #originOf({ needs }: PlanStep): string | undefined {
    const { watching, freshness } = this.#options
    return originOf(
      needs.map(({ name }) => ({
        state: this.#states.get(name),
        isRemembered: isRemembered(this.#task(name)),
        service: watching?.services.get(name)?.id,
        digests: freshness?.digestsOf([name]).get(name),
      })),
    )
  }

  get #serviceListener(): ServiceListener {
    return {
      tell: (name, event) => this.#tellTask(name, event),
      // One that ends before its turn is started anew.
      fail: (name, error) => {
        if (this.#states.get(name)?.kind !== 'waiting') this.#fail(error)
      },
    }
  }

  /** Aborted when the run ends, and where it is watched, when the task has become stale. */
  #signalOf(name: string): AbortSignal {
    const { watching } = this.#options
    const { signal } = this.#abort
    return watching === undefined ? signal : AbortSignal.any([signal, watching.signalOf(name)])
  }

  #subject(step: PlanStep): Subject {
    return subjectOf(step, this.#world)
  }

  #noticeResult(name: string, result: unknown): void {
    if (this.#isCompared(name)) this.#options.freshness?.notice(name, this.#task(name), result)
  }

  #isCompared(name: string): boolean {
    this.#compared ??= comparedNeeds(this.#options, this.#settled)
    return this.#compared.has(name)
  }

  #fail(error: unknown): void {
    this.#failed = true
    if (this.#options.keepGoing !== true) this.#abort.abort(new AbortedError('failed', error))
  }

  #move(name: string, transition: Transition, why: readonly Change[] = []): void {
    const { now, emit, ended, watching } = this.#options
    const state = advance(this.#states.get(name) ?? waiting, transition)
    this.#states.set(name, state)
    if (state.kind === 'serving') watching?.serves(name)
    else if (state.kind !== 'running') {
      watching?.ends(name, now())
      ended?.(name, state)
    }
    const event = eventOf(state, { why, now, kept: transition.kind === 'take-over' })
    if (event !== undefined) emit({ ...event, name, at: now() })
  }

  #task(name: string): Task {
    return nodeOf(this.#options.graph, name).task
  }

  #tell(event: RunEvent): void {
    this.#options.emit({ ...event, at: this.#options.now() })
  }

  #tellTask(name: string, event: TaskEvent): void {
    const told: EngineEvent = { ...event, name, at: this.#options.now() }
    this.#options.emit(told)
  }
}

const waiting: TaskState = { kind: 'waiting' }
