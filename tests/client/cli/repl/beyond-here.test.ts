import t from 'tap'
import { beyondHere } from '../../../../client/cli/repl/beyond-here.ts'
import { debugSession, frame, stop } from '../../samples.ts'

/** Where `until` comes to, and after how many steps: each a function, a line of it and how many of its calls are below. */
async function beyond(...places: readonly (readonly [name: string, line: number, below: number])[]) {
  let steps = 0
  const here = () => {
    const [name = '', line = 0, below = 0] = places[Math.min(steps, places.length - 1)] ?? []
    const calls = Array.from({ length: below }, (_, nth) => frame({ index: nth + 1, name, line: 3 }))
    return [frame({ name, line }), ...calls, frame({ index: below + 1, name: '<module>' })]
  }
  const client = {
    debug: {
      stack: async ({ limit = 20 }: { limit?: number | undefined }) => ({
        ...{ thread: 1, total: here().length, next: null, frames: here().slice(0, limit) },
      }),
    },
  }
  const { debug, why } = await beyondHere(client, { session: '@last', debug: '' }, async () => {
    steps++
    return { debug: debugSession({ stop: stop({ reason: 'step', frame: here()[0] ?? null }) }), goesOn: true }
  })
  return { line: debug.stop?.frame?.line, steps, why }
}

t.test('it leaves a loop', async t => {
  const lines = [6, 5, 6, 5, 7, 8].map(line => ['total_of', line, 0] as const)
  t.match(await beyond(...lines), { line: 7, steps: 4 })
})

t.test('of a function that has called itself it leaves one call', async t => {
  t.match(await beyond(['fact', 3, 2], ['fact', 3, 1], ['fact', 3, 0], ['<module>', 9, 0]), {
    line: 3,
    steps: 1,
  })
  const loop = [6, 5, 6, 5, 7].map(line => ['fact', line, 2] as const)
  t.match(await beyond(...loop), { line: 7, steps: 4 })
})

t.test('it gives up a loop that has no end', async t => {
  const { steps, why } = await beyond(['total_of', 6, 0])
  t.equal(steps, 1_000)
  t.match(why, 'it is no further after 1000 lines')
})
