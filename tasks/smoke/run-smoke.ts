import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import type { SmokeSettings } from '../../config/schema.ts'
import { writeAtomically } from '../../lib/atomic-file.ts'
import { systemClock } from '../../lib/clock.ts'
import { scopeVariable } from '../../lib/processes/process-scope.ts'
import { removeTree } from '../../lib/remove-tree.ts'
import { UserError } from '../../lib/user-error.ts'
import { agentText } from '../../smoke/agents/agent-text.ts'
import { secretsOf, writeMirror } from '../../smoke/agents/codex-mirror.ts'
import { longestRunMs } from '../../smoke/deadlines.ts'
import { evidenceRoot, makeEvidence, pruneEvidence } from '../../smoke/evidence/collect.ts'
import { conclude, recordsIn } from '../../smoke/evidence/conclude.ts'
import type { Finding, Summary } from '../../smoke/evidence/summary.ts'
import {
  guardedPlaces,
  isAsSaved,
  opencodePlaces,
  type Snapshots,
  saveSnapshots,
  takeSnapshots,
} from '../../smoke/guard/guard.ts'
import { inTime } from '../../smoke/in-time.ts'
import type { SmokeOptions } from '../../smoke/options.ts'
import type { PhaseName } from '../../smoke/phases.ts'
import type { Prepared, Surroundings } from '../../smoke/prepare.ts'
import { beforeFile, untouched } from '../../smoke/run/untouched.ts'
import { sandboxEnvironment } from '../../smoke/sandbox/environment.ts'
import { readEnvironment, writeEnvironment } from '../../smoke/sandbox/environment-file.ts'
import { firstToken } from '../../smoke/sandbox/first-token.ts'
import { membersOf } from '../../smoke/sandbox/members.ts'
import { portsIn, portVariables } from '../../smoke/sandbox/ports.ts'
import { processText } from '../../smoke/sandbox/process-text.ts'
import { endGroup, joining, makeRunGroup } from '../../smoke/sandbox/run-group.ts'
import { secretsIn } from '../../smoke/sandbox/secrets.ts'
import { type Setting, writeSetting } from '../../smoke/setting.ts'
import { startKeeper } from '../../smoke/workspace/keeper.ts'
import { moveIn } from '../../smoke/workspace/move-in.ts'
import { removeWorkspace } from '../../smoke/workspace/remove.ts'
import type { TaskContext } from '../engine/context.ts'

type Running = Pick<TaskContext, 'scope' | 'signal' | 'log' | 'progress' | 'print' | 'secret'> & {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly options: SmokeOptions
  readonly surroundings: Surroundings
  readonly settings: SmokeSettings['smoke']
}

/** How long what comes after the phases may take to look once more whether all is as it was. */
const lastLookMs = 30_000

/** How long keeping the evidence may take, and removing the workspace. */
const concludingMs = 120_000
const removingMs = 180_000

/** What the phases have said last, and how long that may take to arrive. */
const lastLines = 20
const restMs = 1_000

/**
 * One run: moves into the workspace, has the phases run there by the engine, and then, however that went, ends what is left,
 * keeps the evidence and moves out. Where this process is killed, a keeper moves out for it.
 */
