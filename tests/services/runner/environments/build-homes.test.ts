import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import t from 'tap'
import { findSandbox } from '../../../../services/runner/sandbox/sandbox.ts'
import { runnerRig, sandboxOf } from '../rig.ts'
import { path as npmPath, project as npmProject } from './stand-in-npm.ts'
import { path as uvPath, project as uvProject } from './stand-in-uv.ts'

t.setTimeout(60_000)
const sandbox = await findSandbox('auto', process.env.PATH ?? '')
if (sandbox.kind === 'none' && process.env.CI === 'true') throw new Error(sandbox.reason)

for (const mode of ['none', 'bubblewrap'] as const)
  t.test(
    `a build has a home and temporary files of its own: ${mode}`,
    { skip: mode !== 'none' && sandbox.kind === 'none' ? sandbox.reason : false },
    async t => {
      const root = mkdtempSync(join(tmpdir(), 'runner-'))
      const path = [npmPath, uvPath].join(delimiter)
      const rig = await runnerRig(t, { root, path, sandbox: { ...sandboxOf(root), mode } })
      const build = `mkdir node_modules; ls -A "$HOME" "$TMPDIR" > node_modules/found
        echo "$HOME" > node_modules/home; echo "$TMPDIR" > node_modules/temporary
        echo omit=dev > "$HOME/.npmrc"; touch "$TMPDIR/left"`
      const repository = await rig.repository(npmProject(build, uvProject()))
      const session = await rig.session(repository, { environment: ['uv', 'npm'] })
      t.equal(session.status, 'running', session.failure_json ?? '')
      const told = (name: string) =>
        readFileSync(join(rig.files.worktree(session.id), 'node_modules', name), 'utf8').trim()
      const [home, temporary] = [told('home'), told('temporary')]
      t.equal(told('found'), `${home}:\n\n${temporary}:`, 'both were empty')
      for (const place of [home, temporary]) t.notOk(existsSync(place), 'and are gone')
      t.strictSame(readdirSync(rig.files.home(session.id)), [])
      t.strictSame(readdirSync(rig.files.temporary(session.id)), [])
    },
  )
