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

type Done = {
  /** What it has told, to be judged; with the secrets that are covered where it is kept. */
  readonly transcript: string
  /** What went wrong beside what that tells. */
  readonly trouble: string | undefined
}

/** What makes events of an agent's transcript. */
export const readerFor = ({ kind }: AgentSetting): ((transcript: string) => CodexEvents) =>
  kind === 'opencode' ? readOpencodeEvents : readCodexEvents

/** Has the agent do one stage. */
export function agentTurn(turn: Turn): Promise<Done> {
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

async function byScript({ phase: { log, signal, secrets }, stage, server, file }: Turn): Promise<Done> {
  const written = createWriteStream(file, { mode: 0o600 })
  let transcript = ''
  try {
    await runScriptedClient(stage, server, event => {
      const line = JSON.stringify(event)
      transcript += `${line}\n`
      const covered = masked(line, [server.token, ...secrets()])
      written.write(`${covered}\n`)
      log(shown(covered))
    })
    return { transcript, trouble: undefined }
  } catch (error) {
    signal.throwIfAborted()
    const trouble = `the agent broke off: ${error instanceof Error ? error.message : String(error)}`
    return { transcript, trouble }
  } finally {
    written.end()
    await finished(written)
  }
}

async function byCodex(
  turn: Turn,
  { program, model: kind }: Extract<AgentSetting, { kind: 'codex' }>,
): Promise<Done> {
  await using resources = new AsyncDisposableStack()
  const { phase, stage, server } = turn
  const { places, signal } = phase
  const model: CodexRun['model'] =
    kind === 'live'
      ? mirrorIn(places)
      : resources.use(await startScriptedModel({ steps: stepsOf(stage, codexNaming) }))
  const codex = findCodex({ DEBUG_SERVER_CODEX: program })
  if (!codex.found) return { transcript: '', trouble: codex.reason }
  const codexProgram = { name: 'Codex', toldEnd: /^\{"type":"turn\.failed"/m, before: secretsIn(model) }
  return await kept(turn, codexProgram, telling =>
    codexExec({
      ...{ program: codex.path, model, signal, prompt: stage.prompt, cwd: places.client },
      servers: { [gateway]: { url: server.url, bearer: server.token } },
      ...telling,
    }),
  )
}

async function byOpencode(
  turn: Turn,
  { program }: Extract<AgentSetting, { kind: 'opencode' }>,
): Promise<Done> {
  const { phase, stage, server } = turn
  await using model = await startScriptedModel({ steps: stepsOf(stage, opencodeNaming) })
  const { signal, places } = phase
  return await kept(turn, { name: 'opencode', toldEnd: /^\{"type":"error"/m, before: [] }, telling =>
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
  /** What it was signed in with: it may renew that meanwhile. */
  readonly before: readonly string[]
}

/** Runs an agent's program, and keeps what it said, with secrets covered. */
async function kept(
  { phase, server, file }: Turn,
  { name, toldEnd, before }: Program,
  run: (telling: { deadline: number; onLine: (line: string) => void }) => Promise<AgentEnd>,
): Promise<Done> {
  const { log, progress, setting } = phase
  const secrets = () => [server.token, ...before, ...phase.secrets()]
  // Before the phase's own, which would tell less.
  const deadline = setting.seconds.stage * 900
  let told = 0
  const end = await run({
    deadline,
    onLine: line => {
      if (line === '') return
      told++
      if (told <= toldAtMost) log(shown(masked(line, secrets())))
      else if (told === toldAtMost + 1) log(`${name} says more: see ${file}`)
      else if (told % 100 === 0) progress(`${name} has said ${told} lines`)
    },
  })
  await writeAtomically(file, masked(end.stdout, secrets()))
  await writeAtomically(file.replace(/jsonl$/, 'stderr.log'), masked(end.stderr, secrets()))
  return { transcript: end.stdout, trouble: troubleIn(end) }

  function troubleIn({ exit, timedOut, flooded, stdout, stderr }: AgentEnd): string | undefined {
    if (timedOut) return `${name} did not end within ${deadline / 1_000} s`
    if (flooded) return `${name} printed more than anybody reads`
    // The judge tells what the agent itself has told of its end.
    if (exit === 0 || toldEnd.test(stdout)) return undefined
    return `${name} ended with ${exit}: ${stderr.trim().slice(-500)}`
  }
}

function mirrorIn({ codexHome }: Places): CodexHome {
  const mirror = readMirror(codexHome)
  if (mirror !== undefined) return mirror
  throw new UserError(`there is no ${codexHome}, which is there as long as a run is`, {
    fix: 'begin a new one with npx task smoke',
  })
}

const secretsIn = (model: CodexRun['model']): string[] => ('url' in model ? [] : secretsOf(model))

const longest = 300
/** Lines of one agent: each is kept in several files, and searched for what was secret when it came. */
const toldAtMost = 2_000

function shown(line: string): string {
  const text = visible(line)
  return text.length > longest ? `${text.slice(0, longest)}…` : text
}
