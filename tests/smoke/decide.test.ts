import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { type Asked, judgeOptions } from '../../smoke/options.ts'
import { isPhase, type PhaseName, phasesOf } from '../../smoke/phases.ts'
import { contractFields } from '../../smoke/run/structural.ts'
import { type Decision, decide, type Found } from '../../smoke/workspace/decide.ts'
import { refusedPlace, workspacesIn } from '../../smoke/workspace/refused-place.ts'

t.test('what becomes of a place follows from what is there and what was asked for', async t => {
  const table: [Found['kind'], { reuse?: boolean; force?: boolean }, Decision['kind']][] = [
    ['absent', {}, 'make'],
    ['absent', { reuse: true }, 'make'],
    ['empty', {}, 'take'],
    ['empty', { reuse: true }, 'take'],
    ['marked', {}, 'replace'],
    ['marked', { reuse: true }, 'reuse'],
    ['marked', { force: true }, 'replace'],
    ['foreign', {}, 'refuse'],
    ['foreign', { reuse: true }, 'refuse'],
    ['foreign', { force: true }, 'replace'],
    ['no_directory', { force: true }, 'refuse'],
    ['in_use', { reuse: true }, 'refuse'],
    ['in_use', { force: true }, 'refuse'],
  ]
  for (const [kind, { reuse = false, force = false }, expected] of table) {
    const decision = decide({ kind }, { path: '/tmp/here', reuse, force })
    t.equal(decision.kind, expected, `${kind}, reuse ${reuse}, force ${force}`)
    if (decision.kind === 'refuse') t.match(decision, { message: /\/tmp\/here/, fix: /\w/ })
  }
})

t.test('a directory of the system is not replaced, whatever is said', async t => {
  t.match(decide({ kind: 'foreign' }, { path: '/etc', reuse: false, force: true }), {
    kind: 'refuse',
    message: /directory of the system/,
  })
})

t.test('a place that holds something else, or cannot hold sockets, is refused with the reason', async t => {
  const surroundings = {
    home: '/home/me',
    temporary: '/tmp',
    source: '/src/debug-server',
    guarded: ['/home/me/.pm2'],
  }
  const table: [string, RegExp | undefined][] = [
    ['/tmp/smoke', undefined],
    ['/home/me/smoke', undefined],
    ['/mnt/c/smoke', /Windows drive/],
    ['/mnt/C', /Windows drive/],
    ['/mnt/cache/smoke', undefined],
    ['/home/me', /holds \/home\/me/],
    ['/', /holds/],
    ['/src', /holds \/src\/debug-server/],
    ['/tmp', /holds \/tmp/],
    ['/src/debug-server/smoke', /lies in the checkout/],
    ['/home/me/.pm2', /is, holds or lies in \/home\/me\/\.pm2/],
    ['/home/me/.pm2/smoke', /is, holds or lies in/],
    ['/home/me/.pm2-smoke', undefined],
    [`/tmp/${'x'.repeat(60)}`, /has 65 bytes, more than 55/],
  ]
  for (const [path, expected] of table) {
    const refused = refusedPlace(path, surroundings)
    if (expected === undefined) t.equal(refused, undefined, path)
    else t.match(refused, { message: expected, fix: /--workspace/ }, path)
  }
})

