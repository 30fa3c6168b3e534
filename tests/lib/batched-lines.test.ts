import { spawnSync } from 'node:child_process'
import { setImmediate } from 'node:timers/promises'
import t from 'tap'
import { batchedLines } from '../../lib/batched-lines.ts'

t.test('the lines of one turn are written together at its end', async t => {
  const written: string[] = []
  const lines = batchedLines({ write: text => void written.push(text) })
  lines.write('a\n')
  lines.write('b\n')
  t.strictSame(written, [])
  await setImmediate()
  t.strictSame(written, ['a\nb\n'])
  lines.write('c\n')
  await setImmediate()
  t.strictSame(written, ['a\nb\n', 'c\n'])
  await setImmediate()
  t.equal(written.length, 2, 'nothing is written where nothing was logged')
})

t.test('no turn holds more than a bounded amount back', t => {
  const written: string[] = []
  const lines = batchedLines({ write: text => void written.push(text) })
  for (let i = 0; i < 100; i++) lines.write(`${'x'.repeat(999)}\n`)
  t.equal(written.length, 1)
  t.ok((written[0]?.length ?? 0) < 70_000)
  t.end()
})

for (const [how, end] of [
  ['exits', 'process.exit(3)'],
  ['fails', 'throw new Error("on purpose")'],
] as const)
  t.test(`a process that ${how} has written what it logged in its last turn`, t => {
    const script = `
      import { createLog } from ${JSON.stringify(new URL('../../lib/log.ts', import.meta.url).href)}
      createLog('last').info('words')
      ${end}`
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
    })
    t.match(JSON.parse(stdout), { name: 'last', msg: 'words' })
    t.end()
  })
