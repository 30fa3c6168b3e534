import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { printLogs } from '../../../tasks/services/service-logs.ts'
import type { ServiceName } from '../../../tasks/services/service-names.ts'

function place() {
  const root = mkdtempSync(join(tmpdir(), 'ds-logs-'))
  t.teardown(() => rmSync(root, { recursive: true, force: true }))
  mkdirSync(join(root, '.artifacts/logs'), { recursive: true })
  const file = (name: ServiceName) => join(root, '.artifacts/logs', `${name}.log`)
  const look = async (services: ServiceName[], lines: number) => {
    let printed = ''
    const print = (text: string) => {
      printed += text
    }
    const signal = new AbortController().signal
    await printLogs(services, { root, environment: {}, lines, follow: false, signal, print })
    return printed
  }
  /** Follows until `wanted` has been printed; what is to be written after the first lines is written then. */
  const follow = async (write: () => void, wanted: string) => {
    const abort = new AbortController()
    let printed = ''
    const print = (text: string) => {
      if (printed === '') write()
      printed += text
      if (printed.includes(wanted)) abort.abort()
    }
    await printLogs(['api'], { root, environment: {}, lines: 1, follow: true, signal: abort.signal, print })
    return printed
  }
  return { file, look, follow }
}

t.test('the last lines of each service, with its name where there are several', async t => {
  const { file, look } = place()
  writeFileSync(file('api'), 'a1\na2\na3\n')
  writeFileSync(file('proxy'), 'p1\nnot complete')
  t.equal(await look(['api'], 2), 'a2\na3\n')
  t.equal(await look(['api', 'proxy', 'runner'], 1), 'api    | a3\nproxy  | p1\n')
  t.equal(await look(['api'], 0), '')
})

t.test('of a large log only the end is read, from the beginning of a line on', async t => {
  const { file, look } = place()
  const lines = Array.from({ length: 60_000 }, (_, i) => `line ${i} ${'é'.repeat(20)}`)
  writeFileSync(file('api'), `${lines.join('\n')}\n`)
  t.equal(await look(['api'], 3), `${lines.slice(-3).join('\n')}\n`)
  const all = (await look(['api'], 1_000_000)).split('\n').slice(0, -1)
  t.ok(all.length < lines.length)
  t.same(all, lines.slice(-all.length), 'whole lines, the last of the file')
})

t.test('what is written meanwhile follows, lines whole, and after the file was begun anew', async t => {
  const { file, follow } = place()
  writeFileSync(file('api'), 'old\n')
  t.equal(await follow(() => appendFileSync(file('api'), 'new é\nnext\n'), 'next\n'), 'old\nnew é\nnext\n')
  t.equal(await follow(() => writeFileSync(file('api'), 'short\n'), 'short\n'), 'next\nshort\n')
})
