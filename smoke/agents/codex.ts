import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  certificateVariables,
  localeVariables,
  pickVariables,
  proxyVariables,
} from '../../lib/host-variables.ts'
import { scopeVariable } from '../../lib/processes/process-scope.ts'
import { type AgentEnd, runAgent } from './agent-process.ts'
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

export type CodexResult = CodexEvents & AgentEnd

/** The same with what it printed as events. Throws where it is something else. */
export async function runCodex(run: CodexRun): Promise<CodexResult> {
  const end = await codexExec(run)
  return { ...readCodexEvents(end.stdout), ...end }
}

/** One run of `codex exec --json`, with a home and an environment of its own. */
export async function codexExec(run: CodexRun): Promise<AgentEnd> {
  const { program, servers, prompt, signal, deadline = 60_000 } = run
  await using resources = new AsyncDisposableStack()
  const room = await mkdtemp(join(tmpdir(), 'codex-'))
  resources.defer(() => rm(room, { recursive: true, force: true, maxRetries: 5 }))
  const work = run.cwd ?? join(room, 'work')
  const { home, variables } = await homeOf(run, join(room, 'home'))
  if (run.cwd === undefined) await mkdir(work)

  return await runAgent({
    ...{ program, cwd: work, signal, deadline, onLine: run.onLine },
    args: ['exec', '--json', '--skip-git-repo-check', '--cd', work, prompt],
    env: {
      ...pickVariables([...localeVariables, 'PATH', 'TMPDIR', scopeVariable], process.env),
      HOME: home,
      CODEX_HOME: home,
      ...variables,
      ...bearersOf(servers),
    },
  })
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
