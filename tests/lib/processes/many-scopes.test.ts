import t from 'tap'
import { identify } from '../../../lib/processes/identity.ts'
import { ProcessScope, scopeVariable } from '../../../lib/processes/process-scope.ts'
import { environmentReader, processTable } from '../../../lib/processes/process-table.ts'
import { anyAlive, ended, readPids, stranger, zoo } from './zoo.ts'

t.setTimeout(240_000)

/**
 * Commands that end at once, and what they leave: most of them nothing, so that a scope is nearly always closed by the
 * quick look, in the middle of what others start and leave.
 */
const animals: { text: string; leaves: number }[] = [
  { text: 'true', leaves: 0 },
  { text: 'true | true', leaves: 0 },
  { text: zoo.orphan, leaves: 1 },
  { text: 'true; (true) & wait', leaves: 0 },
  { text: zoo.setsid, leaves: 1 },
  { text: 'true', leaves: 0 },
  { text: zoo.doubleFork, leaves: 1 },
  // Without the mark, but in the session of its parent.
  { text: 'env -i sh -c "echo pid \\$\\$; exec sleep 300 >/dev/null 2>&1" &', leaves: 1 },
  // Without its streams, and in no hurry to become a daemon.
  { text: '(exec >&- 2>&-; sleep 0.05; exec setsid sleep 300) & exec true', leaves: 0 },
  // Daemons that are still being born when their command has ended.
  { text: 'setsid sh -c "(setsid sh -c \\"(sleep 300) & exit\\" &)" >/dev/null 2>&1 & exit', leaves: 0 },
]

t.test('hundreds of scopes, many at once, some of which leave daemons: nobody is left of any', async t => {
  const bystander = stranger()
  const ids: string[] = []
  const queue = Array.from({ length: 300 }, (_, i) => animals[i % animals.length])
  const worker = async () => {
    for (let animal = queue.pop(); animal !== undefined; animal = queue.pop()) {
      const scope = new ProcessScope({ graceMs: 5_000 })
      ids.push(scope.id)
      const child = scope.spawn('sh', ['-c', animal.text], { stdio: ['ignore', 'pipe', 'ignore'] })
      const exit = ended(child)
      const leavings = animal.leaves > 0 ? (await readPids(child, animal.leaves)).map(identify) : []
      await exit
      const { ended: asked, killed, remaining } = await scope.end()
      if (asked + killed < animal.leaves || remaining.length > 0 || anyAlive(leavings))
        t.fail(`${animal.text}: ${asked} ended, left: ${[...remaining, ...leavings.map(one => one?.pid)]}`)
    }
  }
  await Promise.all(Array.from({ length: 12 }, worker))
  t.same(bearers(ids), [], 'nobody bears the mark of any scope')
  t.equal(bystander.exitCode ?? bystander.signalCode, null, 'strangers are left alone')
  bystander.kill()
})

function bearers(ids: readonly string[]): number[] {
  const read = environmentReader()
  const known = new Set(ids)
  return processTable()
    .entries.filter(({ pid }) => pid !== process.pid)
    .filter(({ pid }) =>
      read(pid, scopeVariable)
        ?.split(':')
        .some(id => known.has(id)),
    )
    .map(({ pid }) => pid)
}
