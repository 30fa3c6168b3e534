/**
 * An MCP server over stdio that does what its caller wants: it answers, or floods, or hangs, or asks, or dies. It speaks the
 * protocol by hand, so that it can also speak it badly. `OFFER` names a file of JSON that replaces what it offers, `SILENT` a
 * method that it never answers.
 */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, writeSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'

type Input = Readonly<Record<string, unknown>>

const tool = (name: string, description: string, properties: Input = {}) => ({
  name,
  description,
  inputSchema: { type: 'object', properties },
})
const usual = {
  tools: [
    tool('echo', 'gives its arguments back', { text: { type: 'string' }, list: { type: 'array' } }),
    tool('facts', 'tells its process, environment and directory'),
    tool('huge', 'answers with so many bytes', { bytes: { type: 'integer' }, last: { type: 'boolean' } }),
    tool('hang', 'never answers'),
    tool('wait', 'tells that it waits, and answers after so many milliseconds', { ms: { type: 'integer' } }),
    tool('wait_for', 'tells that it waits, and answers once there is such a file', {
      path: { type: 'string' },
    }),
    tool('die', 'ends while it is called'),
    tool('flood', 'tells so many messages, then answers', { messages: { type: 'integer' } }),
    tool('steps', 'tells of its progress, then answers'),
    tool('ask', 'asks its client', {
      ...{ method: { type: 'string' }, params: { type: 'object' }, times: { type: 'integer' } },
    }),
    tool('change', 'offers one tool more from then on'),
    tool('refuse', 'answers with an error of the protocol', { code: { type: 'integer' } }),
    tool('deep', 'answers with what nests without end'),
    tool('log', 'logs as much as it is to', { messages: { type: 'array' } }),
    tool('link', 'answers with a link to a resource'),
  ],
  prompts: [{ name: 'greet', description: 'greets', arguments: [{ name: 'name' }] }],
}
const offered = process.env.OFFER === undefined ? usual : JSON.parse(readFileSync(process.env.OFFER, 'utf8'))
const extra: unknown[] = []
const levels: unknown[] = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency']
let level: unknown = 'info'
const waiting = new Map<string, (answer: Input) => void>()
const cancelled = new Set<unknown>()

// A whole line, however much of it a pipe takes at a time.
function write(text: string): void {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; )
    try {
      at += writeSync(1, bytes, at)
    } catch (error) {
      if (!(error instanceof Error) || !('code' in error) || error.code !== 'EAGAIN') throw error
      // Until its reader has taken some.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)
    }
}
const say = (message: Input) => write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)
const text = (value: unknown) => ({ content: [{ type: 'text', text: String(value) }] })

const sayProgress = ({ progressToken }: Input) =>
  say({ method: 'notifications/progress', params: { progressToken, progress: 0 } })

