import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import t, { type Test } from 'tap'
import { readMcp } from '../../../config/mcp/read.ts'
import { mcpSchema } from '../../../config/mcp/schema.ts'
import { namedVariables } from '../../../config/named-variables.ts'
import { problemText } from '../../../config/problem.ts'

type Files = { readonly shipped?: string; readonly local?: string; readonly overlay?: string }

async function read(t: Test, { shipped, local, overlay }: Files) {
  const root = await mkdtemp(join(tmpdir(), 'mcp-config-'))
  t.teardown(() => rm(root, { recursive: true, force: true }))
  const files = {
    'config/mcp.toml': shipped,
    'config/mcp.local.toml': local,
    '.artifacts/mcp/servers.toml': overlay,
  }
  for (const [name, text] of Object.entries(files)) {
    if (text === undefined) continue
    await mkdir(resolve(root, name, '..'), { recursive: true })
    await writeFile(join(root, name), text)
  }
  const told = readMcp(root)
  return told.ok ? { settings: told.settings } : { problems: told.problems.map(problemText) }
}

t.test('what is shipped can be read, and shows the defaults of the gateway', async t => {
  const told = readMcp(resolve(import.meta.dirname, '../../..'))
  t.match(told, { ok: true, settings: { servers: { 'debug-server': { builtin: 'debug-server' } } } })
  t.ok(told.ok)
  if (told.ok)
    for (const table of ['gateway', 'manager'] as const)
      t.same(told.settings[table], mcpSchema.parse({})[table])
})

t.test(
  'a table of the local file takes the place of the shipped one, keys of the gateway one by one',
  async t => {
    const { settings } = await read(t, {
      shipped:
        '[gateway]\nclients = 5\nprocesses = 6\n[servers.a]\ncommand = "x"\nargs = ["1"]\n[servers.b]\nurl = "http://b"',
      local: '[gateway]\nclients = 7\n[servers.a]\ncommand = "y"',
      overlay: '[servers.c]\ncommand = "z"',
    })
    t.match(settings, { gateway: { clients: 7, processes: 6 } })
    t.same(Object.keys(settings?.servers ?? {}), ['a', 'b', 'c'])
    t.match(settings?.servers.a, { command: 'y', args: [] })
  },
)

const faults: readonly [what: string, files: Files, problems: readonly string[]][] = [
  [
    'unknown keys, with what was meant',
    { shipped: '[gatway]\n[servers.a]\ncomand = "y"\n[servers.a.tools.x]\nhiden = true' },
    [
      'config/mcp.toml:5: unknown key servers.a.tools.x.hiden; did you mean hidden?',
      'config/mcp.toml:3: unknown key servers.a.comand; did you mean command?',
      'config/mcp.toml:1: unknown key gatway; did you mean gateway?',
    ],
  ],
  [
    'values that may not stand there, secrets not shown',
    { local: '[servers.a]\ncommand = "x"\nshare = "all"\nenv = { TOKEN = 5 }' },
    [
      'config/mcp.local.toml:4: servers.a.env.TOKEN = ****: expected a text',
      'config/mcp.local.toml:3: servers.a.share = "all": expected "shared", "client" or "session"',
    ],
  ],
  [
    'names that are none',
    { shipped: '[servers.Files]\ncommand = "x"' },
    [
      'config/mcp.toml:1: the name "Files": expected a name of small letters and digits, parts of it joined by "-" or "_"',
    ],
  ],
  [
    'what is missing',
    { shipped: '[servers.q]\n[composites.c]\ndescription = "x"\n[composites.c.operations.o]\nserver = "q"' },
    ['config/mcp.toml:4: composites.c.operations.o.tool is missing: expected a text that is not empty'],
  ],
  [
    'two ways to one server, and none',
    {
      shipped:
        '[servers.a]\ncommand = "x"\nurl = "http://a"\n[servers.b]\n[servers.c]\nurl = "http://c"\nargs = ["1"]',
    },
    [
      'config/mcp.toml:1: servers.a has command and url: give one of them',
      'config/mcp.toml:4: servers.b says not what to start or reach: give command, url or builtin',
      'config/mcp.toml:7: servers.c.args says nothing here: it belongs to command',
    ],
  ],
  [
    'tools that would have one name, both named',
    {
      shipped:
        '[servers.a]\ncommand = "x"\ntools.b_c.title = "x"\n[servers.a_b]\ncommand = "y"\ntools.C.title = "x"',
    },
    [
      'config/mcp.toml:6: servers.a_b.tools.C and servers.a.tools.b_c would both be the tool a_b_C; rename one',
    ],
  ],
  [
    'servers whose addresses would be the same',
    { shipped: '[servers.a_b]\ncommand = "x"\n[servers.a-b]\ncommand = "x"' },
    ['config/mcp.toml:3: the servers "a_b" and "a-b" differ in a hyphen alone; rename one'],
  ],
  [
    'operations of no server, and words for two',
    {
      shipped:
        '[servers.files]\ncommand = "x"\n[composites.c]\ndescription = "x"\n[composites.c.operations.read]\nserver = "fils"\ntool = "x"\naliases = ["Cat"]\n[composites.c.operations.cat]\nserver = "files"\ntool = "x"',
    },
    [
      'config/mcp.toml:6: composites.c.operations.read: there is no server "fils"; did you mean "files"?',
      'config/mcp.toml:9: composites.c.operations.cat: "cat" stands for read as well',
    ],
  ],
  [
    'an overlay that would override what a person wrote',
    {
      shipped: '[servers.a]\ncommand = "x"',
      overlay: '[servers.a]\ncommand = "y"\n[gateway]\nclients = 3\n[manager]\nregistry = ""',
    },
    [
      '.artifacts/mcp/servers.toml:1: servers.a is there already, in config/mcp.toml:1; give this one another name',
      '.artifacts/mcp/servers.toml:4: gateway.clients belongs in config/mcp.local.toml',
      '.artifacts/mcp/servers.toml:6: manager.registry belongs in config/mcp.local.toml',
    ],
  ],
  [
    'a builtin that would act for everybody as whoever came first',
    { shipped: '[servers.debug-server]\nbuiltin = "debug-server"' },
    [
      'config/mcp.toml:1: servers.debug-server.share: this builtin acts for who calls it; give "client" or "session"',
    ],
  ],
  [
    'no TOML',
    { shipped: '[servers' },
    ['config/mcp.toml:1:9: cannot be read as TOML: the file ends too early\n      [servers'],
  ],
]

for (const [what, files, problems] of faults)
  t.test(`refused: ${what}`, async t => t.same((await read(t, files)).problems, problems))

t.test('the variables that servers need are known, so that the proxy is given them', async t => {
  const root = await mkdtemp(join(tmpdir(), 'mcp-config-'))
  t.teardown(() => rm(root, { recursive: true, force: true }))
  await mkdir(join(root, 'config'))
  const text =
    '[servers.a]\ncommand = "x"\nargs = ["$ONE", "$$no"]\npass_env = ["TWO"]\nenv = { A = "$THREE" }\n'
  await writeFile(
    join(root, 'config/mcp.local.toml'),
    `${text}[servers.b]\nurl = "http://b"\nheaders = { A = "$FOUR" }`,
  )
  t.same(namedVariables(root, {}), ['TWO', 'ONE', 'THREE', 'FOUR'])
  await writeFile(join(root, 'config/mcp.local.toml'), '[servers.a]')
  t.same(namedVariables(root, {}), [])
})
