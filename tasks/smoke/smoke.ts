import { existsSync, realpathSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { smokeSettings } from '../../config/settings.ts'
import { systemClock } from '../../lib/clock.ts'
import { UserError } from '../../lib/user-error.ts'
import { agentText } from '../../smoke/agents/agent-text.ts'
import { evidenceRoot } from '../../smoke/evidence/collect.ts'
import { type Asked, judgeOptions, type SmokeOptions } from '../../smoke/options.ts'
import { planText } from '../../smoke/plan-text.ts'
import { begin, prepare, type Surroundings } from '../../smoke/prepare.ts'
import { readEnvironment } from '../../smoke/sandbox/environment-file.ts'
import { portsIn } from '../../smoke/sandbox/ports.ts'
import { Steps } from '../../smoke/steps.ts'
import { afterKeeper, afterKeepers, type Waiting } from '../../smoke/workspace/after-keeper.ts'
import { cleanUp, leave, staleWorkspaces } from '../../smoke/workspace/clean-up.ts'
import { workspacesIn } from '../../smoke/workspace/refused-place.ts'
import type { TaskContext } from '../engine/context.ts'
import { readFlags } from './read-flags.ts'
import { runSmoke } from './run-smoke.ts'

/** What a Taskfile says of its smoke. */
export type Declared = {
  /** The module that exports `agentStages`, as `import.meta.resolve` names it; it may be the Taskfile itself, by `import.meta.url`. */
  readonly stages: string
  /** What is cloned unless --source says so, seen from the Taskfile's directory: a checkout of Debug Server, or an address of git. */
  readonly source?: string
}

type SmokeContext = Pick<
  TaskContext,
  'root' | 'rest' | 'scope' | 'signal' | 'log' | 'progress' | 'print' | 'secret'
> & {
  readonly params: Asked
  readonly declared: Declared
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** `task smoke`: plans, cleans up, or runs. */
export async function smoke(context: SmokeContext): Promise<void> {
  const { root, params, rest, declared, environment, signal, log, print } = context
  const options = judgeOptions(await readFlags({ params, rest, smokeArgs: environment.SMOKE_ARGS }))
  const surroundings: Surroundings = {
    root: realpathSync(root),
    cwd: process.cwd(),
    home: realpathSync(homedir()),
    temporary: realpathSync(workspacesIn(realpathSync(tmpdir()))),
    source: declared.source ?? '.',
    stages: declared.stages,
    git: { environment, signal },
  }
  const waiting = { signal, log }
  if (options.cleanupOnly) return await cleanUpOnly(options, surroundings, waiting, print)
  const begun = begin(options, surroundings)
  const agent = agentText(begun.agent)
  if (!options.planOnly) log(`run ${begun.run} with ${agent}, in ${begun.places.workspace}`)
  const ready = async () => {
    await afterKeeper(begun.places, waiting)
    return await prepare(options, begun, surroundings)
  }
  const prepared = await ready().catch((error: unknown) => {
    if (!options.planOnly) print(`smoke refused, before anything was done\n  agent      ${agent}\n`)
    throw error
  })
  const around = { spared: prepared.places.workspace, now: systemClock.now() }
  const stale = staleWorkspaces(surroundings.temporary, { ...around, kept: false })
  const settings = smokeSettings(root, environment).values.smoke
  if (options.planOnly) {
    const names = stale.map(({ workspace }) => workspace)
    const { lowest_port: lowest, highest_port: highest } = settings
    const { places, decision } = prepared
    const isThere = decision.kind === 'reuse' && existsSync(places.environmentFile)
    const facts = {
      ...{ options, stale: names, evidence: evidenceRoot(surroundings.root), range: { lowest, highest } },
      before: isThere ? portsIn(await readEnvironment(places)) : {},
    }
    print(`${planText(prepared, facts)}\n`)
    return
  }
  const steps = new Steps(systemClock.now)
  const evidence = evidenceRoot(surroundings.root)
  await steps.run('clean-up', async () => {
    for (const places of stale)
      try {
        if (await cleanUp(places, evidence)) log(`removed ${places.workspace}, which no run is at work in`)
      } catch (error) {
        log(`${places.workspace} stays, which no run is at work in: ${reasonOf(error)}`)
      }
    for (const places of staleWorkspaces(surroundings.temporary, { ...around, kept: true }))
      await leave(places, evidence, { ends: true }).catch(error =>
        log(`${places.workspace}, which was kept, is not as it should be left: ${reasonOf(error)}`),
      )
  })
  await runSmoke(prepared, {
    ...context,
    ...{ options, surroundings, settings, steps },
  })
}

async function cleanUpOnly(
  { planOnly, ...options }: SmokeOptions,
  surroundings: Surroundings,
  waiting: Waiting,
  print: (text: string) => void,
): Promise<void> {
  const { workspacesNamed, workspacesToClean } = await import('../../smoke/workspace/to-clean.ts')
  const { workspace } = options
  await afterKeepers(workspacesNamed(workspace, surroundings), waiting)
  const all = workspacesToClean(workspace, surroundings, systemClock.now())
  if (all.length === 0)
    print(workspace === undefined ? 'no workspace is left\n' : `nothing is there to remove: ${workspace}\n`)
  for (const places of all) {
    if (!planOnly && !(await cleanUp(places, evidenceRoot(surroundings.root))))
      throw new UserError(`a smoke has begun in ${places.workspace} just now`, {
        fix: 'wait until it has ended',
      })
    print(`${planOnly ? 'would remove' : 'removed'} ${places.workspace}\n`)
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
