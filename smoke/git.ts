import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { pickVariables } from '../lib/host-variables.ts'
import { ProcessScope, scopeVariable } from '../lib/processes/process-scope.ts'
import { UserError } from '../lib/user-error.ts'

/** How git is to be run: with which environment, and until when at the most. */
export type Git = {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly signal?: AbortSignal | undefined
  readonly deadlineMs?: number
}

const longestMs = 60_000
const saidAtMost = 256 * 2 ** 20

/** Set by git for the hooks that it runs: there they would name another repository than the one that is meant. */
const ofHooks = Object.fromEntries(
  [
    ...['DIR', 'WORK_TREE', 'INDEX_FILE', 'COMMON_DIR', 'PREFIX', 'NAMESPACE'],
    ...['OBJECT_DIRECTORY', 'ALTERNATE_OBJECT_DIRECTORIES'],
  ].map(name => [`GIT_${name}`, undefined]),
)

/**
 * What git says, as it is. An error of git's is one of ours, with what it said. A checkout may have git start programs of its own
 * (`core.fsmonitor`): they end with it, though they hold its pipes.
 */
export async function gitOutput(
  { environment, signal, deadlineMs = longestMs }: Git,
  cwd: string,
  ...args: string[]
): Promise<string> {
  signal?.throwIfAborted()
  await using scope = new ProcessScope({ graceMs: 500 })
  const child = scope.spawn('git', args, {
    cwd,
    // It would otherwise refresh the index of a checkout that is only looked at.
    env: {
      ...environment,
      ...pickVariables([scopeVariable], process.env),
      ...ofHooks,
      GIT_OPTIONAL_LOCKS: '0',
      GIT_TERMINAL_PROMPT: '0',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let fault: string | undefined
  const endFor = (reason: string) => {
    fault ??= reason
    void scope.end({ graceMs: 0 })
  }
  const aborted = () => endFor('it was to end')
  signal?.addEventListener('abort', aborted)
  const timer = setTimeout(() => endFor(`it did not end within ${deadlineMs / 1_000} s`), deadlineMs)
  const output = Promise.all(
    [child.stdout, child.stderr].map(stream =>
      stream === null ? '' : textOf(stream, () => endFor('it says more than anybody reads')),
    ),
  )
  try {
    const [code, endedBy] = await once(child, 'exit').catch(error => {
      throw new UserError(`git cannot be started in ${cwd}: ${error.message}`)
    })
    await scope.end()
    const [said = '', complaint = ''] = await output
    signal?.throwIfAborted()
    if (fault === undefined && code === 0) return said
    const reason = fault ?? (complaint.trim() || `it ended with ${code ?? endedBy}`)
    throw new UserError(`git ${args[0]} failed in ${cwd}: ${reason}`)
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', aborted)
  }
}

/** All of a stream, or what there is of it when that is too much. */
async function textOf(stream: Readable, tooMuch: () => void): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of stream) {
    chunks.push(chunk)
    length += chunk.length
    if (length <= saidAtMost) continue
    tooMuch()
    break
  }
  return Buffer.concat(chunks).toString()
}
