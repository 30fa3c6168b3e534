import fc from 'fast-check'
import t from 'tap'
import { entrySchema } from '../../../../client/manager/descriptor/entry.ts'
import type { Options } from '../../../../client/manager/descriptor/options.ts'
import { serverTable } from '../../../../client/manager/descriptor/server-table.ts'
import { isRefused, waysOf } from '../../../../client/manager/descriptor/ways.ts'
import { reference } from '../../../../client/manager/descriptor/written.ts'
import { expand } from '../../../../config/expand.ts'

function tableOf(entry: object, options: Options = {}) {
  const [way] = waysOf(entrySchema.parse({ name: 'org.example/x', ...entry }), { kind: 'given' })
  if (way === undefined || isRefused(way)) throw new Error(way?.refused ?? 'no way')
  return serverTable(way, options, 'program')
}

const withPackage = (more: object) => ({
  packages: [{ registryType: 'npm', identifier: 'x', version: '1.0.0', ...more }],
})

t.test('arguments and variables become what the gateway is told', t => {
  const entry = withPackage({
    packageArguments: [
      { type: 'positional', value: 'serve' },
      { type: 'named', name: '--root', isRequired: true },
      { type: 'named', name: '--verbose', value: '' },
      { type: 'named', name: '--tag', isRepeated: true },
      { type: 'positional', valueHint: 'directory', default: '/srv' },
      { type: 'positional', valueHint: 'left out' },
    ],
    environmentVariables: [
      { name: 'MODE', choices: ['a', 'b'] },
      { name: 'KEY', isSecret: true, isRequired: true },
      { name: 'NOBODY_SAYS' },
    ],
  })
  t.same(tableOf(entry, { '--root': '/x', '--tag': ['one', 'two'], MODE: 'b', KEY: '$MY_KEY' }), {
    ok: true,
    table: {
      command: 'program',
      args: ['serve', '--root', '/x', '--verbose', '--tag', 'one', '--tag', 'two', '/srv'],
      env: { MODE: 'b', KEY: reference('MY_KEY') },
    },
  })
  t.end()
})

t.test('everything that is wrong with the options is told together', t => {
  const entry = withPackage({
    packageArguments: [{ type: 'named', name: '--root', isRequired: true, description: 'where it looks' }],
    environmentVariables: [
      { name: 'KEY', isSecret: true, isRequired: true },
      { name: 'TOKEN', isSecret: true },
      { name: 'MODE', choices: ['fast', 'slow'] },
    ],
  })
  const options = { TOKEN: 'hunter2', MODE: 'fsat', MOED: 'x', ...JSON.parse('{ "__proto__": "y" }') }
  t.match(tableOf(entry, options), {
    ok: false,
    problems: [
      'the option "--root" is missing: where it looks',
      /"KEY" is missing \(a secret: name the variable/,
      /"TOKEN" is a secret, which is never written down/,
      /"MODE" is one of: fast, slow; did you mean "fast"/,
      /there is no option "MOED"; did you mean "MODE"/,
      /there is no option "__proto__"/,
    ],
  })
  t.notMatch(JSON.stringify(tableOf(entry, { TOKEN: 'hunter2' })), /hunter2/)
  t.end()
})

t.test('what a catalogue says is literal, wherever the gateway puts variables', t => {
  const evil = '$HOME $TOKEN $(id) `id`; rm -rf / && x | y > z'
  const { program } = entrySchema.parse({
    name: 'x',
    program: { command: evil, args: [evil], environmentVariables: [{ name: 'A', value: evil }] },
  })
  const made = tableOf({ program })
  t.ok(made.ok)
  const { command = '', args = [], env = {} } = made.ok && 'command' in made.table ? made.table : {}
  for (const text of [command, ...args, env.A ?? ''])
    t.same(expand(text, { HOME: '/root', TOKEN: 'secret' }), { text: evil })
  t.match(tableOf({ program: { command: 'x', args: ['~/.ssh/id_rsa'] } }), { problems: [/begins with "~"/] })
  t.end()
})

t.test('whatever an entry says, nothing of this machine is put into it', t => {
  const text = fc.string({ maxLength: 12 }).map(one => one.replaceAll(/\p{Cc}/gu, '').replace(/^~/, ''))
  const spiced = fc
    .tuple(text, fc.constantFrom('$HOME', '$', '$$', '~', '{x}', '"', "'", '\\'))
    .map(all => all.join(''))
  const environment = { HOME: '/root', TOKEN: 'secret' }
  fc.assert(
    fc.property(fc.array(spiced, { minLength: 1, maxLength: 4 }), spiced, (args, value) => {
      const command = 'x'
      const made = tableOf({ program: { command, args, environmentVariables: [{ name: 'A', value }] } })
      if (!made.ok) return made.problems.every(one => one.includes('begins with "~"'))
      if ('url' in made.table) return false
      const filled = [...made.table.args, made.table.env?.A ?? ''].map(one => expand(one, environment))
      return [...args, value].every((one, at) => Object(filled[at]).text === one)
    }),
  )
  t.end()
})

t.test('addresses and headers, with what they need to be told', t => {
  const remote = (url: string, more: object = {}) => ({
    remotes: [{ type: 'streamable-http', url, ...more }],
  })
  const secret = { value: 'Bearer {token}', variables: { token: { isSecret: true, isRequired: true } } }
  const headers = [
    { name: 'Authorization', ...secret },
    { name: 'X-Cost', value: '$5' },
  ]
  t.same(tableOf(remote('https://example.org/mcp', { headers }), { token: '$TICKETS' }), {
    ok: true,
    table: {
      url: 'https://example.org/mcp',
      transport: 'http',
      headers: { Authorization: `Bearer ${reference('TICKETS')}`, 'X-Cost': '$$5' },
    },
  })
  const tenant = remote('https://{tenant}.example.org/mcp', { variables: { tenant: { isRequired: true } } })
  t.match(tableOf(tenant, { tenant: 'mine' }), { table: { url: 'https://mine.example.org/mcp' } })
  t.match(tableOf(tenant, { tenant: 'evil.example/x?' }), { problems: [/would change the address/] })
  t.match(tableOf(tenant), { problems: [/"tenant" is missing/] })
  const whole = remote('{base}/mcp', { variables: { base: {} } })
  t.match(tableOf(whole, { base: 'https://example.org' }), { table: { url: 'https://example.org/mcp' } })
  for (const [url, reason] of [
    ['http://example.org/mcp', /only https is offered/],
    ['file:///etc/passwd', /only https is offered/],
    ['https://user:secret@example.org/mcp', /may not hold a name or a password/],
    ['nonsense', /is no address/],
  ] as const)
    t.match(tableOf(remote(url)), { ok: false, problems: [reason] }, url)
  t.match(tableOf(remote('http://127.0.0.1:8080/mcp')), { ok: true })
  for (const name of ['Host', 'Content-Length', 'a b', 'x:y'])
    t.match(tableOf(remote('https://example.org', { headers: [{ name, value: 'x' }] })), { ok: false }, name)
  t.end()
})
