import { didYouMean } from '../../../lib/suggest.ts'
import { fault, type Order } from './order.ts'
import { type ReplWord, replWords } from './repl-words.ts'

const byName: ReadonlyMap<string, ReplWord> = new Map(
  replWords.flatMap(word => word.names.map(name => [name, word] as const)),
)

/** Words that gdb and pdb mean differently. */
const ambiguous: Readonly<Record<string, string>> = {
  d: 'gdb deletes breakpoints with it, pdb goes down a frame: write delete or down',
  r: 'gdb runs with it, pdb returns: write restart or finish',
}

/** What gdb has and the prompt has not, and what does instead. */
const otherwise: Readonly<Record<string, string>> = {
  commands:
    'nothing is done by itself at a stop but "display EXPRESSION"; "dprintf LINE,MESSAGE" says something and goes on',
  detach: '"quit" leaves the debuggee as it is; "kill" ends it, or lets go of what was attached to',
  jump: 'a program is not sent elsewhere: "until LINE" goes on to a line',
}

const another = 'leave this prompt, and "debug launch" another program'
const ofShell = 'a prompt beside this one has a shell'
const ofPrompt = 'the prompt has its own words alone: "help" shows them'

/** The same of what may as well be the name of a variable: told where that cannot be evaluated. */
const perhaps: Readonly<Record<string, string>> = {
  ...{
    j: 'a program is not sent elsewhere: "until LINE" goes on to a line',
    start: 'it is launched already: "restart"',
  },
  ...{ file: another, attach: another, core: another },
  ...{ shell: ofShell, make: ofShell, edit: ofShell, cd: ofShell, pwd: ofShell },
  ...{
    define: ofPrompt,
    alias: ofPrompt,
    unalias: ofPrompt,
    source: ofPrompt,
    python: ofPrompt,
    py: ofPrompt,
  },
  interact: 'each line that begins with no word is evaluated in this frame',
  debug: 'an expression is evaluated without a stop: "break FUNCTION", then go on to a call',
  retval: 'what a function returns is not kept: "finish", and look at what it was given to',
  search: '"list FUNCTION" shows one; files are searched outside of this prompt',
  ...{ hbreak: '"break" sets one of the kind that the debugger has', thbreak: '"tbreak" stops once' },
  rbreak: '"break" takes one function at a time',
  ...{
    handle: 'signals that end a program stop it first',
    signal: 'signals are sent by "command" of the server',
  },
  record: 'the debug session is recorded: "debug replay" outside of this prompt',
  exceptions: '"exception" tells the one that it stands at',
}

export const wordNamed = (name: string): ReplWord | undefined => byName.get(name)

/** What a line asks for, and whether an empty line after it does that again. */
export function readOrder(line: string): { readonly order: Order; readonly again: boolean } {
  const text = line.trim()
  if (text === '') return { order: { kind: 'nothing' }, again: false }
  // As in pdb: a statement, whatever word it begins with.
  if (text.startsWith('!'))
    return { order: { kind: 'evaluate', expression: text.slice(1).trim() }, again: false }
  const [, slashed = '', how = '', of = ''] = /^(\w+)\/(\w+)\s+(.+)$/s.exec(text) ?? []
  const as = byName.get(slashed)?.readAs
  if (as !== undefined && !isOperator.test(of)) return { order: as(how, of), again: false }
  const [, first = '', rest = ''] = /^([\w?-]+)(?:\s+(.*))?$/s.exec(text) ?? []
  // A variable may be named like a word: what goes on like an expression is one.
  const word = isExpression(rest, first) && first !== 'print' ? undefined : byName.get(first)
  if (word !== undefined) return { order: word.read(rest.trim()), again: word.again === true }
  const reason = otherwise[first] ?? (rest === '' ? ambiguous[first] : undefined)
  if (reason !== undefined) return { order: fault(reason), again: false }
  return { order: { kind: 'evaluate', expression: text }, again: false }
}

/** How what follows a quotient begins, as in `x/2 + 1`: with an operator that stands by itself. */
const isOperator = /^(?:[-+*/%<>=!&|^@]{1,3}|if|in|is|and|or|not|instanceof)\s/

/** Whether what follows a word goes on from a variable of that name. */
const isExpression = (rest: string, first: string): boolean =>
  /^(?:=(?!=)|[-+*/%.[(]|[<>]|[!=]=)/.test(rest) ||
  (first.length === 1 && /^(?:if|in|is|and|or|not|instanceof)\s/.test(rest))

/** What may have been meant by a line that could not be evaluated. */
export function meant(line: string): string | undefined {
  const [first = ''] = /^[a-z-]+/.exec(line.trim()) ?? []
  if (Object.hasOwn(perhaps, first)) return perhaps[first]
  return first === '' || byName.has(first)
    ? undefined
    : didYouMean(
        first,
        [...byName.keys()].filter(name => name.length > 2),
      )
}

/** The words that begin so, for the key that completes. */
export const wordsLike = (beginning: string): string[] =>
  replWords.map(({ names: [name] }) => name).filter(name => name.startsWith(beginning))
