import { randomBytes } from 'node:crypto'
import { existsSync, realpathSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { UserError } from '../lib/user-error.ts'
import { type Chosen, chooseAgent } from './agents/choose-agent.ts'
import type { CodexHome } from './agents/codex-mirror.ts'
import type { Git } from './git.ts'
import { guardedPlaces } from './guard/guard.ts'
import type { SmokeOptions } from './options.ts'
import { type PhaseName, phasesOf } from './phases.ts'
import { readEnvironment } from './sandbox/environment-file.ts'
import { firstTokenFile } from './sandbox/first-token.ts'
import { faultInPorts } from './sandbox/ports.ts'
import { withoutCredentials } from './sandbox/secrets.ts'
import type { AgentSetting } from './setting.ts'
import { commitAt, commitOf, commitsBehind, readSource, type Source } from './source.ts'
import { loadStages, stagesIn } from './stages/agent-stages.ts'
import type { Stage } from './stages/stage.ts'
import { type Decision, decide } from './workspace/decide.ts'
import { look } from './workspace/look.ts'
import { codexIn, type Places, placesIn, prefix } from './workspace/places.ts'
import { refusedPlace } from './workspace/refused-place.ts'

export type Surroundings = {
  /** The checkout that the harness runs from. */
  readonly root: string
  readonly cwd: string
  readonly home: string
  readonly temporary: string
  /** What is cloned unless something else was asked for, seen from `root`. */
  readonly source: string
  /** The module that declares the stages of agents. */
  readonly stages: string
  readonly git: Git
}

/** What a run is going to do, and where. Whatever speaks against it has been found by now, and nothing was changed. */
export type Prepared = {
  /** What the run is called. */
  readonly run: string
  readonly places: Places
  readonly decision: Exclude<Decision, { kind: 'refuse' }>
  readonly source: Source
  readonly phases: readonly PhaseName[]
  readonly stages: readonly Stage[]
  readonly agent: AgentSetting
  /** Where a live model is what leads Codex. */
  readonly codexHome: CodexHome | undefined
  readonly keep: boolean
}

/** What a run has before anything is looked at: a name, a place, and who does its stages. */
export type Begun = Chosen & { readonly run: string; readonly places: Places }

export function begin(options: SmokeOptions, surroundings: Surroundings): Begun {
  const { cwd, home, git } = surroundings
  const places = placesIn(placeFor(options.workspace, surroundings))
  const around = { cwd, home, environment: git.environment, fetched: codexIn(places) }
  return { ...chooseAgent(options, around), places, run: randomBytes(4).toString('hex') }
}

export async function prepare(
  options: SmokeOptions,
  { run, places, agent, codexHome }: Begun,
  surroundings: Surroundings,
): Promise<Prepared> {
  const { root, cwd, git } = surroundings
  const asked = { source: options.source ?? surroundings.source, revision: options.revision }
  const source = await readSource(asked, options.source === undefined ? root : cwd, git)
  refuseWrongPlace(places, surroundings, source)
  const declared = await loadStages(surroundings.stages)
  const decision = decide(look(places), {
    path: places.workspace,
    reuse: options.reuse,
    force: options.forceWorkspace,
  })
  if (decision.kind === 'refuse') throw new UserError(decision.message, { fix: decision.fix })
  const { clone, client } = places
  const all = stagesIn(surroundings.stages, declared, { run, clone, client, node: process.execPath })
  const stages = agent.kind === 'none' ? [] : all
  const bootstraps = await mustBootstrap(options, places, decision, source, git)
  return {
    ...{ run, places, decision, source, stages, agent, codexHome },
    phases: phasesOf({
      ...options,
      bootstraps,
      signsIn: codexHome !== undefined,
      stages: stages.map(({ name }) => name),
    }),
    keep: options.keep ?? decision.kind === 'reuse',
  }
}

/** Real, so that what is found in /proc and told by git can be compared with it. */
const placeFor = (workspace: string | undefined, { cwd, temporary }: Surroundings): string =>
  workspace === undefined
    ? join(temporary, `${prefix}${randomBytes(4).toString('hex')}`)
    : realPath(resolve(cwd, workspace))

function refuseWrongPlace(
  { workspace: path }: Places,
  { home, temporary, root, git }: Surroundings,
  source: Source,
): void {
  const checkouts = [root, ...(source.kind === 'checkout' ? [source.path] : [])]
  const guarded = guardedPlaces(home, git.environment).flatMap(one => [one, realPath(resolve(one))])
  for (const checkout of checkouts) {
    const refusal = refusedPlace(path, { home, temporary, source: checkout, guarded })
    if (refusal !== undefined) throw new UserError(refusal.message, { fix: refusal.fix })
  }
}

/** Of what is not there yet, that of the nearest directory above that is. */
function realPath(path: string): string {
  if (existsSync(path)) return realpathSync(path)
  const above = dirname(path)
  return above === path ? path : join(realPath(above), basename(path))
}

async function mustBootstrap(
  options: SmokeOptions,
  places: Places,
  decision: Decision,
  source: Source,
  git: Git,
): Promise<boolean> {
  const { skipBootstrap, forceBootstrap, bootstrapOnly, forceOutdated } = options
  const missing = decision.kind === 'reuse' ? missingIn(places) : 'all that an earlier run leaves'
  if (skipBootstrap && missing !== undefined)
    throw new UserError(`${places.workspace} cannot be used without bootstrapping it: it lacks ${missing}`, {
      fix: `leave --skip-bootstrap out, or make it: npx task smoke --workspace ${places.workspace} --bootstrap-only`,
    })
  if (skipBootstrap) {
    const fault = faultInPorts(await readEnvironment(places))
    if (fault !== undefined)
      throw new UserError(`${places.environmentFile} cannot be used as it is: ${fault}`, {
        fix: 'leave --skip-bootstrap out to have ports chosen',
      })
  }
  if (missing !== undefined || forceBootstrap || bootstrapOnly) return true
  if (!forceOutdated) {
    const other = await otherThan(source, places.clone, git)
    if (other !== undefined)
      throw new UserError(`the clone in ${places.workspace} is ${other}`, {
        fix: 'add --force-bootstrap to clone it anew, or --force-outdated to use it as it is',
      })
  }
  return false
}

/** How a clone that is used again differs from what is to be tried. It may be ahead, as of a --revision that is older. */
export async function otherThan(source: Source, clone: string, git: Git): Promise<string | undefined> {
  const head = await commitOf(git, clone, 'HEAD')
  const wanted = source.kind === 'checkout' ? source.revision : await wantedOf(source, clone, head, git)
  if (head === wanted) return undefined
  const behind = source.kind === 'checkout' ? await commitsBehind(source, head, git) : 0
  if (source.kind === 'checkout' && behind > 0) return `${behind} commit(s) behind ${source.path}`
  return `at ${head.slice(0, 12)}, not at ${wanted.slice(0, 12)}, which is to be tried`
}

/** What an address has now. A commit that is named is looked for in the clone alone: no address is asked for those. */
async function wantedOf(
  source: Extract<Source, { kind: 'address' }>,
  clone: string,
  head: string,
  git: Git,
): Promise<string> {
  const { revision } = source
  if (revision !== undefined && /^[\da-f]{7,64}$/.test(revision) && head.startsWith(revision)) return head
  try {
    return (await commitAt(source, git, clone)) ?? String(revision ?? 'HEAD')
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    throw new UserError(withoutCredentials(error.message), {
      fix: 'add --force-outdated to use the clone as it is, whatever its source has by now',
    })
  }
}

/** What a workspace has once its bootstrap is over. */
function missingIn(places: Places): string | undefined {
  const needed = [
    ['its clone', join(places.clone, '.git')],
    ['what the clone installs', join(places.clone, 'node_modules')],
    ["the clone's first token", firstTokenFile(places)],
    ['its starter bundle', join(places.clone, '.artifacts', 'mcp', 'servers.toml')],
    ['sandbox.env', places.environmentFile],
  ] as const
  return needed.find(([, path]) => !existsSync(path))?.[0]
}
