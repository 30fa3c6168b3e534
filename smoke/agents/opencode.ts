import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { localeVariables, pickVariables } from '../../lib/host-variables.ts'
import { scopeVariable } from '../../lib/processes/process-scope.ts'
import { gateway } from '../stages/judge.ts'
import { type AgentEnd, runAgent } from './agent-process.ts'
import type { ScriptedModel } from './scripted-model.ts'

export type OpencodeRun = {
  readonly program: string
  readonly model: Pick<ScriptedModel, 'url' | 'name' | 'key'>
  readonly server: { readonly url: string; readonly token: string }
  readonly prompt: string
  readonly cwd: string
  readonly onLine?: (line: string) => void
  readonly signal?: AbortSignal
  readonly deadline: number
}

/** How long a tool may take, in milliseconds. */
const toolMs = 60_000

/**
 * One run of `opencode run --format json`, with homes and an environment of its own. It knows one model and the gateway, and may use
 * nothing else: tools that are denied it does not even tell its model of.
 */
export async function opencodeRun(run: OpencodeRun): Promise<AgentEnd> {
  await using resources = new AsyncDisposableStack()
  const home = await mkdtemp(join(tmpdir(), 'opencode-'))
  resources.defer(() => rm(home, { recursive: true, force: true, maxRetries: 5 }))
  const temporary = join(home, 'tmp')
  await mkdir(temporary)
  const { program, prompt, cwd, signal, deadline, onLine } = run
  return await runAgent({
    ...{ program, cwd, signal, deadline, onLine },
    // Without a title it would ask its model for one.
    args: ['run', '--format', 'json', '--pure', '--title', 'smoke', '--', prompt],
    env: {
      ...pickVariables([...localeVariables, 'PATH', scopeVariable], process.env),
      ...homes(home),
      TMPDIR: temporary,
      ...quiet,
      OPENCODE_CONFIG_CONTENT: JSON.stringify(configuration(run)),
    },
  })
}

const homes = (home: string): Record<string, string> => ({
  HOME: home,
  XDG_CONFIG_HOME: join(home, '.config'),
  XDG_DATA_HOME: join(home, '.local', 'share'),
  XDG_STATE_HOME: join(home, '.local', 'state'),
  XDG_CACHE_HOME: join(home, '.cache'),
})

/** It would fetch new versions, lists of models, servers of languages, and a package for plugins; and take over what Claude Code was told. */
const quiet = {
  OPENCODE_DISABLE_PROJECT_CONFIG: '1',
  OPENCODE_DISABLE_AUTOUPDATE: '1',
  OPENCODE_DISABLE_MODELS_FETCH: '1',
  OPENCODE_DISABLE_LSP_DOWNLOAD: '1',
  OPENCODE_DISABLE_DEFAULT_PLUGINS: '1',
  OPENCODE_DISABLE_CLAUDE_CODE: '1',
  OPENCODE_DISABLE_EXTERNAL_SKILLS: '1',
  OPENCODE_DISABLE_SHARE: '1',
  npm_config_offline: 'true',
}

const configuration = ({ model: { name, url, key }, server }: OpencodeRun) => ({
  model: `scripted/${name}`,
  small_model: `scripted/${name}`,
  enabled_providers: ['scripted'],
  autoupdate: false,
  share: 'disabled',
  snapshot: false,
  provider: {
    scripted: {
      // It brings this one along; what it speaks is the Responses API.
      npm: '@ai-sdk/openai',
      name: 'scripted',
      options: { baseURL: url, apiKey: key },
      models: { [name]: { name, tool_call: true, limit: { context: 1_000_000, output: 10_000 } } },
    },
  },
  mcp: {
    [gateway]: {
      type: 'remote',
      url: server.url,
      headers: { Authorization: `Bearer ${server.token}` },
      oauth: false,
      timeout: toolMs,
    },
  },
  permission: { '*': 'deny', [`${gateway}_*`]: 'allow' },
})
