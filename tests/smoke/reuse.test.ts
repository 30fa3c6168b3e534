import { execFileSync, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, globSync, mkdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join, resolve } from 'node:path'
import t from 'tap'
import { otherThan } from '../../smoke/prepare.ts'
import { until } from '../until.ts'
import { commit } from './fake-source.ts'
import { room, write } from './room.ts'
import { smokeRig } from './smoke-rig.ts'

t.setTimeout(280_000)

t.test('two at once, one of which cleans up, do not disturb each other', async t => {
  const rig = smokeRig(t)
  const first = rig.start('--test-scope', 'none')
  await until('the first has moved in', () => globSync(join(rig.temporary, '*/clone')).length > 0)
  const second = await rig.run('--test-scope', 'none')
  t.equal(second.code, 0, second.stderr)
  t.match(await first.ended, { code: 0 })
  t.same(rig.left(), [])
})

t.test('a clone of an address is looked at against what that has now', async t => {
  const [source, clone] = [join(room(t), 'source'), join(room(t), 'clone')]
  write(join(source, 'file'), 'a')
  commit(source, 'one')
  const run = (...words: string[]) => execFileSync('git', words, { cwd: source, encoding: 'utf8' }).trim()
  run('clone', '--quiet', source, clone)
  const one = run('rev-parse', 'HEAD')
  run('-c', 'user.name=t', '-c', 'user.email=t@example.org', 'tag', '-a', '-m', 'first', 'v1')
  const git = { environment: { PATH: process.env.PATH, HOME: '/nonexistent' } }
  const other = (revision?: string, address = `file://${source}`) =>
    otherThan({ kind: 'address', address, revision }, clone, git)
  for (const same of [undefined, 'main', 'v1', one.slice(0, 10)])
    t.equal(await other(same), undefined, `${same}`)
  write(join(source, 'file'), 'b')
  commit(source, 'two')
  const two = run('rev-parse', 'HEAD')
  for (const same of ['v1', one]) t.equal(await other(same), undefined, `${same} is where it was`)
  const expected = `at ${one.slice(0, 12)}, not at ${two.slice(0, 12)}, which is to be tried`
  for (const moved of [undefined, 'main']) t.equal(await other(moved), expected, `${moved}`)
  t.match(await other('no-such'), /not at no-such, which is to be tried/)
  await t.rejects(other(undefined, 'file:///nowhere/to/be/found'), {
    name: 'UserError',
    message: /git ls-remote failed/,
    fix: /--force-outdated/,
  })
})

t.test(
  'a workspace that was bootstrapped is used again, with its ports, and refused once it is behind',
  async t => {
    const rig = smokeRig(t)
    const workspace = join(rig.temporary, 'mine')
    mkdirSync(workspace)
    t.match(await rig.run('--workspace', workspace, '--bootstrap-only'), { code: 0 })
    t.ok(existsSync(join(workspace, 'clone/.artifacts/secrets/admin-token')))
    const byHand = spawnSync(
      process.execPath,
      [resolve(import.meta.dirname, '../../tasks/cli.mjs'), '-f', join(workspace, 'Taskfile.ts'), 'install'],
      {
        cwd: rig.home,
        env: { PATH: process.env.PATH, HOME: rig.home, TMPDIR: rig.temporary, PM2_HOME: '/mine' },
        encoding: 'utf8',
      },
    )
    t.match(byHand, { status: 0, stderr: /task 1\.0\.0 .*\/mine\/home no home of PM2/ })
    t.match(await rig.run('--workspace', workspace, '--bootstrap-only'), { code: 0 })
    const plan = await rig.run('--workspace', workspace, '--plan-only')
    t.match(plan.stdout, /used again; kept/)
    t.match(plan.stdout, /\nports +\d+ for the proxy, \d+ for the API\n/)
    t.match(plan.stdout, /\nflags +--test-scope structural --restart-timeout 90 .*--port-kill\n/)
    t.notMatch(plan.stdout, /Bootstrap the clone/)
    const file = join(workspace, 'sandbox.env')
    const environment = readFileSync(file, 'utf8')
    const skipping = ['--workspace', workspace, '--skip-bootstrap', '--test-scope', 'none']
    write(file, environment.replace(/^DEBUG_SERVER__API__PORT=.*\n/m, ''))
    t.match(await rig.run(...skipping), {
      code: 1,
      stderr: /mine\/sandbox\.env cannot be used as it is: it has no DEBUG_SERVER__API__PORT/,
    })
    write(file, environment)
    const port = Number(/^DEBUG_SERVER__PROXY__PORT=(\d+)$/m.exec(environment)?.[1])
    const stranger = createServer(socket => socket.end()).listen(port, '127.0.0.1')
    await once(stranger, 'listening')
    t.match(await rig.run(...skipping), { code: 1 })
    const inUse = new RegExp(
      `^port ${port}, which sandbox.env has for the proxy, is in use by pid ${process.pid} `,
    )
    t.match(rig.summary().failed, { phase: 'ports', reason: inUse })
    t.equal(stranger.listening, true)
    stranger.close()
    const again = await rig.run(
      ...['--workspace', workspace, '--skip-bootstrap', '--test-scope', 'none', '--pm2-kill'],
    )
    t.equal(again.code, 0, again.stderr)
    t.match(rig.evidence('phases/up.log'), /the fake stack is down/)
    const later = await rig.run('--workspace', workspace, '--plan-only', '--no-port-kill')
    t.ok(later.stdout.includes(`ports        ${port} for the proxy, `), 'its ports stay')
    t.match(later.stdout, /\nflags .*--no-port-kill\n/)
    t.notMatch(again.stderr, /\d +clone +started/)
    t.ok(existsSync(workspace))
    write(join(rig.source, 'later.txt'), 'later')
    commit(rig.source, 'later')
    const behind = await rig.run('--workspace', workspace, '--test-scope', 'none')
    t.match(behind, { code: 1, stderr: /is 1 commit\(s\) behind[\s\S]*--force-outdated/ })
    t.match(await rig.run('--workspace', workspace, '--force-outdated', '--plan-only'), { code: 0 })
    t.match(await rig.run('--workspace', workspace, '--force-bootstrap', '--bootstrap-only'), { code: 0 })
    t.match(await rig.run('--workspace', workspace, '--revision', 'HEAD~1', '--plan-only'), {
      code: 1,
      stderr: /is at [\da-f]{12}, not at [\da-f]{12}[\s\S]*--force-bootstrap/,
    })
    t.match(await rig.run('--cleanup-only', '--workspace', workspace), { code: 0, stdout: /removed .*mine/ })
    t.same(rig.left(), [])
  },
)
