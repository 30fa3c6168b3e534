import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { logEnd } from '../../../../services/runner/logs/log-end.ts'

function endOf(t: Test, content: string, ...secrets: string[]) {
  const directory = mkdtempSync(join(tmpdir(), 'log-end-'))
  t.teardown(() => rmSync(directory, { recursive: true }))
  const path = join(directory, 'log')
  writeFileSync(path, content)
  return logEnd(path, secrets)
}

t.test('the last lines are told, and no more than is read at once', async t => {
  t.equal(await endOf(t, ''), '')
  t.equal(await endOf(t, 'one\ntwo\n\n'), 'one\ntwo')
  const many = Array.from({ length: 50 }, (_, line) => `line ${line}`)
  t.equal(await endOf(t, many.join('\n')), many.slice(-12).join('\n'))
  t.equal(await endOf(t, 'x'.repeat(100_000)), 'x'.repeat(1_500))
  const wide = ['a', 'b', 'c', 'd'].map(letter => letter.repeat(600))
  t.equal(await endOf(t, wide.join('\n')), wide.slice(-2).join('\n'), 'each line as a whole')
  t.equal(await endOf(t, `${'x'.repeat(600)}\n${'y'.repeat(1_500)}`), 'y'.repeat(1_500))
  t.equal(await endOf(t, `x\n${'y'.repeat(1_501)}`), 'y'.repeat(1_500), 'but for one that is too long')
  t.equal(await logEnd('/nowhere/log', []), '')
})

t.test('secrets are covered there as they are in the log', async t => {
  t.equal(await endOf(t, 'token tok3n-abcdef!\n', 'tok3n-abcdef\n', 'n-ab'), 'token ************!')
  t.equal(await endOf(t, 'abcd-efgh-ijkl', 'abcd', 'abcd-efgh-ijkl'), '*'.repeat(14))
  const key = '-----BEGIN KEY-----\nMIIEvQIBADANBg\n-----END KEY-----'
  t.equal(await endOf(t, 'read MIIEvQIBADANBg', key), 'read **************', 'a line of it')
  const long = 's'.repeat(20_000)
  t.equal(await endOf(t, `${'x'.repeat(50_000)}${long}`, long), '*'.repeat(1_500), 'one that begins before')
})