export async function runSmoke(prepared: Prepared, running: Running): Promise<void> {
  const { run, places, phases, keep, source, agent, codexHome } = prepared
  const { scope, signal, log, print, options, surroundings, settings } = running
  const started = systemClock.now()
  const secrets = secretsIn([
    ...Object.values(running.environment),
    ...(source.kind === 'address' ? [source.address] : []),
  ])
  if (codexHome !== undefined) secrets.push(...secretsOf(codexHome))
  for (const secret of secrets) running.secret(secret)
  const mark = scope.id
  await using keeper = startKeeper(places.workspace, {
    ...{ run, mark },
    keep,
    evidence: evidenceRoot(surroundings.root),
  })
  void keeper
  const made = await makeRunGroup(run)
  if (made.kind === 'none') log(`the run has no control group: ${made.reason}`)
  const group = made.kind === 'group' ? made.directory : undefined
  await using ending = { [Symbol.asyncDispose]: endAll }
  void ending
  using lock = await moveIn(prepared, {
    ...{ run, mark, group, now: new Date(started), endsFormer: options.portKill },
    evidence: evidenceRoot(surroundings.root),
  })
  void lock
  const findings: Finding[] = []
  let bug: unknown
  let ended: { readonly summary: Summary; readonly evidence: string }
  let fault: string | undefined
  try {
    ended = await runThere()
  } catch (error) {
    print(`smoke failed, and its evidence is not whole\n  agent      ${agentText(agent)}\n`)
    throw error
  } finally {
    fault = await moveOut()
  }
  const { summary, evidence } = ended
  print(resultText(summary, evidence, agentText(agent)))
  signal.throwIfAborted()
  if (bug !== undefined) throw bug
  if (summary.outcome === 'failed') throw failure(summary, evidence, agentText(agent))
  if (fault !== undefined)
    throw new UserError(fault, { fix: `npx task smoke --cleanup-only --workspace ${places.workspace}` })

  /** Whatever is left of the run. */
  async function endAll(): Promise<void> {
    await scope.end()
    if (group !== undefined && !(await endGroup(group))) log(`${group} cannot be taken away`)
  }

  /** Why the workspace is not left as it should be, where that is so: what the run was like is told all the same. */
  async function moveOut(): Promise<string | undefined> {
    const work: Promise<unknown> = keep ? removeTree(places.codexHome) : removeWorkspace(places)
    try {
      const stays = await inTime(removingMs, 'removing it', work)
      if (typeof stays === 'string') log(stays)
      return undefined
    } catch (error) {
      const told = `${places.workspace} is not as it should be left: ${reasonOf(error)}`
      log(told)
      return told
    }
  }

  async function runThere() {
    const evidence = await makeEvidence(surroundings.root, new Date(started), run)
    await pruneEvidence(surroundings.root, settings.keep_evidence, new Date(started))
    log(`evidence: ${evidence}`)
    try {
      const { setting, before } = await setUp(prepared, running, { run, mark, group, evidence })
      if (source.kind === 'checkout' && source.uncommitted > 0)
        log(`${source.uncommitted} uncommitted change(s) of ${source.path} are not tested`)
      const fault = await runPhases(prepared, running, setting)
      if (fault !== undefined && !signal.aborted) findings.push({ phase: 'phases', reason: fault })
      await look(setting, before)
    } catch (error) {
      if (!signal.aborted) findings.push({ phase: 'start', reason: reasonOf(error) })
      if (!(error instanceof UserError)) bug = error
    }
    await endAll()
    const summary = await inTime(
      concludingMs,
      'keeping the evidence',
      conclude({
        ...{ run, places, evidence, findings, secrets, log, revision: source.revision, kept: keep },
        source: source.kind === 'checkout' ? source.path : source.address,
        ...{ started: new Date(started), ended: new Date(systemClock.now()) },
        stopped: signal.aborted ? 'cancelled' : undefined,
      }),
    )
    return { summary, evidence }
  }

  /** What the phases cannot say, for they did not come to it, or are over. */
  async function look(setting: Setting, before: Snapshots): Promise<void> {
    if (signal.aborted) return
    const records = await recordsIn(setting.evidence)
    const outcomeOf = (phase: PhaseName) => records.find(({ name }) => name === phase)?.outcome
    const left = new Set([...(await scope.survivors()), ...membersOf(setting).map(({ pid }) => pid)])
    // Where it did not come to "down", what is left is what that would have ended.
    if (left.size > 0 && (!phases.includes('down') || outcomeOf('down') === 'passed'))
      findings.push({ phase: 'down', reason: `processes are left: ${[...left].map(processText).join(', ')}` })
    const seen = outcomeOf('untouched')
    const isAsWritten = isAsSaved(beforeFile(places), before)
    if (!isAsWritten)
      findings.push({ phase: 'untouched', reason: `${beforeFile(places)} is not as it was written` })
    if (isAsWritten && (seen === 'passed' || seen === 'failed')) return
    await endAll()
    try {
      await untouched({ places, setting, log, signal: AbortSignal.timeout(lastLookMs) }, before)
    } catch (error) {
      findings.push({ phase: 'untouched', reason: reasonOf(error) })
    }
  }
}

