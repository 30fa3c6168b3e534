import { createWriteStream } from 'node:fs'
import { finished } from 'node:stream/promises'
import { writeAtomically } from '../../lib/atomic-file.ts'
import { UserError } from '../../lib/user-error.ts'
import { visible } from '../../lib/visible.ts'
import type { AgentEnd } from '../agents/agent-process.ts'
import { type CodexRun, codexExec } from '../agents/codex.ts'
import { type CodexEvents, readCodexEvents } from '../agents/codex-events.ts'
import { type CodexHome, readMirror, secretsOf } from '../agents/codex-mirror.ts'
import { findCodex } from '../agents/codex-program.ts'
import { masked } from '../agents/masked.ts'
import type { Gateway } from '../agents/mcp-client.ts'
import { opencodeRun } from '../agents/opencode.ts'
import { readOpencodeEvents } from '../agents/opencode-events.ts'
import { runScriptedClient } from '../agents/scripted-client.ts'
import { startScriptedModel } from '../agents/scripted-model.ts'
import { codexNaming, opencodeNaming, stepsOf } from '../agents/stage-steps.ts'
import type { AgentSetting } from '../setting.ts'
import { gateway } from '../stages/judge.ts'
import type { Stage } from '../stages/stage.ts'
import type { Places } from '../workspace/places.ts'
import type { Phase } from './phase.ts'

type Turn = {
  readonly phase: Phase
  readonly stage: Stage
  readonly server: Gateway
  /** Where its transcript is kept, whatever comes of it. */
  readonly file: string
}

/** What went wrong beside what the transcript tells, or undefined. */
type Trouble = Promise<string | undefined>

/** What makes events of an agent's transcript. */
export const readerFor = ({ kind }: AgentSetting): ((transcript: string) => CodexEvents) =>
  kind === 'opencode' ? readOpencodeEvents : readCodexEvents

/** Has the agent do one stage. */
export function agentTurn(turn: Turn): Trouble {
  const { agent } = turn.phase.setting
  switch (agent.kind) {
    case 'codex':
      return byCodex(turn, agent)
    case 'opencode':
      return byOpencode(turn, agent)
    case 'mcp':
      return byScript(turn)
    case 'none':
      throw new Error('without an agent there are no stages')
  }
}

async function byScript({ phase: { log, signal }, stage, server, file }: Turn): Trouble {
  const transcript = createWriteStream(file, { mode: 0o600 })
  try {
    await runScriptedClient(stage, server, event => {
      const line = JSON.stringify(event)
      transcript.write(`${line}\n`)
      log(shown(line))
    })
    return undefined
  } catch (error) {
    signal.throwIfAborted()
    return `the agent broke off: ${error instanceof Error ? error.message : String(error)}`
  } finally {
    transcript.end()
    await finished(transcript)
  }
}

async function byCodex(
  turn: Turn,
  { program, model: kind }: Extract<AgentSetting, { kind: 'codex' }>,
): Trouble {
  await using resources = new AsyncDisposableStack()
  const { phase, stage, server } = turn
  const { places, signal } = phase
  const model: CodexRun['model'] =
    kind === 'live'
      ? mirrorIn(places)
      : resources.use(await startScriptedModel({ steps: stepsOf(stage, codexNaming) }))
  const codex = findCodex({ DEBUG_SERVER_CODEX: program })
  if (!codex.found) return codex.reason
  // Codex may renew its sign-in meanwhile.
  const secrets = () => [server.token, ...[model, readMirror(places.codexHome)].flatMap(secretsIn)]
  return await kept(turn, { name: 'Codex', toldEnd: /^\{"type":"turn\.failed"/m, secrets }, telling =>
    codexExec({
      ...{ program: codex.path, model, signal, prompt: stage.prompt, cwd: places.client },
      servers: { [gateway]: { url: server.url, bearer: server.token } },
      ...telling,
    }),
  )
}

async function byOpencode(turn: Turn, { program }: Extract<AgentSetting, { kind: 'opencode' }>): Trouble {
  const { phase, stage, server } = turn
  await using model = await startScriptedModel({ steps: stepsOf(stage, opencodeNaming) })
  const { signal, places } = phase
  return await kept(
    turn,
    { name: 'opencode', toldEnd: /^\{"type":"error"/m, secrets: () => [server.token] },
    telling =>
      opencodeRun({
        ...{ program, model, server, signal, prompt: stage.prompt, cwd: places.client },
        ...telling,
      }),
  )
}

type Program = {
  readonly name: string
  /** What it has printed where it has told itself why it failed. */
  readonly toldEnd: RegExp
  readonly secrets: () => readonly string[]
}

/** Runs an agent's program, and keeps what it said, with secrets covered. */
async function kept(
  { phase: { log, setting }, file }: Turn,
  { name, toldEnd, secrets }: Program,
  run: (telling: { deadline: number; onLine: (line: string) => void }) => Promise<AgentEnd>,
): Trouble {
  // Before the phase's own, which would tell less.
  const deadline = setting.seconds.stage * 900
  const { exit, timedOut, flooded, ...said } = await run({
    deadline,
    onLine: line => {
      if (line !== '') log(shown(masked(line, secrets())))
    },
  })
  const [stdout, stderr] = [masked(said.stdout, secrets()), masked(said.stderr, secrets())]
  await writeAtomically(file, stdout)
  await writeAtomically(file.replace(/jsonl$/, 'stderr.log'), stderr)
  if (timedOut) return `${name} did not end within ${deadline / 1_000} s`
  if (flooded) return `${name} printed more than anybody reads`
  // The judge tells what the agent itself has told of its end.
  return exit === 0 || toldEnd.test(stdout)
    ? undefined
    : `${name} ended with ${exit}: ${stderr.trim().slice(-500)}`
}

function mirrorIn({ codexHome }: Places): CodexHome {
  const mirror = readMirror(codexHome)
  if (mirror !== undefined) return mirror
  throw new UserError(`there is no ${codexHome}, which is there as long as a run is`, {
    fix: 'begin a new one with npx task smoke',
  })
}

const secretsIn = (model: CodexRun['model'] | undefined): string[] =>
  model === undefined || 'url' in model ? [] : secretsOf(model)

const longest = 300

function shown(line: string): string {
  const text = visible(line)
  return text.length > longest ? `${text.slice(0, longest)}…` : text
}
