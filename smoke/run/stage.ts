import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeAtomically } from '../../lib/atomic-file.ts'
import { UserError } from '../../lib/user-error.ts'
import { masked } from '../agents/masked.ts'
import { connectMcp, type Gateway } from '../agents/mcp-client.ts'
import { readEnvironment } from '../sandbox/environment-file.ts'
import { firstTokenFile } from '../sandbox/first-token.ts'
import { portsIn } from '../sandbox/ports.ts'
import { judge } from '../stages/judge.ts'
import type { Stage } from '../stages/stage.ts'
import { agentTurn, readerFor } from './agent-turn.ts'
import { keepingLog } from './call-log.ts'
import { offeredTools } from './offered-tools.ts'
import type { Phase } from './phase.ts'
import { withNothingWritten } from './unchanged-by-agent.ts'

/** Has the agent do one stage, keeps its transcript whatever comes of it, and judges that. */
export async function runStage(phase: Phase, stage: Stage): Promise<void> {
  const { setting, places } = phase
  const server = await gatewayOf(phase)
  const directory = join(setting.evidence, 'transcripts')
  const work = () => withNothingWritten(phase, stage.name, () => doStage(phase, stage, server, directory))
  if (!setting.options.captureDebugTools) return await work()
  const secrets = () => [server.token, ...phase.secrets()]
  await keepingLog({ places, name: join(directory, stage.name), secrets }, work)
}

async function doStage(phase: Phase, stage: Stage, server: Gateway, directory: string): Promise<void> {
  const { setting, progress } = phase
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const file = join(directory, `${stage.name}.jsonl`)
  progress('the agent is at work')
  const { transcript, trouble } = await agentTurn({ phase, stage, server, file })
  phase.signal.throwIfAborted()
  const verdict = judge(stage, transcript, readerFor(setting.agent))
  const reasons = [trouble, verdict.kind === 'failed' ? verdict.reason : undefined].filter(Boolean)
  if (reasons.length > 0)
    throw new UserError(
      masked(`the stage "${stage.name}" failed: ${reasons.join('; ')}`, [server.token, ...phase.secrets()]),
      { fix: `see ${file}` },
    )
  await lookAtTools(stage, server, join(directory, `${stage.name}.tools.json`))
}

/** What the gateway offers when the stage is over, kept as a snapshot. */
async function lookAtTools({ name, leaves }: Stage, server: Gateway, file: string): Promise<void> {
  await using mcp = await connectMcp(server)
  const tools = await offeredTools(mcp.tools, leaves.present, server)
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
  const token = (await readFile(firstTokenFile(places), 'utf8')).trim()
  return { url: `http://127.0.0.1:${proxy}/mcp`, token, signal }
}
