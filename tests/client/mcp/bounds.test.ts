import { isDeepStrictEqual } from 'node:util'
import { CallToolResultSchema } from '@modelcontextprotocol/sdk/types.js'
import t from 'tap'
import { z } from 'zod'
import { createTools } from '../../../client/mcp/tools.ts'
import { words } from '../../../client/mcp/words.ts'
import { chunkOf } from '../../../client/sdk/log-bytes.ts'
import { contract } from '../../../services/contract/contract.ts'
import { instant } from '../../../services/contract/examples/things.ts'
import type { Operation } from '../../../services/contract/operation.ts'
import { artifact, command, end, session } from '../samples.ts'
import { type Handlers, Refusal } from '../stand-in-server.ts'
import { inProcess } from './in-process.ts'
import { largest, type Size } from './largest.ts'
import { mostBytes, textOf } from './rig.ts'
import { sendRange } from './send-range.ts'

t.setTimeout(300_000)

/** What a server might have to tell that takes much room, each in a way of its own. */
const sizes: Readonly<Record<string, Size>> = {
  'long texts': { text: 'a word ', times: 20_000, items: 3 },
  'texts of which each character takes six bytes': { text: '\u0007', times: 5_000, items: 20 },
  'texts of which each character takes three bytes': { text: '漢', times: 9_000, items: 20 },
  'many texts that are not short': { text: 'é', times: 90, items: 400 },
  'many things': { text: 'x', times: 1, items: 2_000 },
}

/** A value for each field that some tool needs. */
const fields: Readonly<Record<string, unknown>> = {
  url: 'https://example.org/demo.git',
  repository: 'demo',
  session: session().id,
  command: command().id,
  artifact: artifact().id,
  action: 'variables',
  frame: 0,
  reference: 1,
  expression: 'total',
  at: 'app.py:3',
  name: 'total',
  value: '3',
  address: '0x1',
  hex: '00',
  patch: 'x',
}
/** What cannot be told by which fields are required. */
const more: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  command_input: { text: 'ls\n' },
  debug_launch: { python: 'app.py' },
  run_to_failure: { python: 'app.py' },
  debug_break: { breakpoints: ['app.py:3'] },
  debug_control: { action: 'take' },
}

const bytes = {
  text: Buffer.from('é漢\u0007\n'.repeat(20_000)),
  binary: Buffer.from(Array.from({ length: 100_000 }, (_, i) => (i * 7_919) % 251)),
}

/** Answers of a server in which everything is as large as the contract lets it be. */
function handlersFor(size: Size, content: Buffer): Handlers {
  const handlers: Record<string, Handlers[keyof Handlers]> = {}
  const text = size.text.repeat(size.times).slice(0, 2_000)
  for (const name of Object.keys(words) as (keyof typeof words)[]) {
    const { output, answer }: Operation = contract[name]
    if (answer === 'json') handlers[name] = input => answerTo(output, input, size) as never
  }
  // Which commands there are decides how often a log is asked for.
  handlers['commands.get'] = () => command({ status: 'failed' })
  handlers['sessions.logs'] = ({ stream, offset = 0 }, exchange) => {
    const { request, response } = exchange
    if (request.headers.range !== undefined) return void sendRange(content, exchange)
    response.writeHead(200, { 'content-type': 'application/x-ndjson' })
    const chunk = chunkOf(
      { command: command().id, stream: stream === 'stderr' ? 'stderr' : 'stdout' },
      Number(offset),
      content.subarray(Number(offset)),
    )
    for (const message of [chunk, end()]) response.write(`${JSON.stringify(message)}\n`)
    response.end()
    return undefined
  }
  const said = { at: instant, category: 'stdout', truncated: true, file: null, line: null }
  handlers['debug.output'] = ({ stdout, stderr, messages, limit }) => {
    const at = { stdout: Number(stdout), stderr: Number(stderr) }
    const first = Number(messages)
    const told = [0, 1, 2].filter(offset => offset >= first).map(offset => ({ ...said, offset, text }))
    const part = content.subarray(at.stdout, at.stdout + Number(limit))
    const chunk = chunkOf({ command: command().id, stream: 'stdout' }, at.stdout, part)
    const next = { ...at, stdout: at.stdout + part.length, messages: 3 }
    const complete = next.stdout === content.length
    return { command: command().id, chunks: [chunk], messages: told, next, complete }
  }
  handlers['artifacts.get'] = () => artifact({ bytes: content.length, media_type: 'x'.repeat(200) })
  handlers['artifacts.download'] = (_, exchange) => void sendRange(content, exchange)
  return handlers as Handlers
}