async function callTool(name: unknown, input: Input, id: unknown, meta: Input): Promise<unknown> {
  switch (name) {
    case 'echo':
      return { ...text(JSON.stringify(input)), structuredContent: input }
    case 'facts':
      return text(
        JSON.stringify({
          ...{ pid: process.pid, env: process.env, cwd: process.cwd(), args: process.argv.slice(2) },
          cancelled: [...cancelled],
        }),
      )
    case 'huge': {
      const content = `[{"type":"text","text":"${'x'.repeat(Number(input.bytes))}"}]`
      const [before, after] = input.last === true ? ['', `,"id":${id}`] : [`"id":${id},`, '']
      write(`{"jsonrpc":"2.0",${before}"result":{"content":${content}}${after}}\n`)
      return undefined
    }
    case 'hang':
      return undefined
    case 'wait_for':
      sayProgress(meta)
      while (!existsSync(String(input.path))) await delay(20)
      return text('done')
    case 'wait':
      sayProgress(meta)
      return await delay(Number(input.ms), text('done'))
    case 'die':
      spawn('sleep', ['600'], { detached: true, stdio: 'ignore' }).unref()
      process.stderr.write('out of ideas\n')
      return process.exit(3)
    case 'flood': {
      const line = `${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data: 'x' } })}\n`
      for (let left = Number(input.messages); left > 0; left -= 500) write(line.repeat(Math.min(left, 500)))
      return text('done')
    }
    case 'steps':
      for (const progress of [1, 2, ...Array(50).fill(3)])
        say({
          method: 'notifications/progress',
          params: { progressToken: meta.progressToken, progress, total: 3, message: 'x'.repeat(5_000) },
        })
      return text('done')
    case 'ask': {
      const questions = Array.from({ length: Number(input.times ?? 1) }, (_, at) => `q${id}.${at}`)
      const answers = questions.map(question => new Promise<Input>(resolve => waiting.set(question, resolve)))
      const asked = { jsonrpc: '2.0', method: input.method, params: input.params ?? {} }
      write(questions.map(question => `${JSON.stringify({ id: question, ...asked })}\n`).join(''))
      return text((await Promise.all(answers)).map(answer => JSON.stringify(answer)).join('\n'))
    }
    case 'change':
      extra.push(tool('late', 'was not there before'))
      say({ method: 'notifications/tools/list_changed' })
      return text('changed')
    case 'deep':
      write(
        `{"jsonrpc":"2.0","id":${id},"result":{"content":[],"structuredContent":{"x":${'['.repeat(4_000)}${']'.repeat(4_000)}}}}\n`,
      )
      return undefined
    case 'log':
      for (const one of [input.messages ?? []].flat())
        if (levels.indexOf(Object(one).level) >= levels.indexOf(level))
          say({ method: 'notifications/message', params: one })
      return text('logged')
    case 'link':
      return { content: [{ type: 'resource_link', uri: 'note://one', name: 'one' }] }
    default:
      return text(`there is no tool ${name} here`)
  }
}

async function answer(method: unknown, params: Input, id: unknown): Promise<unknown> {
  if (method === process.env.SILENT) return undefined
  switch (method) {
    case 'initialize':
      return {
        protocolVersion: params.protocolVersion,
        capabilities: {
          tools: { listChanged: true },
          prompts: {},
          resources: {},
          completions: {},
          logging: {},
        },
        serverInfo: { name: 'unruly', version: '1' },
      }
    case 'logging/setLevel':
      level = params.level
      return {}
    case 'tools/list':
      return { tools: [...offered.tools, ...extra] }
    case 'tools/call':
      return await callTool(params.name, Object(params.arguments), id, Object(params._meta))
    case 'prompts/list':
      return { prompts: offered.prompts }
    case 'prompts/get':
      return {
        messages: [
          { role: 'user', content: { type: 'text', text: `greet ${Object(params.arguments).name}` } },
        ],
      }
    case 'resources/list':
      return { resources: [{ uri: 'note://one', name: 'one' }] }
    case 'resources/templates/list':
      return { resourceTemplates: [{ uriTemplate: 'note://{name}', name: 'notes' }] }
    case 'resources/read':
      return { contents: [{ uri: params.uri, text: `what stands in ${params.uri}` }] }
    case 'completion/complete':
      return { completion: { values: [`${Object(params.ref).name ?? Object(params.ref).uri}!`] } }
    default:
      return {}
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const { id, method, params = {}, result, error } = JSON.parse(line)
  if (method === undefined) waiting.get(id)?.(result ?? { error })
  else if (method === 'notifications/cancelled') cancelled.add(params.requestId)
  else if (params.name === 'refuse' && method === 'tools/call')
    say({
      id,
      error: { code: params.arguments?.code ?? -32_050, message: 'not today', data: { until: 'monday' } },
    })
  else if (id !== undefined)
    void answer(method, params, id).then(told => {
      if (told !== undefined) say({ id, result: Object(told) })
    })
}
