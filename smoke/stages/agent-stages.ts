import { z } from 'zod'
import { UserError } from '../../lib/user-error.ts'
import type { Stage, StageSetting } from './stage.ts'

/** What a project wants agents to be tried with: a module that its Taskfile names exports it as `agentStages`. */
export type AgentStages = {
  /** The files of the repository that sessions and agents work on, by their paths, beside a README.md. */
  readonly client: Readonly<Record<string, string>>
  readonly stages: (setting: StageSetting) => readonly Stage[]
  /** What stages call an MCP server that they install and remove, whatever the run: one that a run was cut off with is taken out by the next. */
  readonly temporary?: RegExp
}

const isOfClient = (path: string): boolean =>
  !/^(?:README\.md$|\.git(?:\/|$))/.test(path) && !/(?:^|\/)\.{0,2}(?:\/|$)/.test(path)

const declaredSchema = z.object({
  client: z
    .record(z.string(), z.string())
    .refine(files => Object.keys(files).every(isOfClient), 'paths below it, and neither README.md nor .git'),
  stages: z.custom<AgentStages['stages']>(value => typeof value === 'function', 'a function that makes them'),
  temporary: z.instanceof(RegExp, { error: 'a regular expression' }).optional(),
})

const pattern = z.unknown().refine(value => value !== undefined, 'missing')
const tools = z.array(z.string())

const stageSchema = z.object({
  /** Of a phase and of files, too. */
  name: z.string().regex(/^[a-z][a-z\d-]*$/, 'small letters, digits and dashes'),
  describe: z.string(),
  prompt: z.string().min(1),
  calls: z.array(z.object({ tool: z.string(), arguments: pattern, accepts: pattern, answer: pattern })),
  forbidden: z.array(z.object({ tool: z.string(), arguments: pattern, why: z.string() })),
  leaves: z.object({ present: tools, absent: tools }),
  closing: z.custom(value => typeof value === 'function', 'a function of the answers'),
  says: z.instanceof(RegExp),
})

/** Loads what a module declares. `module` is its address, as `import.meta.resolve` makes it. */
export async function loadStages(module: string): Promise<AgentStages> {
  const loaded = await import(module).catch((error: unknown) => {
    throw new UserError(`${module}, which is to declare an agent's stages, cannot be loaded: ${error}`, {
      fix: 'see smokeTask in the Taskfile',
    })
  })
  const { success, error } = declaredSchema.safeParse(loaded.agentStages)
  if (!success) throw wrong(module, 'agentStages', error)
  return loaded.agentStages
}

/** Its stages for a run, each of which can be one. */
export function stagesIn(module: string, { stages }: AgentStages, setting: StageSetting): readonly Stage[] {
  const made = stages(setting)
  const { success, error } = z.array(stageSchema).safeParse(made)
  if (!success) throw wrong(module, 'its stages', error)
  const names = made.map(({ name }) => name)
  const twice = names.find((name, at) => names.indexOf(name) !== at)
  if (twice !== undefined)
    throw new UserError(`${module} declares the stage "${twice}" twice`, {
      fix: 'give each a name of its own',
    })
  return made
}

const wrong = (module: string, what: string, error: z.ZodError): UserError =>
  new UserError(`${module}: ${what} cannot be used: ${z.prettifyError(error)}`, {
    fix: 'see docs/smoke.md, "Stages of another repository"',
  })
