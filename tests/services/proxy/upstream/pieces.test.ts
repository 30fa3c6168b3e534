import { createServer } from 'node:http'
import t from 'tap'
import { Upstream } from '../../../../services/proxy/upstream/upstream.ts'
import { listen } from '../rig.ts'

t.setTimeout(60_000)

t.test('a long answer is read in large pieces for who takes them, and in short ones otherwise', async t => {
  const body = Buffer.alloc(8_000_000)
  const http = createServer((_, response) => {
    response.setHeader('content-length', body.length).end(body)
  })
  const upstream = new Upstream({ host: '127.0.0.1', port: await listen(http) })
  t.teardown(() => {
    upstream[Symbol.dispose]()
    http.close()
  })
  const plain = { method: 'GET', target: '/', headers: ['Host', 'x'], body: undefined, upgrades: false }
  const pieces = (takesMuch: boolean) =>
    new Promise<number[]>((resolve, reject) => {
      const sizes: number[] = []
      upstream.send(
        { ...plain, takesMuch },
        {
          interim: () => {},
          head: () => {},
          data: ({ length }) => {
            sizes.push(length)
            return 'taken'
          },
          end: () => resolve(sizes),
          upgrade: () => {},
          failed: ({ cause }) => reject(cause),
        },
      )
    })
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
  const http = createServer(async (_, response) => {
    for (const piece of pieces) {
      arrived = Promise.withResolvers()
      response.write(piece)
      await arrived.promise
    }
    response.end()
  })
  const upstream = new Upstream({ host: '127.0.0.1', port: await listen(http) })
  t.teardown(() => {
    upstream[Symbol.dispose]()
    http.close()
  })
  const kept: Buffer[] = []
  const plain = { method: 'GET', target: '/', headers: ['Host', 'x'], body: undefined, upgrades: false }
  await new Promise<void>((resolve, reject) => {
    upstream.send(
      { ...plain, takesMuch: true },
      {
        interim: () => {},
        head: () => {},
        data(bytes) {
          kept.push(bytes)
          arrived.resolve()
          return 'kept'
        },
        end: () => resolve(),
        upgrade: () => {},
        failed: ({ cause }) => reject(cause),
      },
    )
  })
  t.same(kept.map(String), pieces)
  const held = [...new Set(kept.map(({ buffer }) => buffer))].reduce(
    (sum, { byteLength }) => sum + byteLength,
    0,
  )
  t.ok(held < 300_000, `${held} bytes`)
})
