import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, openSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import t from 'tap'

const log = JSON.stringify(new URL('../../lib/log.ts', import.meta.url).href)

const argumentsOf = (script: string): string[] => [
  '--input-type=module',
  '-e',
  `import { createLog } from ${log}; const log = createLog('it'); ${script}`,
]

const start = (script: string): ChildProcessByStdio<null, Readable, Readable> =>
  spawn(process.execPath, argumentsOf(script), { stdio: ['ignore', 'pipe', 'pipe'] })

/** Logs once it is told to, and does the rest with that line still to be written. */
const late = (script: string): string => `process.stdin.once('data', () => { log.info('late'); ${script} })`

const noFullDisk = existsSync('/dev/full') ? false : 'there is no /dev/full'

const numbers = (output: string) => output.split('\n').flatMap(line => (line ? [JSON.parse(line).msg] : []))

for (const [how, script, code] of [
  ['comes to its end', '', 0],
  ['exits', 'process.exit(3)', 3],
  ['fails', 'throw new Error("on purpose")', 1],
] as const)
  t.test(`a process that ${how} has written all that it logged`, async t => {
    const child = start(`for (let i = 0; i < 1000; i++) log.info(String(i)); ${script}`)
    const [output, [exit]] = await Promise.all([text(child.stdout), once(child, 'exit')])
    t.strictSame(numbers(output), [...Array(1_000).keys()].map(String))
    t.equal(exit, code)
  })

t.test('a process that goes on writes soon', async t => {
  const child = start(`log.info('now'); setInterval(() => {}, 1000)`)
  t.teardown(() => child.kill('SIGKILL'))
  const [chunk] = await once(child.stdout, 'data')
  t.strictSame(numbers(String(chunk)), ['now'])
})

for (const [how, script, code] of [
  ['exits', 'process.exit(3)', 3],
  ['fails', 'throw new Error("on purpose")', 1],
] as const) {
  t.test(`a process whose reader has gone away ends when it ${how}`, async t => {
    const child = spawn(process.execPath, argumentsOf(late(script)), { stdio: ['pipe', 'pipe', 'ignore'] })
    t.teardown(() => child.kill('SIGKILL'))
    child.stdout.destroy()
    await once(child.stdout, 'close')
    child.stdin.write('now')
    t.same(await once(child, 'exit', { signal: AbortSignal.timeout(30_000) }), [code, null])
  })

  t.test(`a process whose disk is full ends when it ${how}`, { skip: noFullDisk }, async t => {
    const full = openSync('/dev/full', 'w')
    t.teardown(() => closeSync(full))
    const child = spawn(process.execPath, argumentsOf(late(script)), { stdio: ['pipe', full, 'ignore'] })
    t.teardown(() => child.kill('SIGKILL'))
    child.stdin?.write('now')
    t.same(await once(child, 'exit', { signal: AbortSignal.timeout(30_000) }), [code, null])
  })
}

t.test(
  'a reader who reads nothing holds up neither the process nor its end, and what waits is bounded',
  async t => {
    const child = start(`
    let count = 0
    const more = () => {
      for (let i = 0; i < 1000; i++) log.info('x'.repeat(1000))
      if (++count < 100) return setImmediate(more)
      process.stderr.write(String(process.memoryUsage().rss))
      process.exit(4)
    }
    more()`)
    t.teardown(() => child.kill('SIGKILL'))
    const told = text(child.stderr)
    t.same(await once(child, 'exit', { signal: AbortSignal.timeout(30_000) }), [4, null])
    t.ok(Number(await told) < 200_000_000, 'of 100 MB')
  },
)

t.test('a reader that has gone away is not the end of the process', async t => {
  const child = start(`
    process.stderr.write('up')
    setTimeout(() => log.info('a'), 300)
    setTimeout(() => log.info('b'), 400)
    setTimeout(() => process.stderr.write(' and well'), 500)`)
  const errors = text(child.stderr)
  child.stdout.destroy()
  const [code] = await once(child, 'exit')
  t.equal(code, 0)
  t.equal(await errors, 'up and well')
})
