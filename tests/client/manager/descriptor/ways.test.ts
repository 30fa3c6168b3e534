import t from 'tap'
import { entrySchema } from '../../../../client/manager/descriptor/entry.ts'
import { type Provenance, waysOf } from '../../../../client/manager/descriptor/ways.ts'

const registry: Provenance = { kind: 'registry' }
const given: Provenance = { kind: 'given' }
const catalog: Provenance = { kind: 'catalog', directory: 'catalogues' }

const npm = (identifier: string, version?: string, more: object = {}) => ({
  packages: [{ registryType: 'npm', identifier, version, ...more }],
})

type Refusal = [why: string, entry: object, provenance: Provenance, reason: RegExp]
const refusals: readonly Refusal[] = [
  ['an address', npm('https://example.org/x.tgz'), registry, /is no name of a package/],
  ['a git repository', npm('git+ssh://git@example.org/x.git'), given, /is no name of a package/],
  ['a shorthand of one', npm('someone/thing'), catalog, /is no name of a package/],
  ['an alias', npm('x@npm:other'), registry, /is no name of a package/],
  ['a flag', npm('--registry=https://example.org'), registry, /is no name of a package/],
  ['what a shell would do', npm('x; touch /tmp/y'), registry, /is no name of a package/],
  ['a path upwards', npm('../../x'), registry, /is no name of a package/],
  ['a directory, by a registry', npm('file:./x'), registry, /only a catalogue within this workspace/],
  ['a directory, by who asks', npm('file:./x'), given, /only a catalogue within this workspace/],
  [
    'a directory, by a catalogue elsewhere',
    npm('file:./x'),
    { kind: 'catalog', directory: undefined },
    /only a catalogue within this workspace/,
  ],
  ['a version that is an address', npm('x', 'https://example.org/x.tgz'), registry, /is no version/],
  ['a version with a flag', npm('x', '1.0.0 --force'), registry, /is no version/],
  [
    'another registry of packages',
    npm('x', '1.0.0', { registryBaseUrl: 'https://npm.example.org' }),
    registry,
    /of another registry than npm's/,
  ],
  ['a package that listens', npm('x', '1.0.0', { transport: { type: 'sse' } }), registry, /serves sse/],
  [
    'an image',
    { packages: [{ registryType: 'oci', identifier: 'example/x:1' }] },
    registry,
    /the manager runs none/,
  ],
  [
    'what nobody knows',
    { packages: [{ registryType: 'cargo', identifier: 'x' }] },
    registry,
    /those of npm and pypi/,
  ],
  [
    'a package of pypi that floats',
    { packages: [{ registryType: 'pypi', identifier: 'x', version: '>=1' }] },
    registry,
    /one exact version/,
  ],
  ['a program, by a registry', { program: { command: 'sh' } }, registry, /may not name programs/],
  ...['NODE_OPTIONS', 'PATH', 'UV_INDEX_URL', 'ld_preload', 'npm_config_registry', 'https_proxy'].map(
    (name): Refusal => [
      `a package of a name that is trusted, with ${name}`,
      npm('x', '1.0.0', { environmentVariables: [{ name, value: 'anything' }] }),
      registry,
      /a registry may not set it/,
    ],
  ),
  [
    'one that a registry sets where nobody says otherwise',
    npm('x', '1.0.0', { environmentVariables: [{ name: 'NODE_OPTIONS', default: '--require /tmp/x.js' }] }),
    registry,
    /is to be started with NODE_OPTIONS/,
  ],
  ...['http://127.0.0.1:2375/', 'HTTP://localhost/mcp', '{base}/mcp', 'x{base}/mcp'].map(
    (url): Refusal => [
      `an address of this machine, by a registry: ${url}`,
      {
        remotes: [
          { type: 'streamable-http', url, variables: { base: { default: 'http://127.0.0.1:2375' } } },
        ],
      },
      registry,
      /addresses of https alone/,
    ],
  ),
  ['a transport of no kind', { remotes: [{ type: 'ws', url: 'wss://x' }] }, registry, /does not speak/],
]

t.test('what cannot be gone is refused, each with its reason', t => {
  for (const [why, entry, provenance, reason] of refusals) {
    const [way] = waysOf(entrySchema.parse({ name: 'org.example/x', ...entry }), provenance)
    t.match(way, { refused: reason }, why)
  }
  t.end()
})

t.test('ways stand in the order of the entry, and versions are told apart', t => {
  const entry = entrySchema.parse({
    name: 'org.example/x',
    packages: [
      ...npm('@scope/x', '1.2.3').packages,
      ...npm('x', '^1').packages,
      ...npm('x').packages,
      { registryType: 'pypi', identifier: 'x', version: '1.2' },
      ...npm('file:./x').packages,
    ],
    remotes: [
      { type: 'streamable-http', url: 'https://example.org/mcp' },
      { type: 'sse', url: 'https://example.org/sse' },
    ],
    program: { command: 'x' },
  })
  t.match(waysOf(entry, catalog), [
    { kind: 'program' },
    { npm: { name: '@scope/x', version: { kind: 'exact', version: '1.2.3' } } },
    { npm: { version: { kind: 'floating', range: '>=1.0.0 <2.0.0-0' } } },
    { npm: { version: { kind: 'floating', range: 'latest' } } },
    { kind: 'uvx', name: 'x', version: '1.2' },
    { npm: { from: 'directory', base: 'catalogues', path: './x' } },
    { kind: 'remote', transport: 'http' },
    { kind: 'remote', transport: 'sse' },
  ])
  t.end()
})

t.test('what who installs it says of it is theirs to say, and a catalogue of theirs may say more', t => {
  const ways = (entry: object, provenance: Provenance) =>
    waysOf(entrySchema.parse({ name: 'org.example/x', ...entry }), provenance)
  const variables = (...inputs: object[]) => npm('x', '1.0.0', { environmentVariables: inputs })
  t.match(ways(variables({ name: 'NODE_OPTIONS' }, { name: 'NODE_ENV', value: 'production' }), registry), [
    { kind: 'npm' },
  ])
  t.match(ways(variables({ name: 'NODE_OPTIONS', value: '--no-warnings' }), catalog), [{ kind: 'npm' }])
  const remote = (url: string) => ({
    remotes: [{ type: 'streamable-http', url, variables: { base: { isRequired: true } } }],
  })
  t.match(ways(remote('{base}/mcp'), registry), [{ kind: 'remote' }])
  t.match(ways(remote('http://127.0.0.1:8080/mcp'), catalog), [{ kind: 'remote' }])
  t.match(ways(remote('http://127.0.0.1:8080/mcp'), given), [{ kind: 'remote' }])
  t.end()
})
