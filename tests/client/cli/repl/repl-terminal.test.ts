import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import t from 'tap'
import { until } from '../../../until.ts'
import { breakpoint, command, debugSession, stop } from '../../samples.ts'
import { standIn } from '../../stand-in-server.ts'
import { at } from '../rig.ts'

const bin = resolve(import.meta.dirname, '../../../../client/cli/bin.mjs')
const terminal = resolve(import.meta.dirname, '../../../tasks/terminal.py')

t.test('Ctrl+C stops what runs, waited for or not, in a terminal that has no size', async t => {
  let running = true
  const runs = () => debugSession({ status: 'running', stop: null })
  const stands = () => debugSession({ stop: stop({ reason: 'pause' }), breakpoints: [breakpoint()] })
  const server = await standIn({
    'debug.status': async ({ wait }) => {
      if (running && wait !== 0) await new Promise(done => setTimeout(done, 50))
      return running ? runs() : stands()
    },
    'debug.output': () => ({
      ...{ command: command().id, chunks: [], messages: [], complete: false },
      next: { stdout: 0, stderr: 0, messages: 0 },
    }),
    'debug.continue': () => {
      running = true
      return runs()
    },
    'debug.pause': () => {
      running = false
      return stands()
    },
  })
  t.teardown(() => server[Symbol.asyncDispose]())
  const words = [process.execPath, bin, 'debug', 'repl', '@last']
  const child = spawn('python3', [terminal, '0', '0', ...words], {
    env: { PATH: process.env.PATH, ...at(server.url), NO_COLOR: '1' },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  t.teardown(() => void child.kill())
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
  })
  const shows = async (what: string | RegExp) => {
    await until(`${what} in ${text}`, () =>
      typeof what === 'string' ? text.includes(what) : what.test(text),
    )
    text = ''
  }
  const paused = () => server.received.filter(({ name }) => name === 'debug.pause').length

  await shows(/running.*\(debug\) /s)
  child.stdin.write('\x03')
  await shows(/stopped \(pause\).*\(debug\) /s)
  t.equal(paused(), 1)
  child.stdin.write('\x03')
  await shows(/"quit" leaves.*\(debug\) /s)
  t.equal(paused(), 1, 'what stands is left alone')
  child.stdin.write('c\r')
  await until('it waits', () => server.received.filter(({ name }) => name === 'debug.status').length > 4)
  child.stdin.write('\x03')
  await shows(/stopped \(pause\).*\(debug\) /s)
  t.equal(paused(), 2)
  child.stdin.write('b\r')
  await shows(/# {2}AT {8}VERIFIED\r\n1 {2}app.py:6 {2}yes/)
  child.stdin.write('q\r')
  t.same(await once(child, 'exit'), [0, null])
})
