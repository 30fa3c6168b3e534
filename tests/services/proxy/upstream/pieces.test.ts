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
