import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'
import { ProcessScope } from '../../lib/processes/process-scope.ts'

export type AgentRun = {
  readonly program: string
  readonly args: readonly string[]
  readonly cwd: string
  /** The whole of it. */
  readonly env: Readonly<Record<string, string>>
  /** Told of each line that it prints, as it comes. */
  readonly onLine?: ((line: string) => void) | undefined
  /** Ends it, as a deadline does. */
  readonly signal?: AbortSignal | undefined
  /** After so many milliseconds it is ended, for agents themselves wait for ever in places. */
  readonly deadline: number
}

/** An exit code of 0 says only that it came to an end: tools that failed are told by what it printed. */
export type AgentEnd = {
  readonly exit: number | NodeJS.Signals
  readonly timedOut: boolean
  /** It printed more than anybody reads, and was ended for that. */
  readonly flooded: boolean
  readonly stdout: string
  readonly stderr: string
}

/**
 * Runs an agent to its end. When it resolves, nothing of the run is left: an MCP server that is busy outlives its agent, so the run's
 * process scope is ended.
 */
export async function runAgent({ program, args, cwd, env, signal, ...run }: AgentRun): Promise<AgentEnd> {
  await using scope = new ProcessScope({ graceMs: 2_000 })
  // An open stdin would be read to its end, as a part of the prompt.
  const child = scope.spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const failed = new Promise<never>((_, reject) => child.once('error', reject))
  let [timedOut, flooded] = [false, false]
  const end = () => void scope.end({ graceMs: 0 })
  const output = Promise.all(
    [child.stdout, child.stderr].map((stream, at) =>
      stream === null
        ? ''
        : firstText(stream, at === 0 ? run.onLine : undefined, () => {
            flooded = true
            end()
          }),
    ),
  )
  // Told where it is awaited, which is when it has ended.
  output.catch(end)
  const timer = setTimeout(() => {
    timedOut = true
    end()
  }, run.deadline)
  signal?.addEventListener('abort', end)
  if (signal?.aborted === true) end()
  try {
    const [code, endedBy] = await Promise.race([once(child, 'exit'), failed])
    // Whoever still holds the pipes is ended before they are read to their end.
    await scope.end()
    const [stdout = '', stderr = ''] = await output
    return { exit: code ?? endedBy, timedOut, flooded, stdout, stderr }
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', end)
  }
}

/** Bytes of each of its streams. */
const longestOutput = 32 * 2 ** 20

/** All of it, or the beginning of what is too long, of which the rest is read and dropped. */
async function firstText(stream: Readable, onLine: AgentRun['onLine'], tooLong: () => void): Promise<string> {
  const chunks: Buffer[] = []
  const tell = onLine === undefined ? () => {} : lineTeller(onLine)
  let length = 0
  for await (const chunk of stream) {
    if (length > longestOutput) continue
    chunks.push(chunk)
    tell(chunk)
    length += chunk.length
    if (length > longestOutput) tooLong()
  }
  tell(Buffer.from('\n'))
  return Buffer.concat(chunks).toString()
}

/** Of a longer line the beginning is told, in characters. */
const longestLine = 65_536

function lineTeller(onLine: (line: string) => void): (chunk: Buffer) => void {
  const decoder = new StringDecoder()
  let begun = ''
  return chunk => {
    const [more = '', ...others] = decoder.write(chunk).split('\n')
    if (begun.length < longestLine) begun += more
    for (const next of others) {
      onLine(begun)
      begun = next
    }
  }
}
