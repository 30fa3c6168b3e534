import { mkdtempSync, rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import t, { type Test } from 'tap'
import { ProcessWatch } from '../../../../../services/runner/debug/native-children/process-watch.ts'
import { until } from '../../../../until.ts'

/** A watch, with what has come to it and a program in the place of watch_processes.py. */
async function watched(t: Test) {
  const room = mkdtempSync(join(tmpdir(), 'debug-server-watch-'))
  t.teardown(() => rmSync(room, { recursive: true, force: true }))
  const path = join(room, 'children')
  const came: unknown[] = []
  const passed: unknown[] = []
  const watch = new ProcessWatch(path, {
    came: process => came.push(process),
    passed: (process, why) => passed.push([process, why]),
  })
  t.teardown(() => watch[Symbol.dispose]())
  const link = await until('the socket', async () => await opened(path))
  t.teardown(() => link.destroy())
  const heard: unknown[] = []
  createInterface({ input: link }).on('line', line => heard.push(JSON.parse(line)))
  const say = (...words: object[]) => void link.write(words.map(word => `${JSON.stringify(word)}\n`).join(''))
  return { path, watch, link, came, passed, heard, say }
}

async function opened(path: string): Promise<Socket | undefined> {
  const socket = connect(path)
  const up = await new Promise<boolean>(resolve => {
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
  })
  return up ? socket : undefined
}

t.test('what waits is told, debugged, woken and let go of', async t => {
  const { watch, came, passed, heard, say } = await watched(t)
  say({ came: 7, parent: 5, program: '/app' }, { passed: 8, program: '/bin/sh', why: 'it has no symbols' })
  await until('both', () => passed.length > 0 || undefined)
  t.strictSame(came, [{ pid: 7, parent: 5, program: '/app' }])
  t.strictSame(passed, [[{ pid: 8, program: '/bin/sh' }, 'it has no symbols']])

  const codes: number[] = []
  const debugs = watch.debug(7, ['sh', 'host'], code => codes.push(code))
  say({ debugs: 7, why: null })
  await debugs
  const wakes = watch.wake(7)
  say({ woken: 9 }, { woken: 7 })
  await wakes
  watch.release(9)
  say({ gone: 9, code: 1 }, { gone: 7, code: 137 })
  await until('its end', () => codes.length > 0 || undefined)
  watch.forget(7)
  say({ gone: 7, code: 137 }, { came: 10, parent: null, program: '/app' })
  await until('another', () => came.length > 1 || undefined)
  t.strictSame(codes, [137])
  t.strictSame(heard, [{ debug: 7, words: ['sh', 'host'] }, { wake: 7 }, { release: 9 }])
})

t.test('a debugger that cannot be started is told with the reason', async t => {
  const { watch, say } = await watched(t)
  const debugs = watch.debug(7, ['sh'], () => undefined)
  say({ debugs: 7, why: 'no debugger can be started for it: No such file' })
  await t.rejects(debugs, { message: 'no debugger can be started for it: No such file' })
})

t.test('one comes to it, and nobody else', async t => {
  const { path } = await watched(t)
  t.equal(await opened(path), undefined)
})

t.test('whoever says what nobody can read is cut off, and nothing waits for it', async t => {
  for (const line of ['nonsense', '{"came":"7"}', '{"came":-1,"parent":null,"program":"/app"}', '[]']) {
    const { watch, link, came } = await watched(t)
    const debugs = watch.debug(7, ['sh'], () => undefined)
    link.write(`${line}\n`)
    await t.rejects(debugs, { message: 'what has watched it is gone' }, line)
    t.strictSame(came, [])
    await t.rejects(watch.wake(7), { message: 'what has watched it is gone' })
    watch.release(7)
  }
})
