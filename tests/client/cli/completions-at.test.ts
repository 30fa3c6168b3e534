import t from 'tap'
import { completionsAt, type Typed } from '../../../client/cli/completion/completions-at.ts'
import type { NamedKind } from '../../../client/cli/completion/known-values.ts'
import { leaves } from '../../../client/cli/leaves.ts'
import { sessionStatuses } from '../../../services/contract/session-state.ts'

/** What may stand behind these words, of which the last is at the cursor; `<sessions>` for names that are asked for. */
async function at(...words: string[]) {
  let asked: Typed | undefined
  const { candidates, filesFrom } = await completionsAt(words, words.length - 1, async (named, typed) => {
    asked = typed
    return [{ text: `<${named}>` }]
  })
  return { texts: candidates.map(({ text }) => text), filesFrom, asked }
}

t.test('commands, then what stands at their places', async t => {
  const tops = new Set(leaves().map(({ path: [top] }) => top))
  t.same(new Set((await at('')).texts), tops)
  t.same((await at('session', 'st')).texts.includes('stop'), true)
  const table: readonly [words: readonly string[], named: NamedKind][] = [
    [['session', 'get', ''], 'sessions'],
    [['--json', 'session', 'get', 's'], 'sessions'],
    [['--profile', 'work', 'session', 'get', ''], 'sessions'],
    [['command', 'get', ''], 'commands'],
    [['command', 'run', ''], 'sessions'],
    [['command', 'run', '@last', '--after', ''], 'commands'],
    [['artifact', 'download', ''], 'artifacts'],
    [['debug', 'status', '@last', '--debug', ''], 'debug sessions'],
    [['environment', 'delete', ''], 'environments'],
    [['repository', 'fetch', ''], 'repositories'],
    [['session', 'create', '--repository', ''], 'repositories'],
    [['token', 'revoke', ''], 'tokens'],
    [['user', 'show', ''], 'users'],
    [['artifact', 'download', ''], 'artifacts'],
    [['artifact', 'download', '@last', ''], 'artifact paths'],
    [['profile', 'use', ''], 'profiles'],
    [['mcp-server', 'install', ''], 'discovered MCP servers'],
    [['mcp-server', 'remove', ''], 'installed MCP servers'],
    [['--profile', ''], 'profiles'],
    [['server', 'init', '--json', '--profile', ''], 'profiles'],
  ]
  for (const [words, named] of table) t.same((await at(...words)).texts, [`<${named}>`], words.join(' '))
})

t.test('values that are known, and files', async t => {
  t.same((await at('session', 'list', '--status', '')).texts, sessionStatuses)
  t.ok((await at('session', 'list', '--status=')).texts.includes('--status=running'))
  t.same((await at('completions', '')).texts, ['bash', 'zsh', 'fish'])
  t.ok((await at('token', 'create', 'ci', '--scopes', '')).texts.includes('sessions:read'))
  t.ok((await at('mcp-server', 'discover', '--preset', '')).texts.includes('database'))
  t.match(await at('session', 'create', '--patch', ''), { texts: ['@working-tree', '-'], filesFrom: 0 })
  t.match(await at('session', 'create', '--patch=x'), { filesFrom: '--patch='.length })
  t.match(await at('artifact', 'download', 'art_0', '--output', ''), { texts: [], filesFrom: 0 })
  t.match(await at('--ca', ''), { filesFrom: 0 })
  for (const words of [
    ['serve', '--config'],
    ['register', 'maria', '--invite'],
    ['login', 'maria', '--password'],
    ['agent', 'install'],
    ['mcp-server', 'refresh'],
    ['mcp-server', 'install', '--descriptor'],
  ])
    t.match(await at(...words, ''), { filesFrom: 0 }, words.join(' '))
  t.match(await at('repository', 'add', ''), { filesFrom: 0 })
  t.same((await at('session', 'create', '--commit', '')).texts, [])
})

t.test('flags that can still be given', async t => {
  const flags = (await at('session', 'create', '--follow', '--command', 'make', '--')).texts
  for (const flag of ['--command', '--patch', '--no-wait', '--json', '--help'])
    t.ok(flags.includes(flag), flag)
  t.notOk(flags.includes('--follow'), 'one that counts once')
  t.ok((await at('session', 'get', '@last', '')).texts.includes('--wait'), 'behind the last place')
  t.same((await at('command', 'run', '@last', '--', '')).texts, [], 'nothing of what another program takes')
  t.same((await at('nonsense', '')).texts, [])
})

t.test('what was typed decides whom to ask, and about which session', async t => {
  const { asked } = await at('--base-url', 'http://x', 'command', 'run', 'ses_1', '--insecure', '--after', '')
  t.equal(asked?.flags.get('--base-url'), 'http://x')
  t.equal(asked?.flags.get('--insecure'), true)
  t.equal(asked?.places.get('session'), 'ses_1')
})
