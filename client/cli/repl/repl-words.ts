import { breakWish } from './break-wish.ts'
import { fault, type Move, type Order } from './order.ts'

/** One word of the prompt, in the ways that gdb and pdb write it. */
export type ReplWord = {
  /** The first is the one that help shows. */
  readonly names: readonly [string, ...string[]]
  /** What follows it. */
  readonly takes?: string
  readonly says: string
  /** An empty line does it again. */
  readonly again?: true
  /** `rest`: what follows, without the space around it. */
  readonly read: (rest: string) => Order
}

const bare = (order: Order) => (rest: string) =>
  rest === '' ? order : fault(`nothing is to follow, and there is "${rest}"`)

const needed = (what: string, read: (rest: string) => Order) => (rest: string) =>
  rest === '' ? fault(`${what} is to follow`) : read(rest)

const move = (name: Move) => (rest: string) =>
  times(rest, count => ({ kind: 'move', move: name, times: count }))

const instruction = (over: boolean) => (rest: string) =>
  times(rest, count => ({ kind: 'instruction', over, times: count }))

function times(rest: string, order: (count: number) => Order): Order {
  if (rest === '') return order(1)
  const count = Number(rest)
  return Number.isInteger(count) && count >= 1 && count <= 1_000
    ? order(count)
    : fault(`"${rest}": expected how often, from 1 to 1000`)
}

function whole(rest: string, what: string, order: (number: number) => Order): Order {
  return /^\d{1,9}$/.test(rest) ? order(Number(rest)) : fault(`"${rest}": expected ${what}`)
}

function ids(rest: string): Order {
  const all = rest.split(/[\s,]+/)
  return all.every(id => /^\d{1,9}$/.test(id))
    ? { kind: 'delete', ids: all.map(Number) }
    : fault(`"${rest}": expected numbers of breakpoints, as "breakpoints" shows them`)
}

function set(rest: string): Order {
  const text = rest.replace(/^var(?:iable)?\s+/, '')
  const [, name = '', value = ''] = /^(.*?[^=!<>])\s*=(?!=)\s*(.+)$/s.exec(text) ?? []
  return name === '' ? fault('expected NAME = VALUE') : { kind: 'set', name: name.trim(), value }
}

const infos: Readonly<Record<string, Order>> = {
  locals: { kind: 'variables', scope: null },
  breakpoints: { kind: 'breakpoints' },
  threads: { kind: 'threads' },
  stack: { kind: 'stack' },
  scopes: { kind: 'scopes' },
  program: { kind: 'status' },
}

function info(rest: string): Order {
  const found = Object.keys(infos).filter(name => name.startsWith(rest))
  const [name] = found
  return name !== undefined && found.length === 1
    ? (infos[name] ?? fault(rest))
    : fault(`"${rest}": expected one of ${Object.keys(infos).join(', ')}`)
}

