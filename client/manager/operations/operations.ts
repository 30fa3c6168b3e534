import { z } from 'zod'
import { didYouMean } from '../../../lib/suggest.ts'
import { UserError } from '../../../lib/user-error.ts'
import { visible } from '../../../lib/visible.ts'
import type { Envelope } from '../envelope.ts'
import type { Place } from './place.ts'
import { type Details, performing, type Report } from './report.ts'

/** What the manager can be asked to do, by name: one table for the tool of agents and for the command line. */

const dryRun = z
  .boolean()
  .default(false)
  .meta({ description: 'tell what would change, as a unified diff, and change nothing' })
const name = z.string().min(1).max(200)

type Operation<Schema extends z.ZodObject> = {
  readonly describe: string
  readonly input: Schema
  readonly act: (input: z.output<Schema>, place: Place, report: Report) => Promise<Details>
}

const operation = <Schema extends z.ZodObject>(one: Operation<Schema>): Operation<Schema> => one

export const operations = {
  list_discovered_servers: operation({
    describe:
      'what was discovered and can be installed by its name, with the options of each, and what is installed',
    input: z.strictObject({}),
    act: async (_, place, report) => (await import('./list-discovered.ts')).listDiscovered(place, report),
  }),
  discover_servers: operation({
    describe:
      'looks for servers in the MCP registry and in the catalogues taken in, best first, and keeps what it finds',
    input: z.strictObject({
      query: z.string().max(200).default('').meta({ description: 'words' }),
      tags: z
        .union([
          z.array(z.string().min(1).max(100)).max(20),
          z
            .string()
            .max(400)
            .transform(text =>
              text
                .split(',')
                .map(tag => tag.trim())
                .filter(tag => tag !== ''),
            ),
        ])
        .default([])
        .meta({ description: 'more words, as a list or with commas' }),
      preset: z
        .string()
        .max(100)
        .optional()
        .meta({ description: 'browser, database, files, git, memory or search' }),
      limit: z.int().min(1).max(200).default(25),
      min_score: z
        .number()
        .min(0)
        .max(1)
        .default(0.1)
        .meta({ description: 'from 0 to 1: how well a server fits at the least' }),
      append: z.boolean().default(true).meta({ description: 'false: forget what registries gave before' }),
      dry_run: dryRun,
    }),
    act: async (input, place, report) => (await import('./discover.ts')).discover(input, place, report),
  }),
  install_server: operation({
    describe:
      'puts a server behind the gateway, at once: one that was discovered (name), or one that you describe (descriptor)',
    input: z.strictObject({
      name: name.optional().meta({ description: 'of a server that was discovered' }),
      descriptor: z.record(z.string(), z.unknown()).optional().meta({
        description:
          'a server.json as in the MCP registry, or {name, command, args, env} or {name, url, transport, headers}; secrets as "$NAME"',
      }),
      target_name: z
        .string()
        .max(100)
        .optional()
        .meta({ description: 'what it is called here; its tools are TARGET_TOOL' }),
      options: z
        .record(
          z.string(),
          z.union([
            z.string(),
            z.number().transform(String),
            z.boolean().transform(String),
            z.array(z.string()),
          ]),
        )
        .default({})
        .meta({
          description:
            'what it needs to be told, by the names that list_discovered_servers has; secrets as "$NAME", a variable of the proxy',
        }),
      force: z
        .boolean()
        .default(false)
        .meta({ description: 'replace one of that name that was installed before' }),
      dry_run: dryRun,
      force_restart: z
        .boolean()
        .default(false)
        .meta({ description: 'start it anew, also where nothing about it changes' }),
    }),
    act: async (input, place, report) => (await import('./install.ts')).install(input, place, report),
  }),
  remove_server: operation({
    describe: 'takes away a server that was installed',
    input: z.strictObject({ name: name.meta({ description: 'what it is called here' }), dry_run: dryRun }),
    act: async (input, place, report) => (await import('./remove.ts')).remove(input, place, report),
  }),
  refresh_discovery: operation({
    describe:
      'takes in a catalogue of this machine: a file with a list of servers, JSON or TOML; without a path those taken in before, anew',
    input: z.strictObject({
      source_path: z
        .string()
        .min(1)
        .max(4_000)
        .optional()
        .meta({ description: 'from the top of the workspace, or a whole path' }),
      dry_run: dryRun,
    }),
    act: async (input, place, report) => (await import('./refresh.ts')).refresh(input, place, report),
  }),
  run_reconciler: operation({
    describe:
      'makes what is declared and what is installed agree: installs what is missing, removes what nobody uses',
    input: z.strictObject({ dry_run: dryRun }),
    act: async (input, place, report) => (await import('./reconcile.ts')).reconcile(input, place, report),
  }),
}
export type OperationName = keyof typeof operations

export const operationNames = Object.keys(operations) as OperationName[]

/** Does one. */
export const performOperation = (word: string, params: unknown, place: Place): Promise<Envelope<Details>> =>
  performing(report => act(word, params, place, report))

async function act(word: string, params: unknown, place: Place, report: Report): Promise<Details> {
  const wanted = word.trim().toLowerCase()
  const found = operationNames.find(one => one === wanted)
  if (found === undefined)
    throw new UserError(`there is no operation "${visible(word.slice(0, 100))}"`, {
      fix: didYouMean(wanted, operationNames) ?? `there are: ${operationNames.join(', ')}`,
    })
  return await checked(operations[found] as unknown as Operation<z.ZodObject>, found, params, place, report)
}

async function checked(
  { input, act }: Operation<z.ZodObject>,
  word: OperationName,
  params: unknown,
  place: Place,
  report: Report,
): Promise<Details> {
  const parsed = input.safeParse(params)
  if (parsed.success) return await act(parsed.data, place, report)
  const known = Object.keys(input.shape)
  throw new UserError(
    parsed.error.issues
      .slice(0, 5)
      .map(issue => {
        if (issue.code !== 'unrecognized_keys')
          return `${word}: ${issue.path.join('.') || 'params'}: ${issue.message}`
        const [key = ''] = issue.keys
        const hint =
          didYouMean(key, known) ?? (known.length === 0 ? 'it takes none' : `there are: ${known.join(', ')}`)
        return `${word}: there is no parameter "${visible(key.slice(0, 100))}"; ${hint}`
      })
      .join('\n'),
  )
}
