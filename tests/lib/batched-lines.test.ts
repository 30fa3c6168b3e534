import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import t from 'tap'

const log = JSON.stringify(new URL('../../lib/log.ts', import.meta.url).href)

const start = (script: string): ChildProcessByStdio<null, Readable, Readable> =>
  spawn(
    process.execPath,
    ['--input-type=module', '-e', `import { createLog } from ${log}; const log = createLog('it'); ${script}`],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  )

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
