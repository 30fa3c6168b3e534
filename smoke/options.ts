import { UserError } from '../lib/user-error.ts'

export const testScopes = ['none', 'structural', 'full'] as const
export type TestScope = (typeof testScopes)[number]

export const agents = ['codex', 'opencode', 'mcp', 'none'] as const
export type Agent = (typeof agents)[number]

export const models = ['scripted', 'live'] as const
export type Model = (typeof models)[number]

/** What counts where nothing was said. */
export const defaults = {
  forceWorkspace: false,
  forceOutdated: false,
  forceBootstrap: false,
  bootstrapOnly: false,
  skipBootstrap: false,
  cleanupOnly: false,
  planOnly: false,
  fetchCodex: false,
  captureDebugTools: false,
  testScope: 'structural' as TestScope,
  restartTimeout: 90,
  restartRetries: 0,
  heartbeatTimeout: 240,
  pm2Kill: false,
  portKill: true,
}
type Defaults = typeof defaults

/** What was asked for, as it was typed: undefined where nothing was said. */
export type Asked = { readonly [Name in keyof Defaults]?: Defaults[Name] | undefined } & {
  readonly source?: string | undefined
  readonly revision?: string | undefined
  readonly workspace?: string | undefined
  readonly reuseWorkspace?: boolean | undefined
  readonly keepWorkspace?: boolean | undefined
  readonly port?: number | undefined
  readonly agent?: Agent | undefined
  readonly codexCli?: string | undefined
  readonly codexHome?: string | undefined
  readonly model?: Model | undefined
}

/** The same without contradictions, and with what follows from what. */
export type SmokeOptions = Readonly<Defaults> & {
  /** Undefined: what the Taskfile declares, or its own checkout. */
  readonly source: string | undefined
  readonly revision: string | undefined
  readonly workspace: string | undefined
  readonly port: number | undefined
  /** Undefined: Codex where it is installed. */
  readonly agent: Agent | undefined
  readonly codexCli: string | undefined
  /** Undefined: ~/.codex, or where CODEX_HOME leads. */
  readonly codexHome: string | undefined
  /** Undefined: live where somebody is signed in, and it is not CI. */
  readonly model: Model | undefined
  readonly reuse: boolean
  /** Undefined: kept where it was there before. */
  readonly keep: boolean | undefined
}

/** How long the start of the services may take, with all attempts, and what an attempt that is late takes to end. */
export const startSeconds = ({ restartTimeout, restartRetries }: Times): number =>
  (restartTimeout + 30) * (restartRetries + 1) + 60
type Times = Pick<Defaults, 'restartTimeout' | 'restartRetries'>

/** No timer of Node waits a day longer, and to tell how things stood comes on top. */
const mostSeconds = 24 * 86_400

type Contradiction = readonly [message: string, fix: string]

/** Throws one UserError with all that contradicts itself. */
export function judgeOptions(asked: Asked): SmokeOptions {
  const wrong = contradictions(asked)
  if (wrong.length > 0)
    throw wrong.length === 1
      ? new UserError(wrong[0]?.[0] ?? '', { fix: wrong[0]?.[1] })
      : new UserError(wrong.map(([message, fix]) => `${message}: ${fix}`).join('\n'))
  const { source, revision, workspace, port, agent, codexCli, codexHome } = asked
  const rest = withDefaults(asked)
  return {
    ...rest,
    ...{ source, revision, workspace, port, agent, codexCli, codexHome },
    // A home is for nothing else.
    model: asked.model ?? (codexHome === undefined ? undefined : 'live'),
    reuse: asked.reuseWorkspace ?? (workspace !== undefined && !rest.forceWorkspace),
    keep: rest.bootstrapOnly ? true : asked.keepWorkspace,
  }
}

const withDefaults = (asked: Asked): Defaults => ({
  ...defaults,
  ...Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined)),
})

function contradictions(asked: Asked): Contradiction[] {
  const { workspace, reuseWorkspace, keepWorkspace } = asked
  const { bootstrapOnly, skipBootstrap, forceBootstrap, forceWorkspace, forceOutdated } = withDefaults(asked)
  const wrong: [boolean, ...Contradiction][] = [
    [
      bootstrapOnly && skipBootstrap,
      '--bootstrap-only and --skip-bootstrap leave nothing to do',
      'give one of them',
    ],
    [
      bootstrapOnly && keepWorkspace === false,
      '--bootstrap-only is for the workspace that it leaves, and --no-keep-workspace removes it',
      'give one of them',
    ],
    [
      skipBootstrap && workspace === undefined,
      '--skip-bootstrap needs a workspace that was bootstrapped before',
      'name it with --workspace; --bootstrap-only makes one',
    ],
    [
      skipBootstrap && reuseWorkspace === false,
      '--skip-bootstrap reuses what --no-reuse-workspace removes',
      'give one of them',
    ],
    [
      skipBootstrap && forceBootstrap,
      '--skip-bootstrap and --force-bootstrap contradict each other',
      'give one of them',
    ],
    [
      skipBootstrap && forceWorkspace,
      '--skip-bootstrap reuses what --force-workspace removes',
      'give one of them',
    ],
    [
      forceWorkspace && workspace === undefined,
      '--force-workspace has nothing to replace',
      'name a directory with --workspace',
    ],
    [
      forceWorkspace && reuseWorkspace === true,
      '--force-workspace replaces what --reuse-workspace keeps',
      'give one of them',
    ],
    [
      reuseWorkspace === true && workspace === undefined && !skipBootstrap,
      '--reuse-workspace has nothing to reuse',
      'name a workspace with --workspace',
    ],
    [
      asked.codexCli !== undefined && (asked.agent ?? 'codex') !== 'codex',
      '--codex-cli names a program that --agent does not use',
      'give one of them',
    ],
    [
      asked.codexHome !== undefined && (asked.agent ?? 'codex') !== 'codex',
      '--codex-home is for Codex, which --agent does not use',
      'give one of them',
    ],
    [
      asked.model !== undefined && (asked.agent === 'mcp' || asked.agent === 'none'),
      '--model leads an agent, and --agent names none that is led',
      'give one of them',
    ],
    [
      asked.model === 'live' && asked.agent === 'opencode',
      '--model live is for Codex: opencode is led by the scripted model alone',
      'give one of them',
    ],
    [
      asked.captureDebugTools === true && asked.agent === 'none',
      '--capture-debug-tools keeps what an agent has called, and --agent says none',
      'give one of them',
    ],
    [
      asked.fetchCodex === true && (asked.agent ?? 'codex') !== 'codex',
      '--fetch-codex fetches what --agent does not use',
      'give one of them',
    ],
    [
      asked.fetchCodex === true && asked.codexCli !== undefined,
      '--fetch-codex and --codex-cli each name a Codex',
      'give one of them',
    ],
    [
      asked.codexHome !== undefined && asked.model === 'scripted',
      '--codex-home is for a live model, and --model says scripted',
      'give one of them',
    ],
    [
      startSeconds(withDefaults(asked)) > mostSeconds,
      '--restart-timeout and --restart-retries together are more than 24 days',
      'give less of one of them',
    ],
    [
      forceOutdated && forceBootstrap,
      '--force-bootstrap clones anew, so there is nothing outdated for --force-outdated',
      'give one of them',
    ],
  ]
  return wrong.flatMap(([holds, ...contradiction]) => (holds ? [contradiction] : []))
}
