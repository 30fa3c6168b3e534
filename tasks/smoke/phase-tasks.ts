import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { scopeVariable } from '../../lib/processes/process-scope.ts'
import { readMirror } from '../../smoke/agents/codex-mirror.ts'
import { runSecrets } from '../../smoke/agents/run-secrets.ts'
import { besidesMs, deadlineOf, diagnosisMs } from '../../smoke/deadlines.ts'
import { diagnose } from '../../smoke/diagnosis.ts'
import { fileNameOf } from '../../smoke/evidence/file-name.ts'
import { describePhase, type FixedName, isStage, type PhaseName, phases } from '../../smoke/phases.ts'
import { setCallLog } from '../../smoke/run/call-log.ts'
import { clone, requireClean } from '../../smoke/run/clone.ts'
import { mirrorCodexHome } from '../../smoke/run/codex-home.ts'
import { confined } from '../../smoke/run/confined.ts'
import { down } from '../../smoke/run/down.ts'
import { fetchCodex } from '../../smoke/run/fetch-codex.ts'
import { install } from '../../smoke/run/install.ts'
import { cloneTask, type Phase } from '../../smoke/run/phase.ts'
import { ports } from '../../smoke/run/ports.ts'
import { ready } from '../../smoke/run/ready.ts'
import { seedClient } from '../../smoke/run/seed-client.ts'
import { runStage } from '../../smoke/run/stage.ts'
import { structural } from '../../smoke/run/structural.ts'
import { takeOutLeft } from '../../smoke/run/take-out-left.ts'
import { untouched } from '../../smoke/run/untouched.ts'
import { verifyClean } from '../../smoke/run/verify-clean.ts'
import { readEnvironment } from '../../smoke/sandbox/environment-file.ts'
import { secretsIn } from '../../smoke/sandbox/secrets.ts'
import { readSetting, type Setting } from '../../smoke/setting.ts'
import type { AgentStages } from '../../smoke/stages/agent-stages.ts'
import { type Places, placesIn } from '../../smoke/workspace/places.ts'
import type { TaskContext } from '../engine/context.ts'
import type { Limits } from '../engine/running/limits.ts'
import { service } from '../engine/service.ts'
import { type Needs, type Task, task } from '../engine/task.ts'
import { type Watched, withinLimits } from './phase-limits.ts'
import { upWithin } from './up-within.ts'

const runs: Readonly<Record<Exclude<FixedName, 'up'>, (phase: Phase) => Promise<unknown>>> = {
  clone,
  install,
  bootstrap: phase => cloneTask(phase, ['bootstrap']),
  bundle: ({ exec }) =>
    exec(process.execPath, ['client/cli/bin.mjs', 'mcp-server', 'install-bundle', '--no-restart']),
  'fetch-codex': fetchCodex,
  ports,
  'client-repository': seedClient,
  ready,
  structural,
  'codex-home': mirrorCodexHome,
  full: phase => cloneTask(phase, ['test']),
  'verify-clean': verifyClean,
  confined,
  down,
  untouched: phase => untouched(phase),
}

type Run = {
  readonly places: Places
  readonly setting: Setting
  readonly declared: AgentStages
  readonly secrets: Phase['secrets']
}

/** The phases of the run that a workspace is prepared for, as tasks of which each needs the one before it. */
export function phaseTasks(workspace: string, declared: AgentStages): Readonly<Record<string, Task>> {
  const places = placesIn(workspace)
  const setting = readSetting(places)
  const secrets = runSecrets(secretsIn([...Object.values(process.env), setting.source]), () =>
    readMirror(places.codexHome),
  )
  const run: Run = { places, setting, declared, secrets }
  const after = setting.phases.indexOf('up')
  const last = setting.phases.indexOf('down')
  return Object.fromEntries(
    setting.phases.map((name, at) => {
      const previous = setting.phases[at - 1]
      const needs: Needs = {
        ...(previous === undefined ? {} : { [previous]: previous }),
        // A service ends when nothing needs it any more.
        ...(after !== -1 && at > after && at <= last ? { up: 'up' } : {}),
      }
      return [name, name === 'up' ? stack(run, needs) : phaseTask(name, run, needs)]
    }),
  )
}

