import { between, pick } from '../../../../../chaos/random.ts'

/** What a gdb that misbehaves does it with. `lines`: what a good one would say, its numbers in their places. */
export type Doing = {
  readonly token: string
  readonly lines: readonly string[]
  readonly random: () => number
  readonly say: (...lines: readonly string[]) => void
  readonly raw: (bytes: string) => void
  readonly later: (ms: number, work: () => void) => void
  /** From now on it neither reads nor writes. */
  readonly hang: () => void
  readonly end: () => void
}

export type Misbehaviour = (doing: Doing) => void

const isAnswer = (line: string) => /^\d+\^/.test(line)
const floods =
  (many: number, line: (at: number) => string): Misbehaviour =>
  ({ say, lines }) =>
    say(...Array.from({ length: many }, (_, at) => line(at)), ...lines)
const spoils =
  (change: (line: string, doing: Doing) => string): Misbehaviour =>
  doing =>
    doing.say(...doing.lines.map(line => change(line, doing)))
const oddTexts = ['', '-1', '99999999999999999999', '\\000', '\\377\\376', '__proto__', '0x', 'constructor']

/** All the ways in which a gdb goes wrong, at one command. */
export const misbehaviours = {
  behaves: ({ say, lines }) => say(...lines),
  delays: ({ later, random, say, lines }) => later(between(random, 0, 20), () => say(...lines)),
  cutsLines: ({ raw, lines }) => {
    for (const character of `${lines.join('\r\n')}\r\n`) raw(character)
  },
  doubles: ({ say, lines }) => say(...lines.flatMap(line => [line, line])),
  reorders: ({ say, lines }) => say(...lines.toReversed()),
  dropsAnswer: ({ say, lines }) => say(...lines.filter(line => !isAnswer(line))),
  dropsNotices: ({ say, lines }) => say(...lines.filter(isAnswer)),
  hangs: ({ hang }) => hang(),
  hangsBehindAnswer: ({ say, lines, hang }) => {
    say(...lines)
    hang()
  },
  ends: ({ end }) => end(),
  endsBehindAnswer: ({ say, lines, end }) => {
    say(...lines)
    end()
  },
  endsWithin: ({ raw, lines, random, end }) => {
    const text = lines.join('\n')
    raw(text.slice(0, between(random, 0, text.length - 1)))
    end()
  },
  exits: ({ say, token, end }) => {
    say(`${token}^exit`)
    end()
  },
  refuses: ({ say, token }) => say(`${token}^error,msg="not now"`),
  refusesWithoutReason: ({ say, token }) => say(`${token}^error`),
  refusesBehindRunning: ({ say, token }) => say(`${token}^running`, `${token}^error,msg="Command aborted."`),
  answersNothing: ({ say, token }) => say(`${token}^done`),
  answersOthers: ({ say, lines }) => say('99999^done', '^done,value="nobody"', ...lines),
  saysNoRecord: ({ say, lines }) => say('what?', '', '\0\0', ...lines),
  saysBrokenRecord: spoils((line, { random }) => line.slice(0, between(random, 1, line.length))),
  saysOpenText: ({ say }) => say('*stopped,reason="'),
  saysOddValues: spoils((line, { random }) =>
    line.replaceAll(/"[^"]*"/g, () => `"${pick(random, oddTexts)}"`),
  ),
  saysOddNames: spoils(line => line.replaceAll(/\b[a-z-]+=/g, '__proto__=')),
  saysHugeValues: spoils(line => line.replaceAll(/"(?=[,\]}]|$)/g, `${'x'.repeat(200_000)}"`)),
  saysHugeLists: spoils(line =>
    line.replace(/=\[(.+)\]/, (_, one) => `=[${Array(5_000).fill(one).join(',')}]`),
  ),
  nests: ({ say, token }) => say(`${token}^done,stack=${'['.repeat(50_000)}${']'.repeat(50_000)}`),
  nestsInNotices: ({ say, lines }) =>
    say(`=poem,of=${'{a='.repeat(50_000)}"x"${'}'.repeat(50_000)}`, ...lines),
  saysOneLine: ({ raw }) => raw(`~"${'x'.repeat(70 * 1_024 * 1_024)}`),
  floodsConsole: floods(20_000, at => `~"line ${at} of much\\n"`),
  floodsLog: floods(20_000, at => `&"warning ${at}\\n"`),
  floodsUnknown: floods(20_000, at => `=poem-${at},line="roses"`),
  floodsBreakpoints: floods(
    5_000,
    at => `=breakpoint-created,bkpt={number="${at + 10}",times="0",line="3",fullname="/app.c"}`,
  ),
  floodsStops: floods(2_000, () => '*stopped,reason="signal-received",signal-name="SIGINT",thread-id="1"'),
  floodsStopsAndGoes: floods(2_000, at =>
    at % 2 === 0 ? '*stopped,thread-id="1"' : '*running,thread-id="all"',
  ),
  endsProgramManyTimes: floods(1_000, () => '*stopped,reason="exited-normally"'),
} as const satisfies Record<string, Misbehaviour>

export type MisbehaviourName = keyof typeof misbehaviours
export const misbehaviourNames = Object.keys(misbehaviours) as MisbehaviourName[]
