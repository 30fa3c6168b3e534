import { createWriteStream } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'
import { writeAtomically } from '../../lib/atomic-file.ts'
import { UserError } from '../../lib/user-error.ts'
import { visible } from '../../lib/visible.ts'
import { type CodexRun, codexExec } from '../agents/codex.ts'
import { type CodexHome, readMirror, secretsOf } from '../agents/codex-mirror.ts'
import { findCodex } from '../agents/codex-program.ts'
import { masked } from '../agents/masked.ts'
import { connectMcp, type Gateway } from '../agents/mcp-client.ts'
import { runScriptedClient } from '../agents/scripted-client.ts'
import { startScriptedModel } from '../agents/scripted-model.ts'
import { stepsOf } from '../agents/stage-steps.ts'
import { readEnvironment } from '../sandbox/environment-file.ts'
import { portsIn } from '../sandbox/ports.ts'
import type { AgentSetting } from '../setting.ts'
import { gateway, judge } from '../stages/judge.ts'
import type { Stage } from '../stages/stage.ts'
import type { Places } from '../workspace/places.ts'
import { keepingLog } from './call-log.ts'
import { requireClean } from './clone.ts'
import type { Phase } from './phase.ts'

/** Has the agent do one stage, keeps its transcript whatever comes of it, and judges that. */
export async function runStage(phase: Phase, stage: Stage): Promise<void> {
  const { setting, places } = phase
  const server = await gatewayOf(phase)
  const directory = join(setting.evidence, 'transcripts')
  const work = () => doStage(phase, stage, server, directory)
  if (!setting.options.captureDebugTools) return await work()
  const secrets = () => [server.token, ...secretsIn(readMirror(places.codexHome))]
  await keepingLog({ places, name: join(directory, stage.name), secrets }, work)
}

async function doStage(phase: Phase, stage: Stage, server: Gateway, directory: string): Promise<void> {
  const { setting, progress } = phase
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const file = join(directory, `${stage.name}.jsonl`)
  progress('the agent is at work')
  const { agent } = setting
  const trouble =
    agent.kind === 'codex'
      ? await byCodex(phase, stage, server, agent, file)
      : await byScript(phase, stage, server, file)
  phase.signal.throwIfAborted()
  const verdict = judge(stage, await readFile(file, 'utf8'))
  const reasons = [trouble, verdict.kind === 'failed' ? verdict.reason : undefined].filter(Boolean)
  if (reasons.length > 0)
    throw new UserError(`the stage "${stage.name}" failed: ${reasons.join('; ')}`, { fix: `see ${file}` })
  await lookAtTools(stage, server, join(directory, `${stage.name}.tools.json`))
  // What it did by no tool and no shell of its own, the transcript does not tell.
  await requireClean(phase.places.client, phase.signal, {
    what: `the repository that the agent of "${stage.name}" works on`,
    fix: 'a stage is done by tools alone, and changes no files',
  })
}

/** What went wrong beside what the transcript tells, or undefined. */
type Trouble = Promise<string | undefined>

async function byScript({ log, signal }: Phase, stage: Stage, server: Gateway, file: string): Trouble {
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
  { log, signal, places, setting }: Phase,
  stage: Stage,
  server: Gateway,
  { program, model: kind }: Extract<AgentSetting, { kind: 'codex' }>,
  file: string,
): Trouble {
  await using resources = new AsyncDisposableStack()
  const model: CodexRun['model'] =
    kind === 'live' ? mirrorIn(places) : resources.use(await startScriptedModel({ steps: stepsOf(stage) }))
  const codex = findCodex({ DEBUG_SERVER_CODEX: program })
  if (!codex.found) return codex.reason
  // Codex may renew its sign-in meanwhile.
  const secrets = () => [server.token, ...[model, readMirror(places.codexHome)].flatMap(secretsIn)]
  const seconds = setting.seconds.stage
  const { exit, timedOut, flooded, ...said } = await codexExec({
    ...{ program: codex.path, model, signal, prompt: stage.prompt, cwd: places.client },
    servers: { [gateway]: { url: server.url, bearer: server.token } },
    onLine: line => {
      if (line !== '') log(shown(masked(line, secrets())))
    },
    // Before the phase's own, which would tell less.
    deadline: seconds * 900,
  })
  const [stdout, stderr] = [masked(said.stdout, secrets()), masked(said.stderr, secrets())]
  await writeAtomically(file, stdout)
  await writeAtomically(file.replace(/jsonl$/, 'stderr.log'), stderr)
  if (timedOut) return `Codex did not end within ${seconds * 0.9} s`
  if (flooded) return 'Codex printed more than anybody reads'
  // The judge tells what Codex itself has told of its end.
  return exit === 0 || /^\{"type":"turn\.failed"/m.test(stdout)
    ? undefined
    : `Codex ended with ${exit}: ${stderr.trim().slice(-500)}`
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

/** What the gateway offers when the stage is over, kept as a snapshot. */
async function lookAtTools({ name, leaves }: Stage, server: Gateway, file: string): Promise<void> {
  await using mcp = await connectMcp(server)
  const tools = await mcp.tools()
  await writeAtomically(file, `${JSON.stringify(tools, null, 2)}\n`)
  const names = tools.map(tool => tool.name)
  const wrong = [
    ...leaves.present.filter(tool => !names.includes(tool)).map(tool => `${tool} is not there`),
    ...leaves.absent.filter(tool => names.includes(tool)).map(tool => `${tool} is still there`),
  ]
  if (wrong.length > 0)
    throw new UserError(`after the stage "${name}" ${wrong.join(', ')}`, { fix: `see ${file}` })
}

async function gatewayOf({ places, signal }: Phase): Promise<Gateway> {
  const { proxy } = portsIn(await readEnvironment(places))
  if (proxy === undefined) throw new Error('no port of the proxy was written')
  const token = (await readFile(join(places.clone, '.artifacts', 'secrets', 'admin-token'), 'utf8')).trim()
  return { url: `http://127.0.0.1:${proxy}/mcp`, token, signal }
}

const longest = 300

function shown(line: string): string {
  const text = visible(line)
  return text.length > longest ? `${text.slice(0, longest)}…` : text
}