/** In the order of the help. */
export const replWords: readonly ReplWord[] = [
  {
    names: ['continue', 'c', 'cont'],
    takes: '[N]',
    says: 'go on until the next breakpoint, or the Nth',
    again: true,
    read: move('debug.continue'),
  },
  {
    names: ['next', 'n'],
    takes: '[N]',
    says: 'go on to the next line, over calls',
    again: true,
    read: move('debug.next'),
  },
  {
    names: ['step', 's', 'step-in'],
    takes: '[N]',
    says: 'go on into the next call',
    again: true,
    read: move('debug.step_in'),
  },
  {
    names: ['stepi', 'si'],
    takes: '[N]',
    says: 'a machine instruction, into calls, where the debugger can',
    again: true,
    read: instruction(false),
  },
  {
    names: ['nexti', 'ni'],
    takes: '[N]',
    says: 'a machine instruction, over calls',
    again: true,
    read: instruction(true),
  },
  {
    names: ['finish', 'fin', 'return', 'step-out'],
    says: 'go on until this function returns',
    again: true,
    read: move('debug.step_out'),
  },
  {
    names: ['reverse-step', 'rs', 'step-back'],
    takes: '[N]',
    says: 'go back a line, where the debugger can',
    again: true,
    read: move('debug.step_back'),
  },
  {
    names: ['until', 'unt', 'advance'],
    takes: 'LINE | FILE:LINE',
    says: 'go on to that line',
    read: needed('a line', place => ({ kind: 'until', place })),
  },
  { names: ['pause', 'interrupt'], says: 'stop it where it is: Ctrl+C', read: bare({ kind: 'pause' }) },
  { names: ['wait'], says: 'wait until it stops', again: true, read: bare({ kind: 'wait' }) },
  {
    names: ['break', 'b'],
    takes: '[LINE | FILE:LINE | FILE:"TEXT" | FUNCTION] [if CONDITION]',
    says: 'stop there; without any place, the breakpoints that there are',
    read: rest =>
      rest === ''
        ? { kind: 'breakpoints' }
        : { kind: 'break', wish: presentFile => breakWish(rest, presentFile) },
  },
  {
    names: ['watch'],
    takes: 'EXPRESSION',
    says: 'stop where that variable is written to, where the debugger can',
    read: needed('a variable', expression => ({
      kind: 'break',
      wish: () => ({ kind: 'data', expression }),
    })),
  },
  {
    names: ['delete', 'del', 'clear', 'cl'],
    takes: 'N…',
    says: 'take breakpoints away',
    read: needed('the number of a breakpoint', ids),
  },
  {
    names: ['breakpoints', 'bl'],
    says: 'the breakpoints, each with its number',
    read: bare({ kind: 'breakpoints' }),
  },
  {
    names: ['print', 'p', 'pp', 'inspect', 'evaluate'],
    takes: 'EXPRESSION',
    says: 'its value in this frame; any line that begins with none of these words is one',
    read: needed('an expression', expression => ({ kind: 'evaluate', expression })),
  },
  { names: ['set'], takes: 'NAME = VALUE', says: 'give a variable another value', read: set },
  {
    names: ['locals', 'args', 'a', 'variables'],
    takes: '[SCOPE]',
    says: 'the variables of this frame',
    read: rest => ({ kind: 'variables', scope: rest === '' ? null : rest }),
  },
  { names: ['scopes'], says: 'the scopes of this frame', read: bare({ kind: 'scopes' }) },
  {
    names: ['where', 'w', 'bt', 'backtrace', 'stack'],
    says: 'the stack',
    read: bare({ kind: 'stack' }),
  },
  {
    names: ['frame', 'f'],
    takes: 'N',
    says: 'to the Nth frame of the stack',
    read: rest => whole(rest, 'the number of a frame', to => ({ kind: 'frame', to })),
  },
  {
    names: ['up', 'u'],
    takes: '[N]',
    says: 'to the caller',
    read: rest => times(rest, by => ({ kind: 'walk', by })),
  },
  {
    names: ['down'],
    takes: '[N]',
    says: 'back to what it called',
    read: rest => times(rest, by => ({ kind: 'walk', by: -by })),
  },
  {
    names: ['list', 'l'],
    takes: '[LINE | FILE:LINE]',
    says: 'the source around here, or there; again: further on',
    again: true,
    read: rest => ({ kind: 'list', place: rest === '' ? null : rest }),
  },
  {
    names: ['disassemble', 'disas'],
    says: 'the machine instructions from here on, where the debugger can',
    read: bare({ kind: 'disassemble' }),
  },
  { names: ['threads'], says: 'the threads', read: bare({ kind: 'threads' }) },
  {
    names: ['thread', 't'],
    takes: 'ID',
    says: 'look at that thread',
    read: rest => whole(rest, 'the id of a thread, as "threads" shows it', id => ({ kind: 'thread', id })),
  },
  { names: ['info', 'i'], takes: Object.keys(infos).join(' | '), says: 'as gdb has it', read: info },
  { names: ['status'], says: 'where it stands', read: bare({ kind: 'status' }) },
  {
    names: ['restart', 'run'],
    says: 'run it again, with the same breakpoints',
    read: bare({ kind: 'restart' }),
  },
  { names: ['kill', 'terminate'], says: 'end it', read: bare({ kind: 'terminate' }) },
  {
    names: ['help', 'h', '?'],
    takes: '[WORD]',
    says: 'all of this, or one of it',
    read: rest => ({ kind: 'help', word: rest === '' ? null : rest }),
  },
  { names: ['quit', 'q', 'exit'], says: 'leave; the debuggee stays as it is', read: bare({ kind: 'quit' }) },
]