/** Writes down all that the phases, and whoever looks into the workspace, have to know. */
async function setUp(
  { places, phases, source, agent, codexHome }: Prepared,
  { environment, options, surroundings, settings, signal }: Running,
  { run, mark, group, evidence }: Pick<Setting, 'run' | 'mark' | 'group' | 'evidence'>,
): Promise<{ readonly setting: Setting; readonly before: Snapshots }> {
  const { home } = surroundings
  const before = existsSync(places.environmentFile) ? portsIn(await earlier()) : {}
  const sandbox = sandboxEnvironment(
    places,
    { environment, home, nodeDirectory: dirname(process.execPath), exists: existsSync },
    run,
  )
  await writeEnvironment(places, {
    ...sandbox,
    ...(before.proxy === undefined ? {} : { [portVariables.proxy]: String(before.proxy) }),
    ...(before.api === undefined ? {} : { [portVariables.api]: String(before.api) }),
  })
  const checkout = source.kind === 'checkout' ? source.path : undefined
  const { root } = surroundings
  const own = existsSync(join(root, '.git')) ? [root] : []
  const checkouts = [...new Set([...own, ...(checkout === undefined ? [] : [checkout])])]
  // Git refuses checkouts of other users, and these were named.
  const safe = checkouts.flatMap(path => [path, `${path}/.git`])
  await writeFile(
    join(places.home, '.gitconfig'),
    `[safe]\n${safe.map(path => `\tdirectory = ${JSON.stringify(path)}\n`).join('')}`,
  )
  const guarded = {
    checkouts,
    places: guardedPlaces(home, environment, [
      ...(codexHome === undefined ? [] : [codexHome.directory]),
      ...(agent.kind === 'opencode' ? opencodePlaces(home, environment) : []),
    ]),
  }
  const snapshots = await takeSnapshots(guarded, { environment: sandbox, signal })
  await saveSnapshots(beforeFile(places), snapshots)
  if (codexHome === undefined) await removeTree(places.codexHome)
  else await writeMirror(places.codexHome, codexHome)
  const { lowest_port, highest_port, seconds } = settings
  const setting: Setting = {
    ...{ version: 1, run, mark, group, evidence, phases: [...phases], guarded, agent, options, seconds },
    source: checkout ?? (source.kind === 'address' ? source.address : ''),
    revision: source.revision,
    ports: { lowest: lowest_port, highest: highest_port },
  }
  await writeSetting(places, setting)
  // By their addresses: in a path "#" and "%" would mean something else to whoever imports it.
  const tasks = pathToFileURL(join(import.meta.dirname, 'phase-tasks.ts')).href
  const [phaseTasks, stages] = [tasks, surroundings.stages].map(address => JSON.stringify(address))
  await writeAtomically(
    places.taskfile,
    `import { agentStages } from ${stages}
import { phaseTasks } from ${phaseTasks}

export default phaseTasks(import.meta.dirname, agentStages)
`,
  )
  return { setting, before: snapshots }

  /** One that cannot be read is written anew with the clone, and says what is wrong where that is used as it is. */
  async function earlier(): Promise<Record<string, string>> {
    try {
      return await readEnvironment(places)
    } catch (error) {
      if (!phases.includes('bootstrap')) throw error
      return {}
    }
  }
}

/**
 * Has the engine run the phases, in a process of its own with the environment of the sandbox and nothing else. What is returned is how
 * that ended, unless it ended well, with what it said last: of one that could not even begin there is nothing else.
 */
async function runPhases(
  { places, phases }: Prepared,
  { scope, log, secret }: Running,
  setting: Setting,
): Promise<string | undefined> {
  const file = (name: string) => join(setting.evidence, name)
  const reports = [
    'plain',
    `plain=${file('harness.log')}`,
    `json=${file('events.ndjson')}`,
    `junit=${file('junit.xml')}`,
  ]
  const words = [
    ...['--taskfile', places.taskfile, '--no-color', '--keep-going', '--trace', file('trace.json')],
    ...reports.flatMap(report => ['--reporter', report]),
    phases.at(-1) ?? 'untouched',
  ]
  const inherited = process.env[scopeVariable]
  const program = [process.execPath, join(import.meta.dirname, '..', 'cli.mjs'), ...words] as const
  const { group } = setting
  const [start, ...rest] = group === undefined ? program : joining(group, program)
  const child = scope.spawn(start, rest, {
    cwd: places.workspace,
    env: {
      ...(await readEnvironment(places)),
      ...(inherited === undefined ? {} : { [scopeVariable]: inherited }),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const { stdout, stderr } = child
  if (stdout === null || stderr === null) throw new Error('its output is piped')
  const last: string[] = []
  let token: string | undefined
  for (const input of [stdout, stderr])
    createInterface({ input }).on('line', line => {
      const now = firstToken(places)
      // It is another one where a clone is made anew.
      if (now !== undefined && now !== token) secret(now)
      token = now
      log(line)
      last.push(line)
      if (last.length > lastLines) last.shift()
    })
  const closed = once(child, 'close').catch(() => {})
  const longest = longestRunMs(setting)
  const exited = inTime(longest, 'all of the phases', once(child, 'exit'))
  const late = await exited.then(
    () => undefined,
    (error: Error) => error.message,
  )
  if (late !== undefined) {
    await scope.end({ graceMs: 0 })
    return [late, ...last].join('\n')
  }
  // Not its streams: whoever has inherited them may hold them for ever.
  await Promise.race([closed, delay(restMs, undefined, { ref: false })])
  if (child.exitCode === 0) return undefined
  return [`the phases ended with ${child.exitCode ?? child.signalCode}`, ...last].join('\n')
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const resultText = (
  { outcome, phases, duration_ms, kept, workspace }: Summary,
  evidence: string,
  agent: string,
): string => `\
smoke ${outcome}: ${phases.filter(phase => phase.outcome === 'passed').length} of ${phases.length} phases passed in ${(duration_ms / 1_000).toFixed(1)} s
  evidence   ${join(evidence, 'report.html')}
${kept ? `  workspace  ${workspace}\n` : ''}  agent      ${agent}
`

const failure = ({ failed, kept }: Summary, evidence: string, agent: string): UserError =>
  new UserError(`smoke failed in "${failed?.phase}", with ${agent}: ${failed?.reason}`, {
    fix: `see ${evidence}${kept ? '' : '; --keep-workspace leaves the workspace to look into'}`,
  })
