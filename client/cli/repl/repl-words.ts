import { breakWish } from './break-wish.ts'
import { readExamine } from './examine.ts'
import { logWish } from './log-wish.ts'
import type { Order } from './order.ts'
import {
  bare,
  condition,
  ids,
  ignore,
  inFormat,
  info,
  infos,
  instruction,
  move,
  needed,
  print,
  set,
  times,
  undisplay,
  watch,
  whole,
} from './word-readers.ts'

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
  /** Of one that takes a format, as in `print/x`. */
  readonly readAs?: (how: string, rest: string) => Order
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
    takes: '[LINE | FILE:LINE]',
    says: 'go on to that line; without any, to one further down in this function, such as behind a loop',
    read: rest => ({ kind: 'until', place: rest === '' ? null : rest }),
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
    names: ['tbreak', 'tb'],
    takes: 'LINE | FILE:LINE | FILE:"TEXT" | FUNCTION [if CONDITION]',
    says: 'stop there once',
    read: needed('a place', rest => ({
      kind: 'break',
      wish: presentFile => breakWish(rest, presentFile),
      once: true,
    })),
  },
  {
    names: ['condition', 'cond'],
    takes: 'N [EXPRESSION]',
    says: 'have that breakpoint stop only where this holds',
    read: needed('the number of a breakpoint', condition),
  },
  {
    names: ['ignore'],
    takes: 'N COUNT',
    says: 'pass over that breakpoint so many times from now on; it gets another number',
    read: needed('the number of a breakpoint', ignore),
  },
  {
    names: ['catch'],
    takes: 'WHICH',
    says: 'stop at those exceptions: raised, uncaught, throw and so on, as the debugger has them',
    read: needed('which exceptions', filter => ({
      kind: 'break',
      wish: () => ({ kind: 'exception', filter }),
    })),
  },
  {
    names: ['watch'],
    takes: 'EXPRESSION',
    says: 'stop where that variable is written to, where the debugger can',
    read: needed('a variable', watch('write')),
  },
  {
    names: ['rwatch'],
    takes: 'EXPRESSION',
    says: 'stop where that variable is read; awatch: read or written to',
    read: needed('a variable', watch('read')),
  },
  {
    names: ['awatch'],
    takes: 'EXPRESSION',
    says: 'stop where that variable is read or written to, where the debugger can',
    read: needed('a variable', watch('readWrite')),
  },
  {
    names: ['dprintf', 'logpoint'],
    takes: 'LINE | FILE:LINE , "MESSAGE {EXPRESSION}"',
    says: 'say that there, and go on',
    read: needed('a line and a message', rest => ({
      kind: 'break',
      wish: presentFile => logWish(rest, presentFile),
    })),
  },
  {
    names: ['delete', 'del', 'clear', 'cl'],
    takes: 'N…',
    says: 'take breakpoints away',
    read: needed('the number of a breakpoint', ids('delete')),
  },
  {
    names: ['disable'],
    takes: '[N…]',
    says: 'take breakpoints away until "enable", or all; this prompt alone keeps them',
    read: ids('disable'),
  },
  {
    names: ['enable'],
    takes: '[N…]',
    says: 'set those again that are off; they get other numbers',
    read: ids('enable'),
  },
  {
    names: ['breakpoints', 'bl'],
    says: 'the breakpoints, each with its number',
    read: bare({ kind: 'breakpoints' }),
  },
  {
    names: ['print', 'p', 'pp', 'inspect', 'evaluate', 'call'],
    takes: '[/FORMAT] EXPRESSION',
    says: 'its value in this frame; any line that begins with none of these words is one',
    read: needed('an expression', expression => ({ kind: 'evaluate', expression })),
    readAs: print,
  },
  {
    names: ['display', 'disp'],
    takes: '[/FORMAT] [EXPRESSION]',
    says: 'its value at each stop from now on; without any, all of these now',
    read: rest => ({ kind: 'display', expression: rest === '' ? null : rest, format: null }),
    readAs: (how, expression) => inFormat(how, format => ({ kind: 'display', expression, format })),
  },
  {
    names: ['undisplay', 'undisp'],
    takes: '[N… | EXPRESSION]',
    says: 'no more of that; without any, of none',
    read: undisplay,
  },
  {
    names: ['whatis'],
    takes: 'EXPRESSION',
    says: 'its type',
    read: needed('an expression', expression => ({ kind: 'type', expression, parts: false })),
  },
  {
    names: ['ptype'],
    takes: 'EXPRESSION',
    says: 'its type, and those of its parts',
    read: needed('an expression', expression => ({ kind: 'type', expression, parts: true })),
  },
  {
    names: ['x'],
    takes: '[/COUNT FORMAT UNIT] ADDRESS',
    says: 'memory, where the debugger can: x/8xw, x/s, x/4i; x alone is a variable',
    read: rest => (rest === '' ? { kind: 'evaluate', expression: 'x' } : readExamine('', rest)),
    readAs: readExamine,
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
    takes: '[LINE | FILE:LINE | FUNCTION | FILE:FUNCTION]',
    says: 'the source around here, or there; again: further on',
    again: true,
    read: rest => ({ kind: 'list', place: rest === '' ? null : rest }),
  },
  { names: ['longlist', 'll'], says: 'all of this function', read: bare({ kind: 'whole' }) },
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
  {
    names: ['registers'],
    takes: '[NAME…]',
    says: 'the registers of this frame, where the debugger has them',
    read: rest => info(`registers ${rest}`),
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
