import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
import { findExecutable } from '../../../../services/runner/commands/find-executable.ts'
import { environmentsOf } from '../../../../services/store/environments.ts'
import { until } from '../../../until.ts'
import { type RunnerRig, runnerRig, type Tree, write } from '../rig.ts'
import { packageIndex } from './package-index.ts'

t.setTimeout(300_000)

/** Where the gate puts pnpm and yarn, of which a host seldom has both. */
const path = [process.env.DEBUG_SERVER_PACKAGE_MANAGERS, process.env.PATH].filter(Boolean).join(delimiter)

/** How each of them makes its lock file. */
const managers = {
  npm: { lock: 'package-lock.json', words: ['install', '--package-lock-only', '--no-audit'] },
  pnpm: { lock: 'pnpm-lock.yaml', words: ['install', '--lockfile-only'] },
  yarn: { lock: 'yarn.lock', words: ['install', '--ignore-scripts', '--non-interactive'] },
} as const
type Name = keyof typeof managers

/** That the package's script may run, as pnpm 10 wants to be told, and those after it. */
const allowed = 'onlyBuiltDependencies:\n  - answers\nallowBuilds:\n  answers: true\n'

/**
 * A project with one dependency, which has an install script, and one member of its workspace; its own scripts end badly.
 * With the lock file that the manager makes of it.
 */
async function project(t: Test, name: Name): Promise<Tree> {
  const index = await packageIndex(t)
  index.module('answers', 'module.exports = 42', {
    postinstall: 'node -e "fs.writeFileSync(\'installed.txt\', process.cwd())"',
  })
  const manifest = {
    ...{ name: 'demo', version: '1.0.0', private: true, workspaces: ['packages/*'] },
    scripts: { preinstall: 'exit 3', postinstall: 'exit 4', prepare: 'exit 5' },
    dependencies: { answers: '1.0.0', member: name === 'pnpm' ? 'workspace:*' : '1.0.0' },
  }
  const member = { name: 'member', version: '1.0.0', main: 'member.js', scripts: { postinstall: 'exit 6' } }
  const files: Tree = {
    '.npmrc': `registry=${index.registry}\n`,
    '.gitignore': 'node_modules/\n',
    'package.json': JSON.stringify(manifest),
    'packages/member/package.json': JSON.stringify(member),
    'packages/member/member.js': 'module.exports = "a member"\n',
    'app.js': 'console.log(require("answers"), require("member"))\n',
    ...(name === 'pnpm' ? { 'pnpm-workspace.yaml': `packages:\n  - packages/*\n${allowed}` } : {}),
  }
  const { lock, words } = managers[name]
  const directory = mkdtempSync(join(tmpdir(), 'locking-'))
  t.teardown(() => rmSync(directory, { recursive: true, force: true }))
  write(directory, { ...files, 'package.json': JSON.stringify({ ...manifest, scripts: {} }) })
  // Not in one go: the registry answers from this process.
  await promisify(execFile)(name, words, {
    ...{
      cwd: directory,
      env: { PATH: path, HOME: directory, YARN_CACHE_FOLDER: join(directory, 'cache') },
      timeout: 60_000,
    },
  })
  return { ...files, [lock]: readFileSync(join(directory, lock)) }
}

const start = async (rig: RunnerRig, repository: Awaited<ReturnType<RunnerRig['repository']>>) => {
  const id = await rig.createSession(repository, { environment: ['auto'] })
  return await until('it to settle', () => rig.settled(id).catch(() => undefined), 200_000)
}

for (const name of Object.keys(managers) as Name[]) {
  const found = await findExecutable(name, path, '/')
  t.test(
    `${name}: each session has node_modules of its own, made once`,
    { skip: found.found ? false : found.message },
    async t => {
      const rig = await runnerRig(t, { path })
      const repository = await rig.repository(await project(t, name))
      const session = await start(rig, repository)
      t.equal(session.status, 'running', session.failure_json ?? '')
      const [environment] = await environmentsOf(rig.store, session.id)
      t.equal(environment?.manager, name)
      const ran = await rig.run(session, ['node', 'app.js'])
      t.equal(rig.stdout(ran), '42 a member\n', rig.stderr(ran))
      const worktree = rig.files.worktree(session.id)
      t.ok(existsSync(join(worktree, 'node_modules/answers/installed.txt')), 'scripts of packages ran')
      t.equal(rig.stdout(await rig.run(session, ['git', 'status', '--porcelain'])), '')

      if (name === 'pnpm') {
        const again = await rig.run(session, 'pnpm install --frozen-lockfile --ignore-scripts')
        t.match(rig.stdout(again), /Already up to date/, 'it finds all that it needs')
        t.equal(again.status, 'succeeded')
      }

      // What one session changes, in its packages or in its own code, is its own.
      const change = 'echo "module.exports = 43" > node_modules/answers/index.js'
      await rig.run(session, `${change}; echo "module.exports = 'changed'" > packages/member/member.js`)
      t.equal(rig.stdout(await rig.run(session, ['node', 'app.js'])), '43 changed\n')
      const other = await start(rig, repository)
      t.strictSame(await environmentsOf(rig.store, other.id), [environment])
      t.equal(rig.stdout(await rig.run(other, ['node', 'app.js'])), '42 a member\n')
    },
  )
}
