import { createServer, type RequestListener } from 'node:http'
import t, { type Test } from 'tap'
import type { Taken } from '../../../../services/proxy/upstream/answer.ts'
import { Upstream } from '../../../../services/proxy/upstream/upstream.ts'
import { listen } from '../rig.ts'

t.setTimeout(60_000)

/** A way to ask a service, and to take the pieces of what it answers. */
async function rig(t: Test, answer: RequestListener) {
  const http = createServer(answer)
  const upstream = new Upstream({ host: '127.0.0.1', port: await listen(http) })
  t.teardown(() => {
    upstream[Symbol.dispose]()
    http.close()
  })
  const plain = { method: 'GET', target: '/', headers: ['Host', 'x'], body: undefined, upgrades: false }
  return (takesMuch: boolean, data: (bytes: Buffer) => Taken) =>
    new Promise<void>((resolve, reject) => {
      upstream.send(
        { ...plain, takesMuch },
        {
          interim: () => {},
          head: () => {},
          data,
          end: () => resolve(),
          upgrade: () => {},
          failed: ({ cause }) => reject(cause),
        },
      )
    })
}

t.test('a long answer is read in large pieces for who takes them, and in short ones otherwise', async t => {
  const body = Buffer.alloc(8_000_000)
  const ask = await rig(t, (_, response) => {
    response.setHeader('content-length', body.length).end(body)
  })
  const pieces = async (takesMuch: boolean) => {
    const sizes: number[] = []
    await ask(takesMuch, ({ length }) => {
      sizes.push(length)
      return 'taken'
    })
    return sizes
  }
  const [much, little] = [await pieces(true), await pieces(false)]
  for (const sizes of [much, little])
    t.equal(
      sizes.reduce((sum, size) => sum + size),
      body.length,
    )
  t.ok(Math.max(...much) > 16_384, `${Math.max(...much)}`)
  t.ok(Math.max(...little) <= 16_384, `${Math.max(...little)}`)
})

t.test('who keeps a little at a time keeps little, and what it keeps stays as it was', async t => {
  const pieces = Array.from({ length: 100 }, (_, at) => `piece ${at}`)
  let arrived = Promise.withResolvers<void>()
  const ask = await rig(t, async (_, response) => {
    for (const piece of pieces) {
      arrived = Promise.withResolvers()
      response.write(piece)
      await arrived.promise
    }
    response.end()
  })
  const kept: Buffer[] = []
  await ask(true, bytes => {
    kept.push(bytes)
    arrived.resolve()
    return 'kept'
  })
  t.same(kept.map(String), pieces)
  const held = [...new Set(kept.map(({ buffer }) => buffer))].reduce(
    (sum, { byteLength }) => sum + byteLength,
    0,
  )
  t.ok(held < 300_000, `${held} bytes`)
})
