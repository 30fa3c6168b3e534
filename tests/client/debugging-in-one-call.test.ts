import { readFile } from 'node:fs/promises'
import t from 'tap'
import { failureOutcomes } from '../../services/contract/debug-report.ts'
import { blocksOf, demoWith, played, withoutIds } from './guide.ts'
import { realServer } from './real-server.ts'

/** Every command of docs/debugging-in-one-call.md is run here, and has to write what stands there. */
t.setTimeout(240_000)
const guide = await readFile(new URL('../../docs/debugging-in-one-call.md', import.meta.url), 'utf8')

t.test('the commands of the guide write what it shows', async t => {
  const server = await realServer(t)
  const [program = ''] = blocksOf(guide, 'python')
  await demoWith(server, 'test_cart.py', program)
  const [before = ''] = blocksOf(guide, 'sh')
  await played(server, before.trim().split('\n'))
  const shown = blocksOf(guide, 'console')
  t.ok(shown.length > 0)
  for (const block of shown) {
    const commands = [...block.matchAll(/^\$ (.*)$/gm)].map(([, command = '']) => command)
    t.equal(withoutTimes(await played(server, commands)), withoutTimes(withoutIds(block)))
  }
})

t.test('the guide tells every outcome', t => {
  for (const outcome of failureOutcomes) t.match(guide, `| \`${outcome}\``)
  t.end()
})

/** What differs from run to run: durations, and where things lie in memory. */
const withoutTimes = (text: string): string =>
  text.replaceAll(/\b\d+(?:\.\d+)? ms\b/g, '… ms').replaceAll(/(?:\b0x|\.\.\.)[0-9a-f]+>/g, '…>')
