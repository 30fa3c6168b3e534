import assert from 'node:assert/strict'
import { type Probe, recordedSchema } from '../../../../../services/contract/debug-probes.ts'
import type { Launched } from '../debug-rig.ts'
import type { Ground } from './ground.ts'
import type { Scenario } from './scenario.ts'

const often = 200

async function trace(ground: Ground, of: Launched, names: readonly string[]): Promise<Probe[]> {
  const functions = names.map(name => `${ground.language.file}:${name}`)
  const probes = (await ground.answer(of, 'debug.trace', { functions })) as Probe[]
  assert.deepEqual(
    probes.map(({ verified, message }) => ({ verified, message })),
    names.map(() => ({ verified: true, message: null })),
  )
  return probes
}

async function callsOf(ground: Ground, of: Launched) {
  const { records, lost } = recordedSchema.parse(await ground.answer(of, 'debug.recorded', { limit: 1_000 }))
  assert.equal(lost, 0)
  return records.flatMap(record => (record.kind === 'call' ? [record] : []))
}

/** Stands where it has called a function so often. */
async function calledOften(ground: Ground) {
  const debug = await ground.run('calls', { stop_on_entry: true, breakpoints: [ground.at('called')] })
  const [probe] = await trace(ground, debug, ['next_of'])
  const { stop } = await ground.state(debug, 'debug.continue')
  assert.equal(stop?.frame?.line, ground.line('called'))
  const calls = await callsOf(ground, debug)
  assert.deepEqual(
    calls.map(({ arguments: given }) => given[0]?.value),
    Array.from({ length: often }, (_, n) => String(n)),
  )
  await ground.state(debug, 'debug.terminate')
  return { probe, calls }
}

export const traceScenarios = {
  traced: {
    title: 'tells what calls are given and return, each of many',
    async holds(ground) {
      const { calls } = await calledOften(ground)
      assert.deepEqual(
        calls.map(({ ended, result, depth }) => `${ended} ${result} ${depth}`),
        Array.from({ length: often }, (_, n) => `returned ${n + 1} 0`),
      )
      assert.ok(calls.every(({ duration }) => duration !== null && duration >= 0))
    },
    async without(ground) {
      const { probe, calls } = await calledOften(ground)
      assert.ok(probe?.kind === 'calls' && !probe.returns)
      assert.ok(calls.every(({ ended, result }) => ended === 'unseen' && result === null))
    },
  },
  left: {
    title: 'tells of calls that something else leaves than their return',
    async holds(ground) {
      const debug = await ground.run('caught', { stop_on_entry: true, exceptions: 'never' })
      await trace(ground, debug, ['raises', 'caught'])
      assert.equal((await ground.state(debug, 'debug.continue')).end?.exit_code, 0)
      assert.deepEqual(
        (await callsOf(ground, debug)).map(({ ended, result, depth }) => `${ended} ${result} ${depth}`),
        ['raised null 1', 'returned 0 0'],
      )
    },
  },
} satisfies Record<string, Scenario>
