import t from 'tap'
import type { z } from 'zod'
import { CallTracer } from '../../../../../services/runner/debug/delve/call-tracer.ts'
import type { Speaker } from '../../../../../services/runner/debug/within/dap-within.ts'

const file = '/app/main.go'
const code = [
  { address: '0x10', instruction: 'NOP', instructionBytes: '90' },
  { address: '0x18', instruction: 'RET', instructionBytes: 'c3' },
  { address: '0x19', instruction: 'INT $0x3', instructionBytes: 'cc' },
]
type Given = {
  readonly breakpoints?: readonly { readonly instructionReference?: string }[]
  readonly threadId?: number
  readonly frameId?: number
  readonly expression?: string
}
type Frame = { name: string; line: number; at: string }
const entry: Frame = { name: 'main.f', line: 3, at: '0x10' }
const back: Frame = { name: 'main.f', line: 5, at: '0x18' }

/** Where goroutines stand; what answers as Delve does. */
async function rig(standing: Map<number, Frame>, broken: ReadonlySet<string> = new Set()) {
  const records: { thread: string; ended: string }[] = []
  const asked: string[] = []
  const taken = new Set<string>()
  const frames = [...standing.keys()]
  const answers: Record<string, (given: Given) => unknown> = {
    setBreakpoints: ({ breakpoints = [] }) => ({
      breakpoints: breakpoints.map((_, id) => ({ id: id + 1, verified: true })),
    }),
    setInstructionBreakpoints: ({ breakpoints = [] }) => ({
      breakpoints: breakpoints.map(({ instructionReference = '' }) => ({
        verified: !taken.has(instructionReference),
      })),
    }),
    stackTrace({ threadId = 0 }) {
      const frame = standing.get(threadId)
      if (frame === undefined) throw new Error('unknown goroutine')
      const { name, line, at } = frame
      const id = 1_000 + frames.indexOf(threadId)
      return { stackFrames: [{ id, name, line, source: { path: file }, instructionPointerReference: at }] }
    },
    scopes: ({ frameId }) => ({
      scopes: [{ name: 'Locals', variablesReference: frameId, expensive: false }],
    }),
    variables: () => ({ variables: [] }),
    evaluate({ expression = '' }) {
      if (broken.has(expression)) throw new Error(`cannot evaluate ${expression}`)
      const value = { 'runtime.frameoff': '-100', 'runtime.gomaxprocs': '2', 'runtime.sched.npidle': '0' }
      return { result: value[expression as keyof typeof value] ?? 'true', variablesReference: 0 }
    },
    threads: () => ({
      threads: [...standing.keys()].map(id => ({ id, name: `* [Go ${id}] main.f (Thread ${id})` })),
    }),
    disassemble: () => ({ instructions: code }),
  }
  const ask = (async (command: string, given: Given, schema: z.ZodType) => {
    asked.push(`${command} ${JSON.stringify(given)}`)
    return schema.parse(answers[command]?.(given) ?? {})
  }) as Speaker['ask']
  const tracer = new CallTracer(
    ask,
    (_, body) => void records.push(...(body as { records: typeof records }).records),
  )
  const traced = { id: 1, name: 'f', file, line: 3, inside: { line: 3, column: 9 }, suspends: false }
  await tracer.trace({ functions: [{ ...traced, parameters: [], results: [] }] })
  return {
    tracer,
    taken,
    asked,
    begin: (goroutine: number) => tracer.heard({ output: `> [Go ${goroutine}]: ~call 1 -100~\n` }),
    /** By breakpoints that stand where returns are. */
    returned: (goroutine: number) =>
      tracer.stopped({ reason: 'instruction breakpoint', threadId: goroutine, hitBreakpointIds: [9] }),
    entered: (goroutine: number) =>
      tracer.stopped({ reason: 'breakpoint', threadId: goroutine, hitBreakpointIds: [1] }),
    told: () => records.splice(0).map(({ thread, ended }) => `${thread} ${ended}`),
  }
}

t.test('one that is told nothing of keeps no others from being heard', async t => {
  const standing = new Map([[1, entry]])
  const { entered, returned, begin, told, tracer, taken } = await rig(standing, new Set(['broken']))
  await entered(1)
  begin(2)
  const own = { line: 7, condition: 'broken' }
  tracer.request('setBreakpoints', { source: { path: file }, breakpoints: [own] })
  await new Promise(setImmediate)
  taken.add('0x40')
  standing.set(1, back).set(3, { name: 'main.g', line: 7, at: '0x40' }).set(2, back)
  t.equal(await returned(1), undefined)
  t.same(told(), ['goroutine 1 returned', 'goroutine 2 returned'])
})

t.test(
  'of what returns where another breakpoint stands nobody hears, and while one is evaluated',
  async t => {
    const { entered, begin, told, tracer, taken } = await rig(new Map([[1, entry]]))
    await entered(1)
    tracer.request('evaluate', { expression: 'call f(1)' })
    tracer.request('continue', { threadId: 1 })
    begin(1)
    t.same(told(), ['goroutine 1 unseen'])
    tracer.request('next', { threadId: 1 })
    taken.add('0x18')
    tracer.request('continue', { threadId: 1 })
    await new Promise(setImmediate)
    begin(1)
    t.same(told(), ['goroutine 1 unseen', 'goroutine 1 unseen'], 'the one before, and this one')
  },
)

t.test('where these return, somebody’s own breakpoint comes first', async t => {
  const { entered, asked, tracer } = await rig(new Map([[1, entry]]))
  await entered(1)
  asked.length = 0
  tracer.request('setBreakpoints', { source: { path: file }, breakpoints: [{ line: 5 }] })
  asked.push('theirs')
  await new Promise(setImmediate)
  t.equal(asked[0], 'setInstructionBreakpoints {"breakpoints":[]}')
  t.match(asked[1], /^setBreakpoints /)
  const again = 'setInstructionBreakpoints {"breakpoints":[{"instructionReference":"0x18"}]}'
  t.same(asked.slice(2), ['theirs', again])
})
