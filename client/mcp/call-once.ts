import type { Readable, Writable } from 'node:stream'
import { UserError } from '../../lib/user-error.ts'
import { longestMessage } from './message-limit.ts'
import type { Surroundings } from './surroundings.ts'
import type { Tool } from './tool.ts'
import { toolAnswers } from './tool-answers.ts'

export type CallOnceOptions = Surroundings & {
  readonly tools: readonly Tool[]
  readonly name: string
  /** JSON, or `-` where it comes on standard input. */
  readonly args: string
  readonly stdin: Readable
  readonly stdout: Writable
  readonly stderr: Writable
  readonly signal: AbortSignal
}

/**
 * One call of a tool, for scripts and for trying out: its result goes to standard output as a client would get it, what a
 * model would be told of a failure to standard error. Resolves with the exit code.
 */
export async function callOnce(options: CallOnceOptions): Promise<0 | 1> {
  const { tools, name, args, stdin, stdout, stderr, signal, ...surroundings } = options
  const given = argumentsIn(args === '-' ? await textOf(stdin) : args)
  const { content, isError } = await toolAnswers(tools, surroundings).call(name, given, { signal })
  const text = content.map(block => (block.type === 'text' ? block.text : '')).join('\n')
  const output = isError === true ? stderr : stdout
  output.write(`${text}\n`)
  return isError === true ? 1 : 0
}

/** No more than a message of a client may have. */
async function textOf(stdin: Readable): Promise<string> {
  const parts: Buffer[] = []
  let length = 0
  for await (const part of stdin) {
    const bytes = Buffer.from(part)
    parts.push(bytes)
    length += bytes.length
    if (length > longestMessage)
      throw new UserError(`--args -: standard input has more than ${longestMessage} bytes`)
  }
  return Buffer.concat(parts).toString()
}

function argumentsIn(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  } catch {
    // Told below: what is no JSON is no object either.
  }
  throw new UserError('--args: expected a JSON object', { fix: `such as --args '{"session": "@last"}'` })
}
