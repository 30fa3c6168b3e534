import type { Readiness } from '../task.ts'
import { pause } from './pause.ts'

/** How often it is looked whether a service answers. */
const pauseMs = 50
/** How long one try may take. */
const tryMs = 2_000

/** Tells when a service is ready. It is fed with the lines that the service says. */
export interface ReadinessProbe {
  line(text: string): void
  /** Resolves when the service is ready; rejects when the signal is aborted. */
  readonly ready: Promise<void>
}

export function probe(readiness: Readiness, signal: AbortSignal): ReadinessProbe {
  const { promise: ready, resolve, reject } = Promise.withResolvers<void>()
  ready.catch(() => {}) // whoever waits for it hears of it
  signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  if ('line' in readiness) {
    // One with the flags g or y would remember where it was.
    const pattern = new RegExp(readiness.line.source, readiness.line.flags.replace(/[gy]/g, ''))
    return {
      ready,
      line: text => {
        if (pattern.test(text)) resolve()
      },
    }
  }
  void untilTrue(checkOf(readiness), signal).then(resolve, reject)
  return { ready, line: () => {} }
}

type Check = (signal: AbortSignal) => Promise<boolean> | boolean

function checkOf(readiness: Exclude<Readiness, { readonly line: RegExp }>): Check {
  if ('check' in readiness) return readiness.check
  if ('port' in readiness) {
    const { port, host = '127.0.0.1' } = readiness
    return signal => accepts(port, host, signal)
  }
  return async signal => (await fetch(readiness.url, { signal, redirect: 'manual' })).ok
}

async function untilTrue(check: Check, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      if (await check(AbortSignal.any([signal, AbortSignal.timeout(tryMs)]))) return
    } catch {
      // Not ready is what most of these say at first.
    }
    await pause(pauseMs, signal)
  }
  throw signal.reason
}

async function accepts(port: number, host: string, signal: AbortSignal): Promise<boolean> {
  const { connect } = await import('node:net')
  return new Promise(resolve => {
    const socket = connect({ port, host, signal })
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