t.test('flags that contradict each other are all named, each with what to do', async t => {
  const table: [Asked, RegExp][] = [
    [{ bootstrapOnly: true, skipBootstrap: true, workspace: 'x' }, /leave nothing to do/],
    [{ bootstrapOnly: true, keepWorkspace: false }, /--no-keep-workspace/],
    [{ skipBootstrap: true }, /needs a workspace/],
    [{ skipBootstrap: true, workspace: 'x', reuseWorkspace: false }, /--no-reuse-workspace/],
    [{ skipBootstrap: true, workspace: 'x', forceBootstrap: true }, /contradict each other/],
    [{ restartTimeout: 3_000, restartRetries: 1_000 }, /together are more than 24 days/],
    [{ skipBootstrap: true, workspace: 'x', forceWorkspace: true }, /--force-workspace/],
    [{ forceWorkspace: true }, /nothing to replace/],
    [{ forceWorkspace: true, workspace: 'x', reuseWorkspace: true }, /--reuse-workspace/],
    [{ reuseWorkspace: true }, /nothing to reuse/],
    [{ forceOutdated: true, forceBootstrap: true }, /nothing outdated/],
    [{ agent: 'mcp', model: 'live' }, /--model leads an agent, and --agent names none/],
    [{ agent: 'opencode', model: 'live' }, /--model live is for Codex/],
    [{ agent: 'none', codexHome: '/h' }, /--codex-home is for Codex/],
    [{ codexHome: '/h', model: 'scripted' }, /--codex-home is for a live model/],
    [{ agent: 'mcp', fetchCodex: true }, /--fetch-codex fetches what --agent does not use/],
    [{ codexCli: '/c', fetchCodex: true }, /each name a Codex/],
    [{ agent: 'none', captureDebugTools: true }, /--capture-debug-tools keeps what an agent/],
  ]
  for (const [asked, message] of table)
    t.throws(() => judgeOptions(asked), { name: 'UserError', message, fix: /\w/ }, JSON.stringify(asked))
  t.throws(() => judgeOptions({ skipBootstrap: true, forceBootstrap: true }), {
    message: /needs a workspace[\s\S]*contradict each other/,
  })
})

t.test('what was not said follows from what was', async t => {
  t.match(judgeOptions({}), {
    source: undefined,
    reuse: false,
    keep: undefined,
    testScope: 'structural',
    portKill: true,
  })
  t.match(judgeOptions({ workspace: 'x' }), { reuse: true })
  t.match(judgeOptions({ workspace: 'x', forceWorkspace: true }), { reuse: false }, 'which suffices alone')
  t.match(judgeOptions({ bootstrapOnly: true }), { keep: true })
  t.match(judgeOptions({ codexHome: '/h' }), { model: 'live' })
  t.match(judgeOptions({ restartTimeout: undefined, heartbeatTimeout: 0 }), {
    restartTimeout: 90,
    heartbeatTimeout: 0,
  })
})

t.test(
  'a run has the phases that were asked for, in one order, and always looks outside in the end',
  async t => {
    const before: PhaseName[] = ['clone', 'install', 'bootstrap', 'bundle']
    const rest = (...tests: PhaseName[]): PhaseName[] => [
      ...(['ports', 'client-repository', 'up', 'ready'] as const),
      ...tests,
      ...(['verify-clean', 'confined', 'down', 'untouched'] as const),
    ]
    const of = (wish: Partial<Parameters<typeof phasesOf>[0]>) =>
      phasesOf({
        ...{ bootstraps: true, bootstrapOnly: false, fetchCodex: false, testScope: 'structural', stages: [] },
        signsIn: false,
        ...wish,
      })
    t.same(of({}), [...before, ...rest('structural')])
    t.same(of({ testScope: 'none' }), [...before, ...rest()])
    t.same(of({ testScope: 'full' }), [...before, ...rest('structural', 'full')])
    t.same(of({ bootstraps: false }), rest('structural'))
    t.same(of({ bootstraps: false, fetchCodex: true }), ['fetch-codex', ...rest('structural')])
    t.same(of({ bootstrapOnly: true, signsIn: true, stages: ['look'] }), [...before, 'ports', 'untouched'])
    t.same(of({ testScope: 'full', stages: ['look', 'debug'] }), [
      ...before,
      ...rest('structural', 'agent:look', 'agent:debug', 'full'),
    ])
    t.same(of({ testScope: 'none', signsIn: true, stages: ['look'] }), [
      ...before,
      ...rest('codex-home', 'agent:look'),
    ])
    t.ok(isPhase('agent:look') && isPhase('up') && !isPhase('toString'))
  },
)

t.test(
  'the part of the walk that spoils fields is there under the name by which it is asked for',
  async t => {
    const walk = readFileSync(join(import.meta.dirname, '../..', contractFields.file), 'utf8')
    t.match(walk, `t.test(\`\${name}: ${contractFields.named}\``)
  },
)

t.test('workspaces that nobody has named are made where their paths are short enough', async t => {
  t.equal(workspacesIn('/tmp'), '/tmp')
  t.equal(workspacesIn('/run/user/1000'), '/run/user/1000')
  t.equal(workspacesIn('/var/folders/zz/zyxvpxvq6csfxvn_n0000000000000/T'), '/tmp')
})
