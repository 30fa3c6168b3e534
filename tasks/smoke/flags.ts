import { UserError } from '../../lib/user-error.ts'
import { agents, defaults, models, testScopes } from '../../smoke/options.ts'
import type { ParamShape, Zod } from '../engine/task.ts'

/** Of the harness that this one succeeds, what has no meaning here, and why. */
export const meaningless = {
  proxySource:
    'the proxy is a part of this repository, and cloned with it: --source and --revision say which',
  wrapperRelease: 'there is no wrapper between agents and this server',
  goFlags: 'nothing here is built by Go',
  gomaxprocs: 'nothing here is built by Go',
  pythonBin: 'the harness is no Python program; which Python the clone uses its bootstrap decides',
  captureDiagLogs: 'of each phase that fails it is told how things stood, without programs beside the run',
  forceNoLogs: 'no log of the system is needed, so none can be missing',
  bootstrapBuild: 'nothing is built that --bootstrap-only could leave out',
} as const
/** Of those the switches. */
const switches = new Set<string>(['captureDiagLogs', 'forceNoLogs', 'bootstrapBuild'])

/**
 * Each flag once: the command line, SMOKE_ARGS, what follows `--`, `--help` and docs/smoke.md come from here. None has a default of
 * zod's: of what was said in two places the later counts, and for that it has to be known whether it was said.
 */
export const smokeFlags = (z: Zod, source = 'this checkout') => {
  const flag = (describe: string) => z.boolean().optional().describe(describe)
  const count = (least: number, most: number) => z.number().int().min(least).max(most).optional()
  const refuse = (reason: string) => (): never => {
    throw new UserError(`this has no meaning here: ${reason}`, { fix: 'leave it out' })
  }
  const refused = (name: string, reason: string) =>
    (switches.has(name) ? z.boolean().transform(refuse(reason)) : z.string().transform(refuse(reason)))
      .optional()
      .meta({ hidden: true })
  return {
    source: z
      .string()
      .optional()
      .describe(`what is cloned: a checkout, or an address of git; default: ${source}`)
      .meta({ value: 'SOURCE' }),
    revision: z
      .string()
      .optional()
      .describe('commit, branch or tag of it; default: its HEAD')
      .meta({ value: 'REVISION' }),
    workspace: z
      .string()
      .optional()
      .describe('where everything of the run lies; default: a new directory below the temporary one')
      .meta({ value: 'DIRECTORY' }),
    reuseWorkspace: z
      .boolean()
      .optional()
      .describe(
        'go on in a --workspace that is there, without bootstrapping it again (--no-reuse-workspace: make it anew); default: yes where it is named',
      ),
    keepWorkspace: z
      .boolean()
      .optional()
      .describe(
        'leave the workspace when the run is over (--no-keep-workspace: remove it); default: yes where it was there before',
      ),
    forceWorkspace: flag('replace what is at --workspace, though it is none of the harness'),
    forceOutdated: flag('reuse a clone though it is behind its source'),
    forceBootstrap: flag('clone, install and bootstrap anew in a workspace that is reused'),
    bootstrapOnly: flag('clone, install and bootstrap, choose ports, leave the workspace, and stop there'),
    skipBootstrap: flag(
      'refuse to bootstrap: the workspace must have been bootstrapped before, and its ports are kept',
    ),
    cleanupOnly: flag(
      'remove workspaces that no run is at work in, also those that were kept (with --workspace: that one), and stop there',
    ),
    planOnly: flag('say what would be done where, and do nothing'),
    testScope: z
      .enum(testScopes)
      .optional()
      .describe(`which tests of the clone are run; default: ${defaults.testScope}`),
    agent: z
      .enum(agents)
      .optional()
      .describe(
        'who does the stages: codex, opencode, mcp (a scripted client of MCP) or none; default: codex where it is installed',
      ),
    codexCli: z
      .string()
      .optional()
      .describe('which Codex; default: that of DEBUG_SERVER_CODEX, or on PATH')
      .meta({ value: 'PROGRAM' }),
    fetchCodex: flag('fetch Codex from npm into the workspace, of the version that is known here'),
    codexHome: z
      .string()
      .optional()
      .describe('whose sign-in and model a live Codex has; default: ~/.codex, or where CODEX_HOME leads')
      .meta({ value: 'DIRECTORY' }),
    model: z
      .enum(models)
      .optional()
      .describe(
        'who leads Codex: scripted (a model of the harness) or live (that of your account); default: scripted in CI and where nobody is signed in, else live',
      ),
    captureDebugTools: flag(
      'keep what the gateway and its tools log in each stage, with every call, beside the transcripts',
    ),
    pytestScope: z.enum(testScopes).optional().meta({ hidden: true }),
    restartTimeout: count(1, 86_400).describe(
      `seconds that the start of the services may take; default: ${defaults.restartTimeout}`,
    ),
    restartRetries: count(0, 100).describe(
      `how often it is tried again where it took longer; default: ${defaults.restartRetries}`,
    ),
    heartbeatTimeout: count(0, 86_400).describe(
      `seconds that a phase may say nothing, 0: any; default: ${defaults.heartbeatTimeout}`,
    ),
    pm2Kill: flag("end PM2's daemon of a workspace that is reused before the services start"),
    portKill: z
      .boolean()
      .optional()
      .describe(
        'end what an earlier run in this workspace has left running, and nothing else (--no-port-kill: leave it); default: yes',
      ),
    port: count(1, 65_535).describe(
      'where the proxy of the clone listens; default: that of the run before, or a free one',
    ),
    ...Object.fromEntries(Object.entries(meaningless).map(([name, reason]) => [name, refused(name, reason)])),
  } satisfies ParamShape
}
