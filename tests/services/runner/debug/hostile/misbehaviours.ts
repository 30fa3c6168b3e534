import { between, pick } from '../../../../chaos/random.ts'
import type { Message, Request } from './model-adapter.ts'

/** What an adapter that misbehaves does it with. */
export type Doing = {
  readonly request: Request
  /** What a good one would say now. */
  readonly messages: readonly Message[]
  readonly random: () => number
  readonly say: (message: object) => void
  readonly raw: (bytes: string) => void
  readonly later: (ms: number, work: () => void) => void
  /** From now on it neither reads nor writes. */
  readonly hang: () => void
  /** It goes away. */
  readonly end: () => void
}

export type Misbehaviour = {
  /** At one message of the protocol; otherwise at all of them. */
  readonly once: boolean
  /** All is as it would be without it. */
  readonly harmless?: boolean
  readonly act: (doing: Doing) => void
}

const all = ({ messages, say }: Doing) => messages.forEach(say)
const answerOf = ({ messages }: Doing) => messages.find(({ type }) => type === 'response')

/** A message in its frame, for those that spoil it. */
const framed = (text: string, length = Buffer.byteLength(text)) => `Content-Length: ${length}\r\n\r\n${text}`

const once = (act: Misbehaviour['act']): Misbehaviour => ({ once: true, act })
const harmless = (act: Misbehaviour['act']): Misbehaviour => ({ once: false, harmless: true, act })
const harmlessOnce = (act: Misbehaviour['act']): Misbehaviour => ({ once: true, harmless: true, act })

/** Says all that it should, and before it this, many times. */
const floods = (many: number, message: (at: number) => object) => (doing: Doing) => {
  for (let at = 0; at < many; at++) doing.say(message(at))
  all(doing)
}
const event = (name: string, body: unknown) => ({ type: 'event', event: name, body })

/** Answers with what `change` makes of the body. */
const spoils = (change: (body: unknown, doing: Doing) => unknown) => (doing: Doing) => {
  for (const message of doing.messages)
    doing.say(
      'body' in message && message.body !== undefined
        ? { ...message, body: change(message.body, doing) }
        : message,
    )
}

/** The same, each value in it that is no object changed. */
function leaves(value: unknown, change: (leaf: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map(one => leaves(one, change))
  if (typeof value !== 'object' || value === null) return change(value)
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, leaves(one, change)]))
}

const texts = (change: (text: string) => unknown) =>
  spoils(body => leaves(body, leaf => (typeof leaf === 'string' ? change(leaf) : leaf)))

/** What JSON can nest, and recursion cannot follow. */
const nested = (depth: number): string => `${'{"in":'.repeat(depth)}0${'}'.repeat(depth)}`
const deepest = 20_000

const oddNumbers = [-1, 0, 1.5, 2 ** 31, 2 ** 53, -(2 ** 63), 1e308]
const oddTexts = [
  '',
  '\0',
  '\ud800',
  '__proto__',
  'constructor',
  '../../../../etc/passwd',
  '/\0',
  '\x1b[2J\r\n',
]
const oddValues = [null, true, -1, 'text', [], {}, [[]], { length: -1 }, ...oddNumbers]

