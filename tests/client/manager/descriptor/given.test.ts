import t from 'tap'
import { givenEntry } from '../../../../client/manager/descriptor/given.ts'
import { isPackageName, versionIn } from '../../../../client/manager/descriptor/package-name.ts'
import { serverNameFor } from '../../../../client/manager/descriptor/server-name.ts'
import { serverName } from '../../../../config/mcp/schema.ts'

t.test('a server in few words is one in many', t => {
  t.match(givenEntry({ name: 'x', command: 'node', args: ['x.js'], env: { A: '1' } }), {
    ok: true,
    options: { A: '1' },
    entry: { program: { command: 'node', args: ['x.js'], environmentVariables: [{ name: 'A' }] } },
  })
  t.match(givenEntry({ name: 'x', transport: 'sse', url: 'https://x', headers: { B: '$C' } }), {
    ok: true,
    options: { B: '$C' },
    entry: { remotes: [{ type: 'sse', url: 'https://x', headers: [{ name: 'B' }] }] },
  })
  t.end()
})

t.test('what is called as a secret is one, in few words, too', t => {
  const secretsOf = (given: ReturnType<typeof givenEntry>) =>
    given.ok
      ? [...(given.entry.program?.environmentVariables ?? []), ...(given.entry.remotes[0]?.headers ?? [])]
          .filter(({ isSecret }) => isSecret)
          .map(({ name }) => name)
      : []
  const names = (all: readonly string[]) => Object.fromEntries(all.map(name => [name, 'x']))
  const variables = ['WEATHER_API_KEY', 'GITHUB_TOKEN', 'DB_PASSWORD', 'apikey', 'AWS_SECRET_ACCESS_KEY']
  const others = ['MAX_TOKENS', 'SORT_KEY', 'KEYBOARD', 'TOKENIZER', 'MODE']
  t.same(secretsOf(givenEntry({ name: 'x', command: 'x', env: names([...variables, ...others]) })), variables)
  const headers = ['Authorization', 'X-Api-Key', 'Cookie']
  t.same(
    secretsOf(givenEntry({ name: 'x', url: 'https://x', headers: names([...headers, 'X-Mode']) })),
    headers,
  )
  t.end()
})

t.test('what is no description is refused, with the place', t => {
  for (const [given, reason] of [
    [null, /expected object/],
    [{ name: 'x' }, /names no package, address or program/],
    [{ name: '../x', command: 'x' }, /^name: /],
    [{ name: 'x', command: 'x', url: 'https://x' }, /either command or url/],
    [{ name: 'x', url: 'https://x', args: [] }, /args belongs to command/],
    [{ name: 'x', command: 'x', transport: 'sse' }, /does not go with command/],
    [{ name: 'x', command: 'x\ny' }, /program.command/],
    [{ name: 'x', command: 'x', surprise: 1 }, /surprise|nrecognized/],
    [{ name: 'x', packages: Array(17).fill({ registryType: 'npm', identifier: 'x' }) }, /^packages/],
  ] as const)
    t.match(givenEntry(given), { ok: false, reason }, JSON.stringify(given).slice(0, 80))
  t.end()
})

t.test('names and versions', t => {
  for (const good of ['x', '@a/b', 'a.b-c_d']) t.ok(isPackageName(good), good)
  for (const bad of ['', '.', '..', 'a/b', '@a', '@a/../b', 'A', 'a b', 'a@1', 'file:x', '-x', '~x'])
    t.notOk(isPackageName(bad), bad)
  t.same(versionIn('v1.2.3'), { kind: 'exact', version: '1.2.3' })
  t.match(versionIn('next'), { kind: 'floating', range: 'next' })
  t.equal(versionIn('1 || file:x'), undefined)
  t.end()
})

t.test('what a server is called here is always a name that it may have', t => {
  for (const [name, expected] of [
    ['io.github.user/My.Weather-Server', 'my_weather_server'],
    ['org.example/7zip', 'zip'],
    ['---', 'server'],
    ['org.example/__proto__', 'proto'],
    [`x/${'long-'.repeat(20)}`, 'long_long_long_long_long_long_lo'],
  ] as const) {
    t.equal(serverNameFor(name), expected)
    t.ok(serverName.safeParse(serverNameFor(name)).success, name)
  }
  t.end()
})
