import { once } from 'node:events'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { localeVariables, pickVariables } from '../../lib/host-variables.ts'
import { ProcessScope, scopeVariable } from '../../lib/processes/process-scope.ts'
import { type CodexEvents, readCodexEvents } from '../../smoke/agents/codex-events.ts'
import { bearerVariable, keyVariable, type McpServer, makeCodexHome } from './codex-home.ts'
import type { ScriptedModel } from './scripted-model.ts'

export type CodexRun = {
  /** The native program; `findCodex` finds it. */
  readonly program: string
  readonly model: Pick<ScriptedModel, 'url' | 'name' | 'key'>
  readonly servers: Readonly<Record<string, McpServer>>
  readonly prompt: string
  /** After so many milliseconds the run is ended, for Codex itself waits for ever in places. */
  readonly deadline?: number
}

/** An exit code of 0 says only that Codex came to an end: tools that failed are told by the items. */
export type CodexResult = CodexEvents & {
  readonly exit: number | NodeJS.Signals
  readonly timedOut: boolean
  readonly stderr: string
}

/**
 * One run of `codex exec --json` in an empty directory, with a home and an environment of its own. When it resolves,
 * nothing of the run is left: an MCP server that is busy outlives Codex, so the run's process scope is ended.
 */
export async function runCodex(run: CodexRun): Promise<CodexResult> {
  const { program, model, servers, prompt, deadline = 60_000 } = run
  await using resources = new AsyncDisposableStack()
  const room = await mkdtemp(join(tmpdir(), 'codex-'))
  resources.defer(() => rm(room, { recursive: true, force: true, maxRetries: 5 }))
  const [home, work] = [join(room, 'home'), join(room, 'work')]
  await makeCodexHome(home, model, servers)
  await mkdir(work)

  const scope = resources.use(new ProcessScope({ graceMs: 2_000 }))
  const child = scope.spawn(program, ['exec', '--json', '--skip-git-repo-check', '--cd', work, prompt], {
    cwd: work,
    env: {
      ...pickVariables([...localeVariables, 'PATH', scopeVariable], process.env),
      HOME: home,
      CODEX_HOME: home,
      [keyVariable]: model.key,
      ...Object.fromEntries(
        Object.entries(servers).flatMap(([name, server]) =>
          'bearer' in server ? [[bearerVariable(name), server.bearer]] : [],
        ),
      ),
    },
    // An open stdin would be read to its end, as a part of the prompt.
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const failed = new Promise<never>((_, reject) => child.once('error', reject))
  const output = Promise.all(
    [child.stdout, child.stderr].map(stream => (stream === null ? '' : text(stream))),
  )
  let timedOut = false
  const timer = setTimeout(() => {
    timedOut = true
    void scope.end({ graceMs: 0 })
  }, deadline)
  try {
    const [code, signal] = await Promise.race([once(child, 'exit'), failed])
    // Whoever still holds the pipes is ended before they are read to their end.
    await scope.end()
    const [stdout = '', stderr = ''] = await output
    return { ...readCodexEvents(stdout), exit: code ?? signal, timedOut, stderr }
  } finally {
    clearTimeout(timer)
  }
}
