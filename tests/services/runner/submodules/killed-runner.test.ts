import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import t from 'tap'
import { submodulesOf } from '../../../../services/store/rows.ts'
import { until } from '../../../until.ts'
import { gitDaemon, silentServer } from '../git-daemon.ts'
import { commit, git } from '../rig.ts'
import { killRunner, spawnRunner } from '../spawn-runner.ts'
import { headOf, nameSubmodules, servedRig, statusOf } from './submodule-rig.ts'

t.setTimeout(200_000)

t.test(
  'a runner that is killed in the middle of a fetch leaves nothing, and the next one completes it',
  async t => {
    const { rig, urlOf } = await servedRig(t)
    const inner = rig.origin({ 'inner.txt': 'inner\n' })
    const silent = await silentServer(t)
    const url = `git://127.0.0.1:${silent.port}/${inner.split('/').at(-1)}`
    const origin = rig.origin()
    nameSubmodules(origin, { path: 'inner', url, commit: headOf(inner) })
    const repository = await rig.repository(urlOf(origin))
    await rig.stop()
    const child = await spawnRunner(rig)
    t.teardown(() => killRunner(child))
    const fetching = once(silent.server, 'connection')
    const id = await rig.createSession(repository)
    await fetching
    const submodules = () => readdirSync(rig.files.submodulesOf(repository.id))
    t.match(submodules(), [/^[0-9a-f]{64}\.git\.[0-9a-f]+$/], 'it has only begun')
    await killRunner(child)
    silent.cutConnections()
    silent.server.close()
    await gitDaemon(t, rig.root, silent.port)
    await rig.start()
    const session = await rig.settled(id)
    t.match(session, { status: 'running', failure_json: null })
    t.match(await statusOf(rig, session), /^ [0-9a-f]{40} inner .*\n$/)
    t.match(submodules(), [/^[0-9a-f]{64}\.git$/])

    await t.test('what a git that was killed had begun to write is not taken for the whole', async t => {
      const next = commit(inner, { 'inner.txt': 'next\n' })
      git(origin, 'update-index', '--cacheinfo', `160000,${next},inner`)
      git(origin, 'commit', '--quiet', '--message', 'Move it')
      const [{ mirror } = { mirror: '' }] = submodulesOf(session)
      const directory = rig.files.submodule(repository.id, mirror)
      // The commit alone, without its tree.
      const input = execFileSync('git', ['cat-file', 'commit', next], { cwd: inner })
      execFileSync('git', ['hash-object', '-t', 'commit', '-w', '--stdin'], { cwd: directory, input })
      const later = await rig.session(repository)
      t.match(later, { status: 'running', failure_json: null })
      const row = await rig.run(later, 'cat inner/inner.txt && git -C inner fsck --full')
      t.equal(rig.stdout(row), 'next\n')
      t.match(row, { status: 'succeeded' })
      await until('nothing else is there', () => submodules().length === 1)
    })
  },
)
