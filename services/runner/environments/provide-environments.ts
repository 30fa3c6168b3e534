import { mkdir } from 'node:fs/promises'
import type { SessionFailure } from '../../contract/session-state.ts'
import { condemnEnvironment } from '../../store/environment-transitions.ts'
import { environmentChoiceOf, type SessionJoined } from '../../store/rows.ts'
import type { RunnerContext } from '../context.ts'
import { discardDirectory } from '../discard-directory.ts'
import type { GitOutcome } from '../git/git.ts'
import { publicMessage } from '../git/public-message.ts'
import { chooseManagers } from './choose-managers.ts'
import { fileName } from './managers/manager.ts'
import { obtainEnvironment } from './obtain-environment.ts'
import { placeModules } from './place-modules.ts'
import { type EnvironmentPlan, planEnvironment } from './plan-environment.ts'

export type Provided = { readonly ok: true } | { readonly ok: false; readonly failure: SessionFailure }

/**
 * Has a session that is starting, and has its worktree, have the environments that it is to have. Can be repeated: what is
 * there is found, what is being built is waited for. Nothing of the repository has run in the worktree yet.
 */
export async function provideEnvironments(
  context: RunnerContext,
  session: SessionJoined,
  signal: AbortSignal,
): Promise<Provided> {
  const { store, files, lease } = context
  const wanted = environmentChoiceOf(session)
  if (wanted[0] === 'none') return { ok: true }
  const listed = await listFiles(context, session, signal)
  if (!listed.ok) return failed(listed.message)
  const chosen = chooseManagers(wanted, new Set(listed.paths))
  if (!chosen.ok) return failed(chosen.message)
  const plans: EnvironmentPlan[] = []
  for (const manager of chosen.managers) {
    const planned = await planEnvironment(context, session, manager, listed.paths)
    if (!planned.ok) return failed(planned.message)
    plans.push(planned.plan)
  }
  lease.require()
  await mkdir(files.stages(session.id), { recursive: true, mode: 0o700 })
  const outcomes = await allOf(
    plans.map((plan, position) => obtainEnvironment(context, session, plan, position, signal)),
  )
  for (const [index, { manager, files: staged }] of plans.entries()) {
    const outcome = outcomes[index]
    if (outcome?.ok === false)
      return failed(
        `the environment of ${manager.name} could not be built: ${outcome.message}${hint(session)}`,
      )
    if (outcome === undefined || manager.copiesModules !== true) continue
    const manifests = staged.map(({ path }) => path).filter(path => fileName(path) === 'package.json')
    const placed = await placeModules(context, session.id, outcome.id, manifests, signal)
    if (placed.ok) continue
    if (placed.damaged) await condemnEnvironment(store, outcome.id)
    const message = placed.message.replaceAll(files.root, '…')
    return failed(`the environment of ${manager.name} could not be copied: ${message}`)
  }
  await discardDirectory(context, files.stages(session.id), session.id)
  return { ok: true }
}

const hint = ({ offline }: SessionJoined): string =>
  offline === 1 ? '\nThe session is offline: nothing can be fetched in it.' : ''

/** All of them, also where one throws: none goes on unseen. */
async function allOf<T>(work: readonly Promise<T>[]): Promise<T[]> {
  const settled = await Promise.allSettled(work)
  return settled.map(one => {
    if (one.status === 'rejected') throw one.reason
    return one.value
  })
}

/** What git knows of in the worktree, and what a patch has added; but not what that has deleted, which git knows of still. */
async function listFiles(
  { git, files }: RunnerContext,
  { id }: SessionJoined,
  signal: AbortSignal,
): Promise<{ ok: true; paths: readonly string[] } | { ok: false; message: string }> {
  const list = (...which: string[]) =>
    git.run(['-C', files.worktree(id), 'ls-files', '-z', ...which], { signal })
  const [all, deleted] = await Promise.all([
    list('--cached', '--others', '--exclude-standard'),
    list('--deleted'),
  ])
  for (const listed of [all, deleted])
    if (listed.kind !== 'done')
      return { ok: false, message: `its files cannot be listed: ${publicMessage(listed.stderr, files.root)}` }
  const pathsOf = (listed: GitOutcome) => new Set(listed.kind === 'done' ? listed.stdout.split('\0') : [])
  return { ok: true, paths: [...pathsOf(all).difference(pathsOf(deleted))].filter(Boolean) }
}

const failed = (message: string): Provided => ({
  ok: false,
  failure: { reason: 'environment_failed', message },
})
