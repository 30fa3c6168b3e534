import { mkdir, readFile, realpath, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { operationNames, operations } from '../../../client/manager/operations/operations.ts'
import { cli, temporary } from '../cli/rig.ts'
import { blocksOf } from '../guide.ts'

t.setTimeout(120_000)

const guide = await readFile(new URL('../../../docs/mcp-servers.md', import.meta.url), 'utf8')

t.test('the catalogue and the commands of the guide do what it says', async t => {
  const root = await realpath(await temporary(t))
  await mkdir(join(root, 'config'))
  await writeFile(join(root, 'config/mcp.toml'), '[manager]\nregistry = ""\n')
  await writeFile(join(root, 'catalogue.toml'), blocksOf(guide, 'toml')[0] ?? '')
  const weather = {
    name: 'io.github.example/weather',
    remotes: [
      {
        type: 'streamable-http',
        url: 'https://weather.example.org/mcp',
        headers: [{ name: 'API_KEY', isSecret: true, isRequired: true }],
      },
    ],
  }
  await writeFile(join(root, 'weather.json'), JSON.stringify([weather]))
  const environment = { PATH: process.env.PATH ?? '', HOME: root, DEBUG_SERVER_HOME: join(root, 'home') }
  const run = (args: readonly string[]) => cli(args, { root, directory: root, environment })
  for (const name of ['catalogue.toml', 'weather.json'])
    t.match(await run(['mcp-server', 'refresh', name]), { code: 0, stderr: '' })
  const commands = (blocksOf(guide, 'sh')[0] ?? '').trim().split('\n')
  const answers = []
  for (const command of commands) {
    const [, , ...words] = command.replaceAll("'", '').split(' ')
    answers.push(await run(words))
  }
  const [discovered, listed, installed, removed] = answers
  t.match(discovered, { code: 0 })
  t.match(JSON.parse(listed?.stdout ?? '').details.servers, [
    { name: 'org.example/tickets', options: [{ name: 'token', secret: true }] },
    { name: 'org.example/notes', transport: 'stdio' },
    { name: 'io.github.example/weather' },
  ])
  t.match(installed, { code: 0, stdout: /^\+url = "https:\/\/weather\.example\.org\/mcp"$/m })
  t.match(removed, { code: 1, stderr: /no server "weather" is installed/ })
})

t.test('the guide tells every operation with its parameters, and the form of answers', t => {
  for (const name of operationNames) {
    const [, row = ''] = new RegExp(`^\\| \`${name}( [^|]*)?\` +\\|`, 'm').exec(guide) ?? []
    t.same(
      row.match(/[a-z_]+/g)?.filter(word => word !== 'or') ?? [],
      Object.keys(operations[name].input.shape),
      name,
    )
  }
  t.same(Object.keys(JSON.parse(blocksOf(guide, 'json')[0] ?? '')), [
    ...['status', 'details', 'files_updated', 'commands_run', 'warnings', 'errors'],
  ])
  t.end()
})
