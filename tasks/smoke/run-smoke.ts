import { join } from 'node:path'
import { systemClock } from '../../lib/clock.ts'
import { removeTree } from '../../lib/remove-tree.ts'
import { UserError } from '../../lib/user-error.ts'
import { agentText } from '../../smoke/agents/agent-text.ts'
import { secretsOf } from '../../smoke/agents/codex-mirror.ts'
import { evidenceRoot, makeEvidence, pruneEvidence } from '../../smoke/evidence/collect.ts'
import { conclude, recordsIn } from '../../smoke/evidence/conclude.ts'
import type { Finding, Summary } from '../../smoke/evidence/summary.ts'
import { isAsSaved, type Snapshots } from '../../smoke/guard/guard.ts'
import { inTime } from '../../smoke/in-time.ts'
import type { PhaseName } from '../../smoke/phases.ts'
import type { Prepared } from '../../smoke/prepare.ts'
import { beforeFile, untouched } from '../../smoke/run/untouched.ts'
import { membersOf } from '../../smoke/sandbox/members.ts'
import { openPortsText } from '../../smoke/sandbox/port-watch.ts'
import { processText } from '../../smoke/sandbox/process-text.ts'
import { endGroup, makeRunGroup } from '../../smoke/sandbox/run-group.ts'
import { secretsIn } from '../../smoke/sandbox/secrets.ts'
import type { Setting } from '../../smoke/setting.ts'
import { startKeeper } from '../../smoke/workspace/keeper.ts'
import { moveIn } from '../../smoke/workspace/move-in.ts'
import { removeWorkspace } from '../../smoke/workspace/remove.ts'
import { runPhases } from './run-phases.ts'
import type { Running } from './running.ts'
import { setUp } from './set-up.ts'

/** How long what comes after the phases may take to look once more whether all is as it was. */
const lastLookMs = 30_000

/** How long keeping the evidence may take, and removing the workspace. */
const concludingMs = 120_000
const removingMs = 180_000

/**
 * One run: moves into the workspace, has the phases run there by the engine, and then, however that went, ends what is left,
 * keeps the evidence and moves out. Where this process is killed, a keeper moves out for it.
 */
export async function runSmoke(prepared: Prepared, running: Running): Promise<void> {
  const { run, places, phases, keep, source, agent, codexHome } = prepared
  const { scope, signal, log, print, options, surroundings, settings, steps } = running
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
  const made = await makeRunGroup(run)
  if (made.kind === 'none') log(`the run has no control group: ${made.reason}`)
  const group = made.kind === 'group' ? made.directory : undefined
  await using ending = { [Symbol.asyncDispose]: endAll }
  void ending
  using lock = await steps.run('workspace', () =>
    moveIn(prepared, {
      ...{ run, mark, group, now: new Date(started), endsFormer: options.portKill, keep },
      keeper: keeper.pid,
      evidence: evidenceRoot(surroundings.root),
    }),
  )
  void lock
  const findings: Finding[] = []
  let bug: unknown
  let ended: Awaited<ReturnType<typeof runThere>>
  try {
    ended = await runThere()
  } catch (error) {
    print(`smoke failed, and its evidence is not whole\n  agent      ${agentText(agent)}\n`)
    throw error
  } finally {
    await moveOut()
  }
  const { evidence } = ended
  const since = steps.records.filter(({ name }) => name === 'remove')
  const summary = await ended.rest(since, new Date(systemClock.now()))
  print(resultText(summary, evidence, agentText(agent)))
  signal.throwIfAborted()
  if (bug !== undefined) throw bug
  if (summary.outcome === 'failed') throw failure(summary, evidence, agentText(agent))

  /** Whatever is left of the run. */
  async function endAll(): Promise<void> {
    await scope.end()
    if (group !== undefined && !(await endGroup(group))) log(`${group} cannot be taken away`)
  }

  /** Where the workspace is not left as it should be, what the run was like is told all the same. */
  async function moveOut(): Promise<void> {
    const work = (): Promise<unknown> => (keep ? removeTree(places.codexHome) : removeWorkspace(places))
    const left = steps.run('remove', async () => {
      try {
        const stays = await inTime(removingMs, 'removing it', work())
        if (typeof stays === 'string') log(stays)
      } catch (error) {
        throw new Error(`${places.workspace} is not as it should be left: ${reasonOf(error)}`, {
          cause: error,
        })
      }
    })
    await left.catch(error => log(reasonOf(error)))
  }

  async function runThere() {
    const evidence = await makeEvidence(surroundings.root, new Date(started), run)
    await pruneEvidence(surroundings.root, settings.keep_evidence, new Date(started))
    log(`evidence: ${evidence}`)
    try {
      const { setting, before } = await steps.run('workspace', () =>
        setUp(prepared, running, { run, mark, group, evidence }),
      )
      if (source.kind === 'checkout' && source.uncommitted > 0)
        log(`${source.uncommitted} uncommitted change(s) of ${source.path} are not tested`)
      const { fault, ports } = await runPhases(prepared, running, setting)
      if (fault !== undefined && !signal.aborted) findings.push({ phase: 'phases', reason: fault })
      if (ports.length > 0) findings.push({ phase: 'confined', reason: openPortsText(ports) })
      await look(setting, before)
    } catch (error) {
      if (!signal.aborted && !steps.hasFailed) findings.push({ phase: 'start', reason: reasonOf(error) })
      if (!(error instanceof UserError)) bug = error
    }
    await endAll()
    const concluded = await inTime(
      concludingMs,
      'keeping the evidence',
      conclude({
        ...{ run, places, evidence, findings, secrets, log, revision: source.revision, kept: keep },
        agent: agentText(agent),
        source: source.kind === 'checkout' ? source.path : source.address,
        ...{ started: new Date(started), ended: new Date(systemClock.now()) },
        ...{ stopped: signal.aborted ? 'cancelled' : undefined, before: steps.records },
      }),
    )
    return { ...concluded, evidence }
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

const failure = ({ failed, kept, workspace }: Summary, evidence: string, agent: string): UserError => {
  const more = kept ? '' : '; --keep-workspace leaves the workspace to look into'
  return new UserError(`smoke failed in "${failed?.phase}", with ${agent}: ${failed?.reason}`, {
    fix:
      failed?.phase === 'remove'
        ? `npx task smoke --cleanup-only --workspace ${workspace}`
        : `see ${evidence}${more}`,
  })
}
