import { closeSync, constants, openSync, writeSync } from 'node:fs'
import { Socket } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { encodeDap } from '../../../../../lib/dap-framing.ts'
import { capabilitiesSchema } from '../../../../../services/runner/debug/dap-messages.ts'
import {
  DapWithin,
  type Dialect,
  Unlaunchable,
} from '../../../../../services/runner/debug/within/dap-within.ts'
import { engineHost } from '../../../../../services/runner/debug/within/engine-host.ts'
import { until } from '../../../../until.ts'

const plain: Dialect = {
  begin: async () => ({}),
  request: (command, parameters) => ({ command, parameters }),
  event: (name, body) => ({ name, body }),
  exitCode: async () => 0,
  probe: { command: 'threads', parameters: {} },
}

/** An adapter within no command: the test says what it says, and hears what it is told. */
async function within(t: Test, dialect: Partial<Dialect>) {
  const directory = t.testdir({})
  const host = await engineHost(
    { words: [], environment: {} },
    { meeting: () => ({ outside: directory, inside: directory }) },
  )
  const events: string[] = []
  const unlaunchable: string[] = []
  const adapter = new DapWithin(
    host,
    { event: name => events.push(name), unlaunchable: why => unlaunchable.push(why) },
    () => ({ ...plain, ...dialect }),
  )
  const opened = (name: string, access: number) =>
    openSync(join(directory, name), access | constants.O_NONBLOCK)
  const [errors, output] = [opened('errors', constants.O_WRONLY), opened('out', constants.O_WRONLY)]
  const control = opened('control', constants.O_RDONLY)
  t.teardown(async () => {
    await adapter[Symbol.asyncDispose]()
    for (const descriptor of [errors, output]) closeSync(descriptor)
  })
  let codes = ''
  const read = new Socket({ fd: control, readable: true, writable: false }).on('data', piece => {
    codes += piece
  })
  t.teardown(() => read.destroy())
  writeSync(errors, '\n')
  return {
    ...{ adapter, events, unlaunchable },
    say: (message: object) => writeSync(output, encodeDap({ seq: 1, ...message })),
    codes: () => codes,
  }
}

t.test('a dialect that can make nothing of what its adapter says ends the adapter, and no more', async t => {
  const { adapter, events } = await within(t, {
    begin: async () => {
      throw new TypeError('x is not a function')
    },
  })
  t.equal(await adapter.client.closed, 'nothing can be made of what it says: x is not a function')
  t.same(events, [])
})

t.test('what cannot be run is told as that, and not as an adapter that fails', async t => {
  const { adapter, events, unlaunchable } = await within(t, {
    begin: async () => {
      throw new Unlaunchable('it does not build')
    },
  })
  t.equal(await adapter.client.closed, 'it does not build')
  t.same(unlaunchable, ['it does not build'])
  t.same(events, [])
})

t.test('what an adapter says of what it can that is no yes is a no', async t => {
  const said = { supportsSetVariable: 'yes', supportsLogPoints: true, exceptionBreakpointFilters: [{}] }
  const { supportsSetVariable, supportsLogPoints, exceptionBreakpointFilters } =
    capabilitiesSchema.parse(said)
  t.same([supportsSetVariable, supportsLogPoints, exceptionBreakpointFilters], [false, true, []])
})

t.test('an end that nobody can tell the code of is one, too', async t => {
  const { adapter, say, codes } = await within(t, {
    exitCode: async () => {
      throw new RangeError('no code')
    },
  })
  say({ type: 'event', event: 'terminated' })
  t.equal(await adapter.client.closed, 'nothing can be made of what it says: no code')
  t.equal(codes(), '')
})

t.test('a code that is known only after all is over is told to nobody', async t => {
  const code = Promise.withResolvers<number>()
  let asked = false
  const { adapter, say, codes } = await within(t, {
    exitCode: () => {
      asked = true
      return code.promise
    },
  })
  say({ type: 'event', event: 'terminated' })
  await until('it asks for the code', () => asked || undefined)
  await adapter[Symbol.asyncDispose]()
  code.resolve(7)
  await new Promise(resolve => setImmediate(resolve))
  t.equal(codes(), '')
})