/** One of three pages as it was asked for; what comes whole, whole. */
function answerTo(output: z.ZodType, input: Readonly<Record<string, unknown>>, size: Size): unknown {
  const value = largest(output, size)
  if (typeof value !== 'object' || value === null || Array.isArray(value) || !('next' in value)) return value
  const limit = Number(input.limit ?? 50)
  const cut = Object.entries(value).map(([name, one]) => [
    name,
    Array.isArray(one) ? one.slice(0, limit) : one,
  ])
  const page = { ...Object.fromEntries(cut) }
  if ('start' in input) {
    const next = Number(input.start) + limit
    return { ...page, next: next < 3 * limit ? next : null }
  }
  if (!('items' in page)) return value
  const turn = String(input.cursor ?? '').replace(/^n+/, '')
  return { ...page, next: turn === '2' ? null : `${'n'.repeat(150)}${Number(turn) + 1}` }
}

const tools = createTools()

/** The least that a tool can be asked for. */
function inputFor(name: string): Record<string, unknown> {
  const required = tools.find(tool => tool.name === name)?.inputSchema.required ?? []
  return { ...Object.fromEntries(required.map(field => [field, fields[field]])), ...more[name] }
}

t.test('each tool has a schema of what comes out, and it is that of an object', async t => {
  for (const { name, outputSchema } of tools) t.match(outputSchema, { type: 'object' }, name)
})

for (const [what, size] of Object.entries(sizes))
  t.test(`a result is within the bound, and meets its schema: ${what}`, async t => {
    for (const content of Object.values(bytes)) {
      const { client, bugs } = await inProcess(t, handlersFor(size, content))
      for (const { name } of tools) {
        let given = inputFor(name)
        for (let part = 1; part <= 3; part += 1) {
          const result = CallToolResultSchema.parse(await client.callTool({ name, arguments: given }))
          const text = textOf(result)
          t.notOk(result.isError, `${name}: ${text.slice(0, 300)}`)
          const length = Buffer.byteLength(text)
          t.ok(length <= mostBytes, `${name}, part ${part}: ${length} bytes`)
          t.ok(isDeepStrictEqual(JSON.parse(text), result.structuredContent), `${name}: in both forms`)
          const { cursor } = z.looseObject({ cursor: z.string().optional() }).parse(result.structuredContent)
          if (cursor === undefined) break
          given = name === 'session_debug' ? { ...given, payload: { cursor } } : { cursor }
        }
      }
      t.same(bugs, [])
    }
  })

t.test('what goes wrong is told within the bound as well', async t => {
  const detail = '漢'.repeat(20_000)
  const refused = [...Object.keys(words), 'artifacts.get'].map(name => [
    name,
    () => {
      throw new Refusal('evaluation_failed', detail)
    },
  ])
  const { client } = await inProcess(t, Object.fromEntries(refused))
  const wide = { name: '漢'.repeat(5_000), [`${'x'.repeat(50_000)}`]: detail }
  for (const { name } of tools)
    for (const given of [inputFor(name), { ...inputFor(name), ...wide }, { cursor: detail }]) {
      const result = CallToolResultSchema.parse(await client.callTool({ name, arguments: given }))
      t.equal(result.isError, true, name)
      t.match(textOf(result), /^\w+: .*\nfix: /s)
      const length = Buffer.byteLength(textOf(result))
      t.ok(length <= mostBytes, `${name}: ${length} bytes`)
    }
})

const partSchema = z.looseObject({
  text: z.string().optional(),
  base64: z.string().default(''),
  cursor: z.string().optional(),
})

t.test('the parts of an artifact are its bytes, wherever it is cut', async t => {
  let content = Buffer.alloc(0)
  const { client } = await inProcess(t, {
    'artifacts.get': () => artifact({ bytes: content.length }),
    'artifacts.download': (_, exchange) => void sendRange(content, exchange),
  })
  // What follows a cut may look like the rest of a character before text.
  const piece = Buffer.concat([Buffer.alloc(6, 0x80), Buffer.alloc(114, 'text ')])
  for (let shift = 0; shift < piece.length; shift += 1) {
    content = Buffer.concat(Array<Buffer>(70).fill(piece)).subarray(shift)
    const parts: Buffer[] = []
    for (let given: Record<string, unknown> = { artifact: artifact().id }; ; ) {
      const { structuredContent } = await client.callTool({ name: 'artifact_read', arguments: given })
      const { text, base64, cursor } = partSchema.parse(structuredContent)
      parts.push(text === undefined ? Buffer.from(base64, 'base64') : Buffer.from(text))
      if (cursor === undefined) break
      given = { cursor }
    }
    t.ok(Buffer.concat(parts).equals(content), `${shift} bytes later`)
  }
})
