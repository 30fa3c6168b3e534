import { PassThrough, Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import t from 'tap'
import { z } from 'zod'
import type { Io } from '../../../client/cli/io.ts'
import { coloured, plain } from '../../../client/cli/render/paint.ts'
import { reportOf, reportText } from '../../../client/cli/report-error.ts'
import type { ActContext, CliName } from '../../../client/cli/words/words.ts'
import { words } from '../../../client/cli/words.ts'
import type { Client } from '../../../client/sdk/client.ts'
import { contract } from '../../../services/contract/contract.ts'
import { now } from './rig.ts'

/** A title for the terminal, a colour, a bell, C1, a line that looks like another, and text that runs backwards. */
const hostile = 'a\x1b]0;t\x07\x1b[31mb\x9b2Jc\u202ed\re\u2028f\x00'
const obeyed =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069]/

/** A value of a schema with that text wherever text can be, and states in which nobody waits for anything. */
function spoiled(schema: z.core.$ZodType | undefined): unknown {
  if (schema instanceof z.ZodObject)
    return Object.fromEntries(Object.entries(schema.shape).map(([name, field]) => [name, spoiled(field)]))
  if (schema instanceof z.ZodArray) return [spoiled(schema.element)]
  if (schema instanceof z.ZodRecord) return { [hostile]: spoiled(schema.valueType) }
  if (schema instanceof z.ZodUnion) return spoiled(schema.options[0])
  if (schema instanceof z.ZodEnum) return resting(schema.options.map(String))
  if (schema instanceof z.ZodLiteral) return schema.value
  if (schema instanceof z.ZodNumber) return 1
  if (schema instanceof z.ZodBoolean) return false
  if (schema instanceof z.ZodNull) return null
  if (schema instanceof z.ZodPipe) return spoiled(schema.out)
  if (
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodReadonly
  )
    return spoiled(schema.def.innerType)
  // An id that is none gets no further than the SDK.
  return z.safeParse(schema ?? z.string(), hostile).success ? hostile : 'plain'
}

const resting = (states: readonly string[]): string | undefined =>
  states.find(state => state === 'failed' || state === 'ended' || state === 'ready') ?? states.at(-1)

/** A client that answers every call with one value. */
function answering(value: unknown): Client {
  const method = async () => value
  const group = new Proxy({}, { get: () => method })
  const versioned = async () => ({ value, version: `"${hostile}"` })
  const ways: Readonly<Record<string | symbol, unknown>> = { call: method, versioned }
  return new Proxy({}, { get: (_, name) => ways[name] ?? group }) as Client
}

/** What one act writes, its failure with it. */
async function written(name: CliName, json: boolean, colours: boolean): Promise<[string, string]> {
  const streams = { stdout: new PassThrough(), stderr: new PassThrough() }
  const io: Io = {
    stdin: Readable.from([]),
    ...streams,
    environment: {},
    directory: '/',
    platform: 'linux',
    root: '/',
    signal: AbortSignal.timeout(60_000),
    now: () => now,
  }
  const context: ActContext = {
    client: answering(spoiled(contract[name].output)),
    io,
    json,
    extras: new Map(),
    paint: colours ? coloured : plain,
    width: undefined,
    now,
  }
  const said = Promise.all([text(streams.stdout), text(streams.stderr)])
  const { act } = await words[name].act()
  try {
    await Reflect.apply(act, undefined, [{ session: '@last', url: 'https://x/y.git' }, context])
  } catch (error) {
    const { problem } = reportOf(error, { tokenFrom: 'the token', session: undefined })
    if (problem?.code === 'bug') throw error
    if (problem !== undefined) streams.stderr.write(reportText(problem, plain))
  }
  for (const stream of Object.values(streams)) stream.end()
  return await said
}

/** What a program wrote, and a file, come exactly as they are. */
const asTheyAre: readonly CliName[] = ['debug.output', 'artifacts.download']
const names = (Object.keys(words) as CliName[]).filter(
  name => contract[name].answer === 'json' && !asTheyAre.includes(name),
)

t.test('no text of a server is obeyed by a terminal, whichever field it stands in', async t => {
  t.ok(names.length > 40)
  let seen = 0
  for (const name of names) {
    const [stdout, stderr] = await written(name, false, false)
    // Not told with what it found, which the reader of the test would obey.
    t.notOk(obeyed.test(stdout), `${name}: stdout`)
    t.notOk(obeyed.test(stderr), `${name}: stderr`)
    if (`${stdout}${stderr}`.includes('\\x1b')) seen++
  }
  t.ok(seen > 30, `${seen} of them showed it`)
})

t.test('--json is JSON, whatever stands in it', async t => {
  for (const name of names) {
    const [stdout] = await written(name, true, false)
    const told = JSON.parse(stdout)
    const answered = spoiled(contract[name].output)
    // Beside what was answered stands its version, where that can be updated.
    if (told.version === hostile) t.same({ version: hostile, ...Object(answered) }, told, name)
    else t.same(told, answered, name)
  }
})

t.test('colours are ours alone', async t => {
  const [stdout] = await written('sessions.list', false, true)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  t.notMatch(stdout.replaceAll(/\x1b\[(?:\d+)m/g, ''), obeyed)
})