/** All the ways in which adapters go wrong. */
export const misbehaviours = {
  behaves: harmless(all),
  delays: harmless(doing => {
    const ms = between(doing.random, 0, 20)
    doing.later(ms, () => all(doing))
  }),
  reorders: harmless(doing => {
    const left = [...doing.messages]
    while (left.length > 0) doing.say(left.splice(between(doing.random, 0, left.length - 1), 1)[0] ?? {})
  }),
  /** What happens in its order, and answers whenever. */
  scatters: harmless(({ messages, random, later, say }) => {
    const ms = between(random, 0, 20)
    for (const message of messages)
      later(message.type === 'event' ? ms : between(random, 0, 40), () => say(message))
  }),
  doubles: harmless(({ messages, say }) => {
    for (const message of messages) for (const _ of [1, 2]) say(message)
  }),
  answersOthers: harmless(doing => {
    for (const request_seq of [-1, 0, 99_999])
      doing.say({ type: 'response', request_seq, command: 'threads', success: true, body: {} })
    all(doing)
  }),
  asks: harmless(floods(5, at => ({ type: 'request', seq: -at, command: 'runInTerminal', arguments: {} }))),

  dropsAnswer: once(({ messages, say }) => messages.filter(({ type }) => type === 'event').forEach(say)),
  dropsEvents: once(({ messages, say }) => messages.filter(({ type }) => type !== 'event').forEach(say)),
  dropsMany: {
    once: false,
    act: ({ messages, random, say }) => messages.filter(() => random() < 0.8).forEach(say),
  },
  hangs: once(({ hang }) => hang()),
  hangsBehindAnswer: once(doing => {
    const answer = answerOf(doing)
    if (answer !== undefined) doing.say(answer)
    doing.hang()
  }),
  ends: once(({ end }) => end()),
  endsBehindAnswer: once(doing => {
    all(doing)
    doing.end()
  }),
  endsWithin: once(doing => {
    const text = JSON.stringify({ seq: 1, ...answerOf(doing) })
    doing.raw(framed(text).slice(0, -between(doing.random, 1, text.length)))
    doing.end()
  }),
  refuses: once(({ request: { seq, command }, say }) =>
    say({ type: 'response', request_seq: seq, command, success: false, message: 'not now' }),
  ),
  refusesOddly: once(({ request: { seq: request_seq, command }, random, say }) =>
    say({
      ...{ type: 'response', request_seq, command, success: false, message: `\0${'x'.repeat(100_000)}` },
      body: { error: pick(random, oddValues) },
    }),
  ),

  floodsOutput: harmlessOnce(
    floods(1_000, at => event('output', { category: 'stdout', output: `${at} ${'x'.repeat(100)}\n` })),
  ),
  floodsUnknown: harmlessOnce(floods(1_000, at => event(`event ${at}`, { at }))),
  floodsBreakpoints: once(
    floods(1_000, id =>
      event('breakpoint', { reason: 'changed', breakpoint: { id: id % 9, verified: false } }),
    ),
  ),
  floodsStops: once(floods(700, () => event('stopped', { reason: 'pause', threadId: 1 }))),
  floodsStopsAndGoes: once(
    floods(700, at =>
      at % 2 === 0
        ? event('stopped', { reason: 'breakpoint', threadId: 1 })
        : event('continued', { threadId: 1, allThreadsContinued: true }),
    ),
  ),
  floodsCapabilities: once(floods(700, at => event('capabilities', { capabilities: { [`can${at}`]: at } }))),
  floodsTraces: harmlessOnce(
    floods(700, at => event('debugServerTraced', { lost: at, records: [{ probe: at }] })),
  ),
  floodsMessages: once(
    floods(700, at => event('output', { output: `~watch ${at % 3}~${'y'.repeat(1_000)}` })),
  ),
  endsManyTimes: once(floods(700, () => event('terminated', undefined))),

  hugeTexts: once(texts(text => text.padEnd(1_000_000, 'žluť '))),
  hugeLists: once(
    spoils(function more(body): unknown {
      if (Array.isArray(body)) return Array.from({ length: 20_000 }, (_, at) => body[at % body.length])
      if (typeof body !== 'object' || body === null) return body
      return Object.fromEntries(Object.entries(body).map(([name, one]) => [name, more(one)]))
    }),
  ),
  nests: once(doing => {
    const { seq: request_seq, command } = doing.request
    const text = JSON.stringify({ seq: 1, type: 'response', request_seq, command, success: true, body: '@' })
    doing.raw(framed(text.replace('"@"', nested(deepest))))
  }),
  nestsInEvents: once(doing => {
    for (const name of ['output', 'stopped', 'module', 'breakpoint', 'capabilities', 'process', 'poem']) {
      const text = JSON.stringify({ seq: 1, ...event(name, '@') })
      const body = `{"reason":"changed","output":"x","source":${nested(deepest)},"data":${nested(deepest)}}`
      doing.raw(framed(text.replace('"@"', body)))
    }
    all(doing)
  }),

  saysNoHeader: once(({ raw }) => raw('what?\r\n\r\n')),
  saysEndlessHeader: once(({ raw }) => raw('x'.repeat(10_000))),
  saysHugeLength: once(({ raw }) => raw('Content-Length: 9999999999\r\n\r\n{}')),
  saysShortLength: once(({ raw }) => raw(framed('{"seq":1,"type":"event","event":"x"}', 7))),
  saysLongLength: once(doing => {
    doing.raw(framed('{"seq":1,"type":"event","event":"x"}', 60))
    all(doing)
  }),
  saysNoJson: once(({ raw }) => raw(framed('{seq: 1}'))),
  saysNoUtf8: once(({ raw }) => raw(`Content-Length: 2\r\n\r\n\u00ff\u00fe`)),
  saysNoObject: once(({ raw, random }) => raw(framed(JSON.stringify(pick(random, oddValues))))),
  saysNoMessage: once(({ say }) => say({ type: 'poem' })),
  answersNothing: once(spoils(() => undefined)),
  answersOddly: once(spoils((_, { random }) => pick(random, oddValues))),
  hasOddTypes: once(spoils((body, { random }) => leaves(body, () => pick(random, oddValues)))),
  hasOddTexts: once(
    spoils((body, { random }) =>
      leaves(body, leaf => (typeof leaf === 'string' ? pick(random, oddTexts) : leaf)),
    ),
  ),
  hasOddNumbers: once(
    spoils((body, { random }) =>
      leaves(body, leaf => (typeof leaf === 'number' ? pick(random, oddNumbers) : leaf)),
    ),
  ),
} as const satisfies Record<string, Misbehaviour>

export type MisbehaviourName = keyof typeof misbehaviours
export const misbehaviourNames = Object.keys(misbehaviours) as MisbehaviourName[]
