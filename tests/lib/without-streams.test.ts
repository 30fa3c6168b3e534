import { spawn } from 'node:child_process'
import { once } from 'node:events'
import t from 'tap'
import { withoutStreams } from '../../lib/without-streams.ts'

const closing = `
import { connect, createServer } from 'node:net'
import { writeSync } from 'node:fs'
import { withoutStreams } from '${new URL('../../lib/without-streams.ts', import.meta.url)}'
let made = false
const { get } = Object.getOwnPropertyDescriptor(process, 'stderr')
Object.defineProperty(process, 'stderr', { configurable: true, enumerable: true, get() { made = true; return get.call(process) } })
const server = createServer(socket => socket.resume()).listen(0, '127.0.0.1', () => {
  const socket = connect(server.address().port, '127.0.0.1', () => {
    HOW
    const then = made
    socket.once('close', () => {
      writeSync(1, JSON.stringify([then, process.stderr.fd, made]))
      server.close()
    })
  })
})
`

/** Whether the stream was made by then, its descriptor, and whether it is made where somebody looks. */
async function closed(how: string): Promise<unknown> {
  const words = ['--input-type=module', '-e', closing.replace('HOW', how)]
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  child.stdout.on('data', piece => {
    said += piece
  })
  await once(child, 'close')
  return JSON.parse(said)
}

t.test('a socket is closed without making the streams, which are there afterwards', async t => {
  t.same(await closed('withoutStreams(() => socket.destroy())'), [false, 2, true])
  t.same(await closed('socket.destroy()'), [true, 2, true], 'Node makes them')
})

t.test('what is made stays, whatever goes wrong', t => {
  const { stdout } = process
  const wrong = new Error('wrong')
  t.throws(
    () =>
      withoutStreams(() => {
        throw wrong
      }),
    wrong,
  )
  t.equal(process.stdout, stdout)
  t.end()
})
