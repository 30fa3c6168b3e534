import { readFile } from 'node:fs/promises'
import t from 'tap'
import { debugEndReasons } from '../../services/contract/debug-state.ts'
import { blocksOf, demoWith, played, withoutIds } from './guide.ts'
import { realServer } from './real-server.ts'

/** Every command of docs/debugging.md is run here, and has to write what stands there. */
t.setTimeout(240_000)
const guide = await readFile(new URL('../../docs/debugging.md', import.meta.url), 'utf8')

t.test('the commands of the guide write what it shows', async t => {
  const server = await realServer(t)
  const [program = ''] = blocksOf(guide, 'python')
  await demoWith(server, 'app.py', program)
  const [before = ''] = blocksOf(guide, 'sh')
  const begun = await played(server, before.trim().split('\n'))
  t.match(begun, /status +ready[\s\S]*\nses_…\n$/)
  const shown = blocksOf(guide, 'console')
  t.ok(shown.length > 0)
  for (const block of shown) {
    const commands = [...block.matchAll(/^\$ (.*)$/gm)].map(([, command = '']) => command)
    t.equal(await played(server, commands), withoutIds(block))
  }
})

t.test('the guide tells every way in which a debug session can end', t => {
  for (const reason of debugEndReasons) t.match(guide, `| \`${reason}\``)
  t.end()
})