function phaseTask(name: Exclude<PhaseName, 'up'>, run: Run, needs: Needs): Task {
  const { places, setting, declared } = run
  const { clone, client } = places
  const stages = declared.stages({ run: setting.run, clone, client, node: process.execPath })
  return task({
    describe: describePhase(name, stages),
    needs,
    timeout: longestMs(name, setting),
    undoMs: diagnosisMs,
    run: (_, context) =>
      orDiagnosis({ name, run, context }, async watched => {
        const phase = await phaseOf(run, context, watched)
        const stage = stages.find(one => name === `agent:${one.name}`)
        if (stage !== undefined) await runStage(phase, stage)
        else if (!isStage(name)) await runs[name](phase)
        else throw new Error(`there is no stage for ${name}`)
        await requireClean(places.clone, watched.signal)
      }),
  })
}

/** What stays up while the phases after it need it, PM2 and all that it starts included. */
function stack(run: Run, needs: Needs): Task {
  const { places, setting, declared } = run
  const { restartTimeout, restartRetries, pm2Kill, captureDebugTools } = setting.options
  const readyLine = 'the stack is up'
  return service({
    describe: phases.up,
    needs,
    ready: {
      line: new RegExp(`^${readyLine}$`),
      within: longestMs('up', setting),
    },
    undoMs: diagnosisMs,
    run: async (_, context) => {
      await orDiagnosis({ name: 'up', run, context }, async watched => {
        const phase = await phaseOf(run, context, watched)
        if (!(await setCallLog(places, captureDebugTools)))
          phase.log('the clone has a config/mcp.local.toml of its own: set gateway.log_calls there')
        if (!setting.phases.includes('bundle')) await takeOutLeft(phase, declared.temporary)
        if (pm2Kill) await cloneTask(phase, ['down', '--yes'])
        await upWithin(phase, restartTimeout, restartRetries)
        await requireClean(places.clone, watched.signal)
      })
      context.log(readyLine)
      const { signal } = context
      if (!signal.aborted)
        await new Promise(resolve => signal.addEventListener('abort', resolve, { once: true }))
    },
  })
}

/** For when not even the limits are kept that the harness holds itself. */
const longestMs = (name: PhaseName, setting: Setting): number =>
  deadlineOf(name, setting) * 1_000 + diagnosisMs + besidesMs

async function phaseOf(
  { places, setting, declared, secrets }: Run,
  { secret }: TaskContext,
  { exec, ...watched }: Watched,
): Promise<Phase> {
  // Nothing, but where somebody runs the phases by hand in a workspace that was kept.
  const withoutOwn = Object.fromEntries(
    Object.keys(process.env).flatMap(name => (name === scopeVariable ? [] : [[name, undefined]])),
  )
  for (const one of secrets()) secret(one)
  return {
    ...{ places, setting, ...watched, clientFiles: declared.client, secrets },
    exec: async (file, args, { env, ...options } = {}) =>
      exec(file, args, {
        cwd: places.clone,
        ...options,
        env: { ...withoutOwn, ...(await readEnvironment(places)), ...env },
      }),
  }
}

type Named = {
  readonly name: PhaseName
  readonly run: Run
  readonly context: TaskContext
}

/** A failure, a limit that is reached among them, is told with how things stood at that moment, while everything is still there. */
function orDiagnosis(
  { name, run, context }: Named,
  work: (watched: Watched) => Promise<void>,
): Promise<void> {
  const { places, setting, secrets } = run
  const { heartbeatTimeout } = setting.options
  const limits: Limits = {
    timeout: `${deadlineOf(name, setting)}s`,
    ...(heartbeatTimeout === 0 ? {} : { heartbeat: `${heartbeatTimeout}s` }),
  }
  return withinLimits(limits, context, work, async (failure, said) => {
    const file = join(setting.evidence, `diagnosis-${fileNameOf(name)}.txt`)
    // Whatever becomes of it, why the phase failed is what counts.
    await diagnose(places, setting, { failure, said }, secrets())
      .then(text => writeFile(file, text, { mode: 0o600 }))
      .then(
        () => context.log(`how things stood then: ${file}`),
        (fault: unknown) => context.log(`how things stood then cannot be told: ${fault}`),
      )
  })
}
