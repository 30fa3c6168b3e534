import { createWriteStream } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'
import { writeAtomically } from '../../lib/atomic-file.ts'
import { UserError } from '../../lib/user-error.ts'
import { visible } from '../../lib/visible.ts'
import { connectMcp, type Gateway } from '../agents/mcp-client.ts'
import { runScriptedClient } from '../agents/scripted-client.ts'
import { readEnvironment } from '../sandbox/environment-file.ts'
import { portsIn } from '../sandbox/ports.ts'
import { judge } from '../stages/judge.ts'
import type { Stage } from '../stages/stage.ts'
import type { Phase } from './phase.ts'

/** Has the agent do one stage, keeps its transcript whatever comes of it, and judges that. */
export async function runStage(phase: Phase, stage: Stage): Promise<void> {
  const { log, progress } = phase
  const server = await gatewayOf(phase)
  const directory = join(phase.setting.evidence, 'transcripts')
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const file = join(directory, `${stage.name}.jsonl`)
  const transcript = createWriteStream(file, { mode: 0o600 })
  try {
    progress('the agent is at work')
    await runScriptedClient(stage, server, event => {
      transcript.write(`${JSON.stringify(event)}\n`)
      log(lineOf(event))
    })
  } catch (error) {
    phase.signal.throwIfAborted()
    throw new UserError(`the agent broke off: ${error instanceof Error ? error.message : String(error)}`, {
      fix: `see ${file}`,
    })
  } finally {
    transcript.end()
    await finished(transcript)
  }
  const verdict = judge(stage, await readFile(file, 'utf8'))
  if (verdict.kind === 'failed')
    throw new UserError(`the stage "${stage.name}" failed: ${verdict.reason}`, { fix: `see ${file}` })
  await lookAtTools(stage, server, join(directory, `${stage.name}.tools.json`))
}

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

function lineOf(event: Readonly<Record<string, unknown>>): string {
  const text = visible(JSON.stringify(event))
  return text.length > longest ? `${text.slice(0, longest)}…` : text
}
