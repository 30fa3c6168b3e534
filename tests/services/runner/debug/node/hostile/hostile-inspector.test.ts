import { randomInt } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { z } from 'zod'
import { launchedSchema, nodeAdapter } from '../../../../../../services/runner/debug/node/node-adapter.ts'
import { openly } from '../../../../../../services/runner/sandbox/enclosure.ts'
import { tryLives } from '../../hostile/try-lives.ts'
import { scopeOf } from '../../live-rig.ts'
import { hostileInspector, type Plan } from './hostile-inspector.ts'
import { type MisbehaviourName, misbehaviourNames } from './misbehaviours.ts'

/**
 * The bridge to Node.js against an inspector that misbehaves in every way there is, at messages of its life: whatever it says,
 * each request is settled in time, nothing fails of the bridge itself, and it can be let go of. `HOSTILE_SEED` repeats a run.
 */
const seed = Number(process.env.HOSTILE_SEED ?? randomInt(2 ** 31))
const answerMs = 150
const mostMegabytes = 500
const width = 8
/** Those that are tried at each message; any other is at this many. */
const everywhere: readonly MisbehaviourName[] = ['hangs', 'ends', 'dropsAnswer', 'refuses']
const mostOthers = 5

t.setTimeout(200_000)
t.comment(`HOSTILE_SEED=${seed}`)

const source = { path: '/app.cjs' }

/** Lives the life of a debug session, and tells what of it was not as it should be. */
async function lives(scope: ReturnType<typeof scopeOf>, plan: Plan) {
  const patienceMs = plan.at === 0 ? 30_000 : answerMs
  const broken: string[] = []
  const refused: string[] = []
  const outside = mkdtempSync(join(tmpdir(), 'meet-'))
  const place = {
    ...{ worktree: '/', directory: '/', environment: {}, enclosure: openly },
    meeting: () => ({ outside, inside: outside }),
  }
  const told: string[] = []
  const initialized = Promise.withResolvers<void>()
  const adapter = nodeAdapter(true)({
    ...{ scope, place, child: child => child.release() },
    event(name) {
      told.push(name)
      if (name === 'initialized') initialized.resolve()
    },
  })
  const stopped = async (times: number) => {
    const until = performance.now() + patienceMs
    while (told.filter(name => name === 'stopped').length < times && performance.now() < until) await delay(5)
  }
  // biome-ignore lint/suspicious/noExplicitAny: an answer is whatever a bridge makes of nonsense
  const ask = async (command: string, parameters: object = {}): Promise<any> => {
    const began = performance.now()
    const outcome = await adapter.client.request(command, parameters, z.unknown(), patienceMs)
    if (performance.now() - began > 20_000) broken.push(`${command} takes too long`)
    if (outcome.kind === 'refused') refused.push(`${command}: ${outcome.message}`)
    if (outcome.kind === 'closed') broken.push(`${command}: ${outcome.why}`)
    return outcome.kind === 'done' ? outcome.body : undefined
  }
  await ask('initialize')
  const { socket } = launchedSchema.parse(await ask('launch', { entry: null }))
  using inspector = hostileInspector(socket, plan)
  await Promise.race([initialized.promise, delay(patienceMs)])
  await ask('setBreakpoints', {
    source,
    breakpoints: [{ line: 3 }, { line: 4, logMessage: 'total {total}' }],
  })
  await ask('setFunctionBreakpoints', {
    breakpoints: [{ name: 'total' }, { name: 'Cart.total', condition: 'n' }],
  })
  await ask('setExceptionBreakpoints', { filters: ['uncaught'] })
  await ask('configurationDone')
  await stopped(1)
  await ask('threads')
  const stack = await ask('stackTrace', { threadId: 1 })
  const frameId = stack?.stackFrames?.[0]?.id ?? 1
  const scopes = await ask('scopes', { frameId })
  const variablesReference = scopes?.scopes?.[0]?.variablesReference ?? 1
  const parts = await ask('variables', { variablesReference })
  const inner = parts?.variables?.find?.((one: { variablesReference: number }) => one.variablesReference > 0)
  await ask('variables', { variablesReference: inner?.variablesReference ?? 1, start: 0, count: 2 })
  await ask('evaluate', { expression: 'total', frameId })
  await ask('setVariable', { variablesReference, name: 'total', value: '2' })
  await ask('next', { threadId: 1 })
  await ask('setBreakpoints', { source, breakpoints: [{ line: 3 }] })
  await stopped(2)
  await ask('continue', { threadId: 1 })
  await stopped(3)
  await ask('loadedSources')
  await ask('pause', { threadId: 1 })
  await ask('disconnect')
  adapter.client.close('it is over')
  const why = await adapter.client.closed
  if (/the bridge failed/.test(why)) broken.push(why)
  await adapter[Symbol.asyncDispose]()
  rmSync(outside, { recursive: true, force: true })
  return { broken, refused, stops: told.filter(name => name === 'stopped').length, asked: inspector.asked }
}

t.test('whatever an inspector does, the bridge to Node.js keeps its promises', async t => {
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
