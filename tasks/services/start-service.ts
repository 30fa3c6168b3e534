import { readFileSync, statSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { UserError } from '../../lib/user-error.ts'
import type { Pm2 } from './pm2-client.ts'
import type { App } from './pm2-messages.ts'
import { probe } from './probe.ts'
import type { StartedService } from './service.ts'

type Starting = {
  readonly logFile: string
  readonly signal: AbortSignal
  /** How long it may take until it answers, in milliseconds. */
  readonly deadline: number
  /** Whether one in whose place it comes has been ended: then it is started whatever was told meanwhile. */
  readonly isOwed?: boolean
}

/**
 * Starts a service under PM2 and waits until the very instance that was started answers. PM2's "online" proves
 * nothing. A service that ends meanwhile, or never answers, is an error that shows its last lines.
 */
export async function startService(
  pm2: Pm2,
  app: App,
  service: StartedService,
  { logFile, signal, deadline, isOwed = false }: Starting,
): Promise<void> {
  if (!isOwed) signal.throwIfAborted()
  const logStart = sizeOf(logFile)
  await pm2.start(app)
  const end = performance.now() + deadline
  for (;;) {
    signal.throwIfAborted()
    const answer = await probe(service, 1_000)
    if (answer.answer === 'ready') return
    const state = (await pm2.list()).find(({ name }) => name === app.name)
    const isOver =
      state === undefined ||
      state.restarts > 0 ||
      ['errored', 'stopped', 'waiting restart'].includes(state.status)
    const failure = isOver
      ? `the ${service.service} ended while it was starting`
      : performance.now() > end
        ? `the ${service.service} did not become ready within ${deadline / 1000} s (${reasonOf(answer)})`
        : undefined
    if (failure !== undefined) {
      if (isOver) await written(logFile, logStart, signal)
      throw new UserError(`${failure}\n${indented(lastLines(logFile, logStart))}`, {
        fix: `its whole log: ${logFile}`,
      })
    }
    await delay(50, undefined, { signal })
  }
}

/** How often, in a tenth of a second each: on a busy machine PM2 has been seen to take more than a second. */
const looks = 30

/** PM2 tells of an end before it has written down what was said last: waits, for three seconds at most, until the log has that. */
async function written(file: string, start: number, signal: AbortSignal): Promise<void> {
  let size = start
  for (let left = looks; left > 0; left--) {
    await delay(100, undefined, { signal })
    const now = sizeOf(file)
    if (now > start && now === size) return
    size = now
  }
}

const reasonOf = (answer: Exclude<Awaited<ReturnType<typeof probe>>, { answer: 'ready' }>): string =>
  answer.answer === 'silent' ? answer.reason : `another instance answers there: ${answer.instance}`

const sizeOf = (file: string): number => {
  try {
    return statSync(file).size
  } catch {
    return 0
  }
}

const nothing = '(it wrote no log)'

function lastLines(file: string, start: number): string[] {
  try {
    const text = readFileSync(file).subarray(start).toString().trimEnd()
    return text === '' ? [nothing] : text.split('\n').slice(-20)
  } catch {
    return [nothing]
  }
}

const indented = (lines: readonly string[]): string => lines.map(line => `    ${line}`).join('\n')
