import t from 'tap'
import { SecretMask } from '../../../../lib/secret-mask.ts'
import { longestValue } from '../../../../services/contract/debug-resources.ts'
import { maskedText } from '../../../../services/runner/debug/record/masked-value.ts'
import { messageOf } from '../../../../services/runner/debug/said.ts'
import { WorktreePaths } from '../../../../services/runner/debug/worktree-paths.ts'

const mask = new SecretMask(['hunter2-hunter2'])
const said = (body: unknown) =>
  messageOf(body, new WorktreePaths('/work', () => false), { now: () => 0 }, text => maskedText(text, mask))

t.test('of a secret that stands where a message is cut nothing is told', async t => {
  const before = 'x'.repeat(longestValue - 5)
  t.match(said({ output: `${before}hunter2-hunter2\n` }), { text: `${before}*****`, truncated: true })
})

t.test('what nobody is to read is no message', async t => {
  for (const body of [{ output: '' }, { category: 'telemetry', output: 'x' }, { output: 1 }, null])
    t.equal(said(body), undefined)
  t.match(said({ output: 'x\r\n', source: { path: '/work/a.py' }, line: 3 }), {
    ...{ category: 'console', text: 'x', truncated: false, file: 'a.py', line: 3 },
  })
})
