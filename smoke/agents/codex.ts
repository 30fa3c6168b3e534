import { once } from 'node:events'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'
import {
  certificateVariables,
  localeVariables,
  pickVariables,
  proxyVariables,
} from '../../lib/host-variables.ts'
import { ProcessScope, scopeVariable } from '../../lib/processes/process-scope.ts'
import { type CodexEvents, readCodexEvents } from './codex-events.ts'
import { keyVariable, makeCodexHome } from './codex-home.ts'
import { type CodexHome, knowServers } from './codex-mirror.ts'
import { bearersOf, type McpServer } from './codex-servers.ts'
import type { ScriptedModel } from './scripted-model.ts'

export type CodexRun = {
  /** The native program; `findCodex` finds it. */
  readonly program: string
  /** A scripted one, or the one that a mirrored home leads to. */
  readonly model: Pick<ScriptedModel, 'url' | 'name' | 'key'> | CodexHome
  readonly servers: Readonly<Record<string, McpServer>>
  readonly prompt: string
  /** Told of each line that it prints, as it comes. */
  readonly onLine?: (line: string) => void
  /** Where it works; without, an empty directory. */
  readonly cwd?: string
  /** Ends it, as a deadline does. */
  readonly signal?: AbortSignal
  /** After so many milliseconds the run is ended, for Codex itself waits for ever in places. */
  readonly deadline?: number
}

/** An exit code of 0 says only that Codex came to an end: tools that failed are told by what it printed. */
export type CodexEnd = {
  readonly exit: number | NodeJS.Signals
  readonly timedOut: boolean
  /** It printed more than anybody reads, and was ended for that. */
  readonly flooded: boolean
  readonly stdout: string
  readonly stderr: string
}
export type CodexResult = CodexEvents & CodexEnd

/** The same with what it printed as events. Throws where it is something else. */
export async function runCodex(run: CodexRun): Promise<CodexResult> {
  const end = await codexExec(run)
  return { ...readCodexEvents(end.stdout), ...end }
}

/**
 * One run of `codex exec --json`, with a home and an environment of its own. When it resolves,
 * nothing of the run is left: an MCP server that is busy outlives Codex, so the run's process scope is ended.
 */
export async function codexExec(run: CodexRun): Promise<CodexEnd> {
  const { program, servers, prompt, signal, deadline = 60_000 } = run
  await using resources = new AsyncDisposableStack()
  const room = await mkdtemp(join(tmpdir(), 'codex-'))
  resources.defer(() => rm(room, { recursive: true, force: true, maxRetries: 5 }))
  const work = run.cwd ?? join(room, 'work')
  const { home, variables } = await homeOf(run, join(room, 'home'))
  if (run.cwd === undefined) await mkdir(work)

  const scope = resources.use(new ProcessScope({ graceMs: 2_000 }))
  const child = scope.spawn(program, ['exec', '--json', '--skip-git-repo-check', '--cd', work, prompt], {
    cwd: work,
    env: {
      ...pickVariables([...localeVariables, 'PATH', 'TMPDIR', scopeVariable], process.env),
      HOME: home,
      CODEX_HOME: home,
      ...variables,
      ...bearersOf(servers),
    },
    // An open stdin would be read to its end, as a part of the prompt.
    stdio: ['ignore', 'pipe', 'pipe'],
  })
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
  const timer = setTimeout(() => {
    timedOut = true
    end()
  }, deadline)
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

/** Its CODEX_HOME, and what the model wants in the environment. */
async function homeOf({ model, servers }: CodexRun, made: string) {
  if ('url' in model) {
    await makeCodexHome(made, model, servers)
    return { home: made, variables: { [keyVariable]: model.key } }
  }
  await knowServers(model, servers)
  return { home: model.directory, variables: { ...network(process.env), ...model.variables } }
}

/** How a model elsewhere is reached; MCP servers are on this host. */
function network(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const variables = pickVariables([...certificateVariables, ...proxyVariables], environment)
  const direct = [environment.NO_PROXY ?? environment.no_proxy, '127.0.0.1', 'localhost']
  const list = direct.filter(one => one !== undefined && one !== '').join(',')
  return { ...variables, NO_PROXY: list, no_proxy: list }
}

/** Bytes of each of its streams. */
const longestOutput = 32 * 2 ** 20

/** All of it, or the beginning of what is too long, of which the rest is read and dropped. */
async function firstText(stream: Readable, onLine: CodexRun['onLine'], tooLong: () => void): Promise<string> {
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
