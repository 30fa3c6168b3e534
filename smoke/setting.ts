import { z } from 'zod'
import { writeAtomically } from '../lib/atomic-file.ts'
import { readPlainFile } from '../lib/plain-file.ts'
import { isPhase, type PhaseName } from './phases.ts'
import type { Places } from './workspace/places.ts'

/** What the phases of a run are told by who prepares it, in the workspace's `run.json`. */
const settingSchema = z.object({
  version: z.literal(1),
  run: z.string(),
  mark: z.string(),
  /** The control group that all of the run is in; undefined: it has none. */
  group: z.string().optional(),
  evidence: z.string(),
  phases: z.array(z.custom<PhaseName>(name => typeof name === 'string' && isPhase(name))),
  source: z.string(),
  /** A commit; undefined: the one that an address' HEAD names. */
  revision: z.string().optional(),
  guarded: z.object({ checkouts: z.array(z.string()), places: z.array(z.string()) }),
  agent: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('none') }),
    z.object({ kind: z.literal('mcp') }),
    z.object({ kind: z.literal('opencode'), program: z.string() }),
    z.object({
      kind: z.literal('codex'),
      program: z.string(),
      model: z.enum(['scripted', 'live']),
    }),
  ]),
  /** A person's own, where a live model leads Codex: what is mirrored of it. */
  codexHome: z.string().optional(),
  /** What the harness had done before the phases. */
  steps: z.array(
    z.object({
      name: z.string(),
      describe: z.string(),
      outcome: z.literal('passed'),
      ms: z.number(),
      at: z.number(),
    }),
  ),
  options: z.object({
    restartTimeout: z.number(),
    restartRetries: z.number(),
    heartbeatTimeout: z.number(),
    pm2Kill: z.boolean(),
    skipBootstrap: z.boolean(),
    portKill: z.boolean(),
    captureDebugTools: z.boolean(),
    port: z.number().optional(),
  }),
  ports: z.object({ lowest: z.number(), highest: z.number() }),
  seconds: z.object({
    clone: z.number(),
    install: z.number(),
    bootstrap: z.number(),
    bundle: z.number(),
    ready: z.number(),
    structural: z.number(),
    stage: z.number(),
    full: z.number(),
    verify: z.number(),
    down: z.number(),
  }),
})
/** Who does the stages. */
export type AgentSetting = Setting['agent']
export type Setting = z.output<typeof settingSchema>

const longest = 2 ** 20

/** Throws where there is none. What a run has started may have put something else in its place. */
export function readSetting({ setting }: Pick<Places, 'setting'>): Setting {
  const bytes = readPlainFile(setting, longest)
  if (bytes === undefined) throw new Error(`${setting} is no plain file`)
  return settingSchema.parse(JSON.parse(bytes.toString()))
}

export const writeSetting = ({ setting }: Pick<Places, 'setting'>, content: Setting): Promise<void> =>
  writeAtomically(setting, `${JSON.stringify(content, null, 2)}\n`)
