import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { AgentServer, type Came } from '../../../../../services/runner/debug/node/agent-server.ts'
import { pausedSchema } from '../../../../../services/runner/debug/node/cdp-messages.ts'
import { until } from '../../../../until.ts'

const hello = `${JSON.stringify({ method: '$hello', params: { pid: 1, node: '24.0.0' } })}\n`

async function served(t: Test, came: Came) {
  const server = new AgentServer(came)
  const folder = mkdtempSync(join(tmpdir(), 'agents-'))
  const path = join(folder, 'socket')
  await server.listen(path)
  t.teardown(async () => {
    await server[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true })
  })
  const connected = async () => {
    const socket = connect(path)
    t.teardown(() => socket.destroy())
    socket.on('error', () => undefined)
    await once(socket, 'connect')
    return socket
  }
  return { connected }
}

t.test('who says what is nested too deeply is cut off, and nobody else', async t => {
  const gone: number[] = []
  const heard: string[] = []
  let numbers = 0
  const { connected } = await served(t, () => {
    const number = ++numbers
    return {
      line: text => {
        heard.push(`${number} ${pausedSchema.safeParse(JSON.parse(text)).success}`)
      },
      gone: () => gone.push(number),
    }
  })
  const [one, other] = [await connected(), await connected()]
  const traces = 100_000
  const deep = `${`{"callFrames":[],"parent":`.repeat(traces)}{"callFrames":[]}${'}'.repeat(traces)}`
  one.write(`${hello}{"reason":"x","callFrames":[],"asyncStackTrace":${deep}}\n`)
  await once(one.resume(), 'close')
  await until('it has been told to be gone', () => gone.includes(1) || undefined)
  other.write(`${hello}{"reason":"x","callFrames":[]}\n`)
  await until('the other is heard', () => heard.includes('2 true') || undefined)
  t.same(gone, [1])
})

t.test('who reads nothing is cut off before what it was told fills the memory', async t => {
  const lines: string[] = []
  const { connected } = await served(t, (_, peer) => {
    const line = 'x'.repeat(1_000_000)
    for (let told = 0; told < 100; told++) peer.write(line)
    return { line: text => lines.push(text), gone: () => lines.push('gone') }
  })
  const socket = await connected()
  socket.pause()
  socket.write(hello)
  await until('it is cut off', () => lines.includes('gone') || undefined)
  t.same(lines, ['gone'])
})

t.test('messages that do not come to their end have one bound together', async t => {
  const { connected } = await served(t, () => ({ line: () => undefined, gone: () => undefined }))
  const sockets = await Promise.all(Array.from({ length: 5 }, connected))
  const piece = Buffer.alloc(1024 * 1024, 'x')
  let closed = 0
  for (const socket of sockets) socket.once('close', () => closed++)
  for (const socket of sockets.slice(0, 4))
    for (let mebibytes = 0; mebibytes < 80; mebibytes++) socket.write(piece)
  await until('one of them is cut off', () => closed > 0 || undefined)
  t.ok(closed < 5, 'not all')
})

t.test('more than may come at a time are let go of', async t => {
  const { connected } = await served(t, () => ({ line: () => undefined, gone: () => undefined }))
  for (let come = 0; come < 200; come++) await connected()
  const late = await connected()
  late.write(hello)
  const [said] = await once(late.setEncoding('utf8'), 'data')
  t.equal(said, '{"method":"$release"}\n')
  late.end()
  await once(late.resume(), 'close')
})
