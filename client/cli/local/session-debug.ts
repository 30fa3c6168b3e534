import type { ConnectionFlags } from '../../../config/client/load.ts'
import { loadSettings } from '../../../config/client/load.ts'
import { didYouMean } from '../../../lib/suggest.ts'
import { contract } from '../../../services/contract/contract.ts'
import { debugOperationNames } from '../../../services/contract/debug-message.ts'
import type { Operation } from '../../../services/contract/operation.ts'
import { usageError } from '../cli-error.ts'
import { type Field, fieldsOf } from '../fields.ts'
import { layoutOf, type PlainWords } from '../flags.ts'
import { inputFrom, type Typed } from '../input.ts'
import type { Io } from '../io.ts'
import { perform } from '../perform.ts'
import { readText } from '../read-text.ts'
import { abridged } from '../render/abridged.ts'
import { clientAs } from '../server-client.ts'
import type { CliName, RenderContext, Words } from '../words/words.ts'
import { words } from '../words.ts'

type Flags = ConnectionFlags & {
  readonly json?: true
  readonly verbose?: true
  readonly action?: string
  readonly payload?: readonly string[]
}

/**
 * Any debug operation by its name, its fields as NAME=VALUE: what `debug ACTION` does. `open`: what scripts that were
 * written for such a command begin with.
 */
export async function sessionDebug(
  io: Io,
  { action = 'launch', payload = [], ...flags }: Flags,
  rendering: RenderContext,
  [session = '']: readonly string[],
): Promise<number> {
  const name = operationOf(action)
  const { layout, typed, extras } = typedAs(name, session, payload)
  const operation: Operation = contract[name]
  const text = (flag: string, file: string) => readText(io, flag, file)
  const none = () => Promise.reject(new Error(`no field of ${name} is a secret or made from a repository`))
  const input = await inputFrom(operation.input, layout, typed, {
    ...{ text, secret: none, newSecret: none, patch: none },
  })
  await using client = await clientAs(io, await loadSettings(io, flags), flags)
  return await perform(name, input, { ...rendering, client, io, json: flags.json === true, extras })
}

type DebugName = Extract<CliName, `debug.${string}`>

/** The words of both, the operation's own and that of the command, such as `terminate` and `stop`. */
const actions = (): ReadonlyMap<string, DebugName> =>
  new Map([
    ['open', 'debug.launch'],
    ...debugOperationNames.flatMap((name): [string, DebugName][] => [
      [name.slice('debug.'.length), name],
      [(words[name].path[1] ?? '').replaceAll('-', '_'), name],
    ]),
  ])

function operationOf(action: string): DebugName {
  const known = actions()
  const found = known.get(action.replaceAll('-', '_'))
  if (found !== undefined) return found
  throw usageError(
    `--action "${abridged(action)}": expected one of ${[...known.keys()].join(', ')}`,
    didYouMean(action, known.keys()),
  )
}

/** What was given, as if each had been a flag of the operation's command. */
function typedAs(name: DebugName, session: string, payload: readonly string[]) {
  const operation: Operation = contract[name]
  const said: PlainWords & Pick<Words<CliName>, 'extras'> = words[name]
  const fields = fieldsOf(operation.input)
  const layout = layoutOf(fields, { places: ['session'], flags: named(fields, said) })
  const flags: Record<string, string | readonly string[] | true | undefined> = {}
  const extras = new Map<string, string | true>()
  for (const one of payload) {
    const [key = '', value] = parted(one)
    const field = fields.find(({ name }) => name === key.replaceAll('-', '_') && name !== 'session')
    if (field !== undefined) flags[label(field)] = taken(field, value, flags[label(field)])
    else if (said.extras?.some(extra => extra.name === key)) extras.set(key, value)
    else {
      const known = [
        ...layout.flags.map(({ field }) => field.name),
        ...(said.extras ?? []).map(one => one.name),
      ]
      throw usageError(
        `--payload "${abridged(key)}": no field of ${name}, which has ${known.join(', ')}`,
        didYouMean(key, known),
      )
    }
  }
  const typed: Typed = { places: [session], rest: [], flags }
  return { layout, typed, extras }
}

function parted(text: string): [string, string] {
  const at = text.indexOf('=')
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)]
  throw usageError(`--payload "${abridged(text)}": expected NAME=VALUE, such as wait=30s`)
}

function taken(
  { name, type }: Field,
  value: string,
  before: string | readonly string[] | true | undefined,
): string | readonly string[] | true | undefined {
  if (type.kind === 'boolean') {
    if (value !== 'true' && value !== 'false')
      throw usageError(`--payload ${name} "${abridged(value)}": expected true or false`)
    return value === 'true' ? true : undefined
  }
  if (type.kind !== 'list' && type.kind !== 'record') return value
  return [...(Array.isArray(before) ? before : []), value]
}

/** Each field as a flag that is called after it, read as its own flag is. */
const named = (fields: readonly Field[], { flags }: PlainWords): NonNullable<PlainWords['flags']> =>
  Object.fromEntries(
    fields.map(field => {
      const own = flags?.[field.name]
      return [field.name, { ...(typeof own === 'object' ? own : {}), name: label(field), value: 'VALUE' }]
    }),
  )

const label = ({ name }: Pick<Field, 'name'>): string => `payload ${name}`
