import { writeFileSync } from 'node:fs'
import t, { type Test } from 'tap'
import { type Clone, makeClone } from '../../end-to-end/clone.ts'
import { traces } from '../traces.ts'

t.setTimeout(240_000)

const findingsOf = (stdout: string): { what: string; verdict: string; fix?: string }[] => JSON.parse(stdout)
const verdictsOf = (stdout: string) => new Map(findingsOf(stdout).map(({ what, verdict }) => [what, verdict]))

/** No conda is looked for, and nothing is downloaded. */
const environment = { DEBUG_SERVER__ENVIRONMENT__MANAGER: 'none' }

async function checkLeavesNoTrace(t: Test, clone: Clone, words: string[]) {
  const before = traces(clone.root)
  const home = traces(clone.home)
  const checked = await clone.task(words, environment)
  t.same(traces(clone.root), before, `${words.join(' ')} leaves the clone as it is`)
  t.same(traces(clone.home), home, 'and the home')
  return checked
}

t.test('check writes nothing, not even a directory, in a fresh clone and in a used one', async t => {
  const clone = makeClone(t)
  await t.test('fresh: what is not made yet is a warning', async t => {
    const { code, stdout } = await checkLeavesNoTrace(t, clone, ['check', '--json'])
    t.equal(code, 0)
    t.match(
      verdictsOf(stdout),
      new Map([
        ['configuration', 'ok'],
        ['store', 'warning'],
        ['administrator token', 'warning'],
      ]),
    )
    const table = await checkLeavesNoTrace(t, clone, ['bootstrap', '--check'])
    t.equal(table.code, 0)
    t.match(table.stdout, /^ok +configuration /)
    t.match((await checkLeavesNoTrace(t, clone, ['bootstrap', '--check', '--json'])).stdout, /^\[\n/)
  })
  await t.test('used: nothing failed, nothing is missing but a client’s token', async t => {
    t.equal((await clone.task(['bootstrap'], environment)).code, 0)
    const { code, stdout } = await checkLeavesNoTrace(t, clone, ['check', '--json'])
    t.equal(code, 0)
    t.same(
      findingsOf(stdout)
        .filter(({ verdict }) => verdict !== 'ok')
        .map(({ what }) => what),
      ['token variable'],
    )
  })
  await t.test('with what is wrong: each fault is told with its fix, and the exit code is 1', async t => {
    writeFileSync(clone.path('.artifacts/secrets/admin-token'), 'lost\n')
    writeFileSync(clone.path('.git/index.lock'), '')
    writeFileSync(
      clone.path('config/bootstrap.local.toml'),
      'required_binaries = ["git", "no-such-a", "no-such-b"]\n[repository]\ndefault_branch = "trunk"\n',
    )
    const { code, stdout, stderr } = await checkLeavesNoTrace(t, clone, ['check', '--json'])
    t.equal(code, 1)
    const faults = findingsOf(stdout).filter(({ verdict }) => verdict !== 'ok')
    t.match(faults.map(({ what }) => what).sort(), [
      'administrator token',
      'default branch',
      'programs',
      'repository lock',
      'token variable',
    ])
    t.ok(faults.every(({ fix }) => fix !== undefined))
    t.match(stderr, /not in order: programs, administrator token/)
    writeFileSync(clone.path('config/bootstrap.local.toml'), 'nonsense = 1\n')
    const wrong = await checkLeavesNoTrace(t, clone, ['check', '--json'])
    t.equal(wrong.code, 1)
    t.match(findingsOf(wrong.stdout), [{ what: 'configuration', verdict: 'failed' }])
  })
})
