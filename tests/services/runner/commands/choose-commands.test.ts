import t from 'tap'
import { sessionId } from '../../../../services/contract/ids.ts'
import { chooseCommands } from '../../../../services/runner/commands/choose-commands.ts'

const [a, b, c] = [sessionId.create(), sessionId.create(), sessionId.create()]
const names = new Map([
  [a, 'a'],
  [b, 'b'],
  [c, 'c'],
])
const ready = [a, a, a, b, a, b, c].map((session_id, index) => ({ session_id, index }))

for (const [name, running, free, chosen] of [
  ['no slot', [], 0, []],
  ['one slot goes to the oldest', [], 1, ['a0']],
  ['slots go round the sessions', [], 3, ['a0', 'b3', 'c6']],
  ['and round again', [], 5, ['a0', 'b3', 'c6', 'a1', 'b5']],
  ['who runs more waits', [a, a, b], 2, ['c6', 'b3']],
  ['more slots than commands', [], 99, ['a0', 'b3', 'c6', 'a1', 'b5', 'a2', 'a4']],
  ['more running than slots', [a], -1, []],
] as const)
  t.test(name, async t => {
    const found = chooseCommands(ready, running, free)
    t.same(
      found.map(({ session_id, index }) => `${names.get(session_id)}${index}`),
      chosen,
    )
  })
