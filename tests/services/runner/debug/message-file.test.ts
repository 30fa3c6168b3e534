import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { Said } from '../../../../services/contract/debugger-message.ts'
import { MessageFile } from '../../../../services/runner/debug/message-file.ts'

const message = (text: string): Said => ({
  ...{ at: '2026-01-01T00:00:00.000Z', category: 'console', text, truncated: false, file: 'a.py', line: 1 },
})
const textsIn = (path: string): string[] =>
  readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line).text)

t.test('messages stand in a file of their owner, each at once, before anything else is there', async t => {
  const path = join(t.testdir(), 'not/yet/messages')
  using file = new MessageFile(path)
  file.add(message('one'))
  t.same(textsIn(path), ['one'])
  t.equal(statSync(path).mode & 0o777, 0o600)
  file.add(message('two'))
  t.same(textsIn(path), ['one', 'two'])
})

t.test('there is an end to what a debugger may say', async t => {
  const path = join(t.testdir(), 'messages')
  using file = new MessageFile(path)
  for (let count = 0; count < 3_000; count++) file.add(message('x'.repeat(2_000)))
  const texts = textsIn(path)
  t.match(texts.at(-1), /the debugger has said more than 4194304 bytes: the rest is not kept/)
  t.ok(statSync(path).size < 4_200_000)
  t.equal(texts.filter(text => text !== 'x'.repeat(2_000)).length, 1, 'which is said once')
})

t.test('where nothing can be written, debugging goes on', async t => {
  using file = new MessageFile(join(t.testdir({ no: 'directory' }), 'no/place'))
  file.add(message('one'))
  file.add(message('two'))
  using full = new MessageFile('/dev/full')
  full.add(message('one'))
  full.add(message('two'))
  t.pass()
})
