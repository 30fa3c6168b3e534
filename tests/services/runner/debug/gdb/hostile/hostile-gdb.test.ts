import { randomInt } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { z } from 'zod'
import { bridged } from '../../../../../../services/runner/debug/bridge.ts'
import { GdbBridge } from '../../../../../../services/runner/debug/gdb/gdb-bridge.ts'
import { openly } from '../../../../../../services/runner/sandbox/enclosure.ts'
import { tryLives } from '../../hostile/try-lives.ts'
import { scopeOf } from '../../live-rig.ts'
import { hostileGdb, type Plan } from './hostile-gdb.ts'
import { type MisbehaviourName, misbehaviourNames } from './misbehaviours.ts'

/**
 * The bridge to gdb against one that misbehaves in every way there is, at commands of its life: whatever it says, each request
 * is settled in time, nothing fails of the bridge itself, and it can be let go of. `HOSTILE_SEED` repeats a run.
 */
const seed = Number(process.env.HOSTILE_SEED ?? randomInt(2 ** 31))
const answerMs = 150
const mostMegabytes = 700
const width = 8
/** Those that are tried at each command; any other is at this many. */
const everywhere: readonly MisbehaviourName[] = ['hangs', 'ends', 'dropsAnswer', 'refuses']
const mostOthers = 6

t.setTimeout(200_000)
t.comment(`HOSTILE_SEED=${seed}`)

const source = { path: '/app.c' }
/** What is asked in a life of a debug session. */
const life: readonly [command: string, parameters?: object][] = [
  ['initialize'],
  ['setBreakpoints', { source, breakpoints: [{ line: 3 }, { line: 4, logMessage: 'total {total}' }] }],
  ['setExceptionBreakpoints', { filters: ['errors'] }],
  ['configurationDone'],
  ['threads'],
  ['stackTrace', { threadId: 1 }],
  ['scopes', { frameId: 1 }],
  ['variables', { variablesReference: 1 }],
  ['evaluate', { expression: 'total' }],
  ['setExpression', { expression: 'total', value: '2' }],
  ['next', { threadId: 1 }],
  ['setBreakpoints', { source, breakpoints: [] }],
  ['readMemory', { memoryReference: '0x10', count: 2 }],
  ['disassemble', { memoryReference: '0x401136', instructionCount: 1 }],
  ['modules', {}],
  ['continue', { threadId: 1 }],
  ['pause', { threadId: 1 }],
  ['disconnect'],
]

/** Lives that life, and tells what of it was not as it should be. */
async function lives(scope: ReturnType<typeof scopeOf>, plan: Plan) {
  const patienceMs = plan.at === 0 ? 30_000 : answerMs
  const broken: string[] = []
  const refused: string[] = []
  const gdb = hostileGdb(plan)
  let bridge: GdbBridge | undefined
  const initialized = Promise.withResolvers<void>()
  const place = {
    ...{ worktree: '/', directory: '/', environment: {}, enclosure: openly },
    meeting: () => ({ outside: '/', inside: '/' }),
  }
  let stops = 0
  const adapter = bridged(tells => {
    bridge = new GdbBridge(tells, {
      python: true,
      hasDebugRegisters: async () => true,
      target: {
        ...{ kind: 'launch', stopOnEntry: false, program: '/app', arguments: [], environment: {} },
        descriptors: null,
      },
    })
    return bridge
  })({
    ...{ scope, place, child: child => child.release() },
    event(name) {
      if (name === 'initialized') initialized.resolve()
      if (name === 'stopped') stops += 1
    },
  })
  bridge?.connect(gdb.channel)
  await Promise.race([initialized.promise, delay(patienceMs), adapter.client.closed])
  for (const [command, parameters = {}] of life) {
    const began = performance.now()
    const outcome = await adapter.client.request(command, parameters, z.unknown(), patienceMs)
    if (performance.now() - began > 20_000) broken.push(`${command} takes too long`)
    if (outcome.kind === 'refused') refused.push(`${command}: ${outcome.message}`)
    if (outcome.kind === 'closed' && /the bridge failed|undefined|\[object/.test(outcome.why))
      broken.push(`${command}: ${outcome.why}`)
  }
  adapter.client.close('it is over')
  const why = await adapter.client.closed
  if (/the bridge failed/.test(why)) broken.push(why)
  await adapter[Symbol.asyncDispose]()
  return { broken, refused, stops, asked: gdb.asked }
}

t.test('whatever a gdb does, the bridge to it keeps its promises', async t => {
  const scope = scopeOf(t)
  const one = (plan: Plan) => lives(scope, plan)
  await tryLives(t, one, {
    names: misbehaviourNames,
    good: 'behaves',
    everywhere,
    seed,
    width,
    mostOthers,
    mostMegabytes,
  })
})
