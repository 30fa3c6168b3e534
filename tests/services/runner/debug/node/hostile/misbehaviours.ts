import { between, pick } from '../../../../../chaos/random.ts'

/** What an inspector that misbehaves does it with. `messages`: what a good one would say. */
export type Doing = {
  readonly id: number
  readonly messages: readonly object[]
  readonly random: () => number
  readonly say: (...messages: readonly object[]) => void
  readonly raw: (text: string) => void
  readonly later: (ms: number, work: () => void) => void
  /** From now on it neither reads nor writes. */
  readonly hang: () => void
  readonly end: () => void
}

export type Misbehaviour = (doing: Doing) => void

const isAnswer = (message: object) => 'id' in message
const oddValues = [null, true, -1, 1e308, 'text', '', '\0', '__proto__', [], {}, [[]], { length: -1 }]

/** The same, each value in it that is no object changed; numbers of answers stay. */
function leaves(value: unknown, change: (leaf: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map(one => leaves(one, change))
  if (typeof value !== 'object' || value === null) return change(value)
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [
      name,
      name === 'id' || name === 'method' ? one : leaves(one, change),
    ]),
  )
}
const spoils =
  (change: (leaf: unknown, doing: Doing) => unknown): Misbehaviour =>
  doing =>
    doing.say(...doing.messages.map(message => Object(leaves(message, leaf => change(leaf, doing)))))
const floods =
  (many: number, message: (at: number) => object): Misbehaviour =>
  ({ say, messages }) =>
    say(...Array.from({ length: many }, (_, at) => message(at)), ...messages)
const nested = (depth: number) => `${'{"in":'.repeat(depth)}0${'}'.repeat(depth)}`

/** All the ways in which an inspector goes wrong, at one message. */
export const misbehaviours = {
  behaves: ({ say, messages }) => say(...messages),
  delays: ({ later, random, say, messages }) => later(between(random, 0, 20), () => say(...messages)),
  cutsLines: ({ raw, messages }) => {
    for (const character of messages.map(one => `${JSON.stringify(one)}\n`).join('')) raw(character)
  },
  doubles: ({ say, messages }) => say(...messages.flatMap(one => [one, one])),
  reorders: ({ say, messages }) => say(...messages.toReversed()),
  dropsAnswer: ({ say, messages }) => say(...messages.filter(one => !isAnswer(one))),
  dropsEvents: ({ say, messages }) => say(...messages.filter(isAnswer)),
  hangs: ({ hang }) => hang(),
  hangsBehindAnswer: ({ say, messages, hang }) => {
    say(...messages)
    hang()
  },
  ends: ({ end }) => end(),
  endsBehindAnswer: ({ say, messages, end }) => {
    say(...messages)
    end()
  },
  endsWithin: ({ raw, messages, random, end }) => {
    const text = JSON.stringify(messages[0] ?? {})
    raw(text.slice(0, between(random, 0, text.length - 1)))
    end()
  },
  refuses: ({ say, id }) => say({ id, error: { message: 'not now' } }),
  refusesOddly: ({ say, id }) => say({ id, error: { message: `\0${'x'.repeat(1_000_000)}` } }),
  answersNothing: ({ say, id }) => say({ id }),
  answersOddly: ({ say, id, random }) => say({ id, result: pick(random, oddValues) }),
  answersOthers: ({ say, messages }) => say({ id: -1, result: {} }, { id: 99_999, result: {} }, ...messages),
  saysNoJson: ({ raw, say, messages }) => {
    raw('what?\n\0\0\n{\n')
    say(...messages)
  },
  saysNoMessage: ({ say, messages }) => say([], {}, { poem: 'roses' }, ...messages),
  hasOddTypes: spoils((_, { random }) => pick(random, oddValues)),
  hasOddNumbers: spoils((leaf, { random }) =>
    typeof leaf === 'number' ? pick(random, [-1, 0.5, 2 ** 53, 1e308]) : leaf,
  ),
  hugeTexts: spoils(leaf => (typeof leaf === 'string' ? leaf.padEnd(500_000, 'žluť ') : leaf)),
  nests: ({ raw, id }) => raw(`{"id":${id},"result":${nested(20_000)}}\n`),
  nestsInEvents: ({ raw, say, messages }) => {
    for (const method of ['paused', 'scriptParsed', 'breakpointResolved', 'poem'])
      raw(`{"method":"Debugger.${method}","params":${nested(20_000)}}\n`)
    say(...messages)
  },
  floodsScripts: floods(3_000, at => ({
    method: 'Debugger.scriptParsed',
    params: { scriptId: `${at + 10}`, url: `file:///many/${at}.cjs`, sourceMapURL: '' },
  })),
  floodsUnknown: floods(20_000, at => ({ method: `Poem.line${at}`, params: { at } })),
  floodsPauses: floods(1_000, () => ({
    method: 'Debugger.paused',
    params: { reason: 'other', callFrames: [] },
  })),
  floodsWorkers: floods(1_000, at => ({
    method: 'NodeWorker.attachedToWorker',
    params: { sessionId: `${at}`, workerInfo: { workerId: `${at}`, url: 'file:///w.js' } },
  })),
  floodsBindings: floods(3_000, () => ({
    method: 'Runtime.bindingCalled',
    params: { name: '__debugServer', payload: '[' },
  })),
} as const satisfies Record<string, Misbehaviour>

export type MisbehaviourName = keyof typeof misbehaviours
export const misbehaviourNames = Object.keys(misbehaviours) as MisbehaviourName[]
