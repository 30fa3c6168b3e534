import { type NumberFormat, numberFormat } from './number-format.ts'
import { fault, type Move, type Order } from './order.ts'

/** How what follows a word is read. */

export const bare = (order: Order) => (rest: string) =>
  rest === '' ? order : fault(`nothing is to follow, and there is "${rest}"`)

export const needed = (what: string, read: (rest: string) => Order) => (rest: string) =>
  rest === '' ? fault(`${what} is to follow`) : read(rest)

export const move = (name: Move) => (rest: string) =>
  times(rest, count => ({ kind: 'move', move: name, times: count }))

export const instruction = (over: boolean) => (rest: string) =>
  times(rest, count => ({ kind: 'instruction', over, times: count }))

export function times(rest: string, order: (count: number) => Order): Order {
  if (rest === '') return order(1)
  const count = Number(rest)
  return Number.isInteger(count) && count >= 1 && count <= 1_000
    ? order(count)
    : fault(`"${rest}": expected how often, from 1 to 1000`)
}

export function whole(rest: string, what: string, order: (number: number) => Order): Order {
  return /^\d{1,9}$/.test(rest) ? order(Number(rest)) : fault(`"${rest}": expected ${what}`)
}

export const ids =
  (kind: 'delete' | 'enable' | 'disable') =>
  (rest: string): Order => {
    const all = rest.split(/[\s,]+/).filter(id => id !== '')
    return all.every(id => /^\d{1,9}$/.test(id))
      ? { kind, ids: all.map(Number) }
      : fault(`"${rest}": expected numbers of breakpoints, as "breakpoints" shows them`)
  }

export const watch =
  (access_type: 'read' | 'write' | 'readWrite') =>
  (expression: string): Order => ({
    kind: 'break',
    wish: () => ({ kind: 'data', expression, ...(access_type === 'write' ? {} : { access_type }) }),
  })

export function set(rest: string): Order {
  const text = rest.replace(/^var(?:iable)?\s+/, '')
  const [, name = '', value = ''] = /^(.*?[^=!<>])\s*=(?!=)\s*(.+)$/s.exec(text) ?? []
  return name === '' ? fault('expected NAME = VALUE') : { kind: 'set', name: name.trim(), value }
}

/** Without a letter that is a format of numbers, as the debugger writes it. */
export const inFormat = (how: string, order: (format: NumberFormat | null) => Order): Order => {
  const format = how === 's' ? null : numberFormat(how)
  return format === undefined ? fault(`"${how}": expected one of x, d, u, o, t, c, a, s`) : order(format)
}

export const print = (how: string, expression: string): Order =>
  inFormat(how, format => ({ kind: 'evaluate', expression, ...(format === null ? {} : { format }) }))

export function condition(rest: string): Order {
  const [, id, text = ''] = /^(\d{1,9})(?:\s+(.+))?$/s.exec(rest) ?? []
  return id === undefined
    ? fault(`"${rest}": expected the number of a breakpoint, and its condition; none: always`)
    : { kind: 'when', id: Number(id), when: { condition: text === '' ? null : text } }
}

export function ignore(rest: string): Order {
  const [, id, count] = /^(\d{1,9})\s+(\d{1,9})$/.exec(rest) ?? []
  return id === undefined
    ? fault(`"${rest}": expected the number of a breakpoint, and how often it is to be passed over`)
    : {
        kind: 'when',
        id: Number(id),
        when: { hit_condition: Number(count) === 0 ? null : `>=${Number(count) + 1}` },
      }
}

export function undisplay(rest: string): Order {
  const isNumbers = /^[\d\s,]*$/.test(rest)
  const numbers = isNumbers
    ? rest
        .split(/[\s,]+/)
        .filter(id => id !== '')
        .map(Number)
    : []
  return { kind: 'undisplay', ids: numbers, expression: isNumbers ? null : rest }
}

export const infos: Readonly<Record<string, (rest: string) => Order>> = {
  locals: bare({ kind: 'variables', scope: null }),
  args: bare({ kind: 'variables', scope: null }),
  registers: rest => ({ kind: 'registers', names: rest === '' ? [] : rest.split(/[\s,]+/) }),
  breakpoints: bare({ kind: 'breakpoints' }),
  watchpoints: bare({ kind: 'breakpoints' }),
  display: bare({ kind: 'display', expression: null, format: null }),
  threads: bare({ kind: 'threads' }),
  stack: bare({ kind: 'stack' }),
  frame: bare({ kind: 'walk', by: 0 }),
  scopes: bare({ kind: 'scopes' }),
  sharedlibrary: bare({ kind: 'modules' }),
  modules: bare({ kind: 'modules' }),
  exception: bare({ kind: 'exception' }),
  program: bare({ kind: 'status' }),
}

export function info(rest: string): Order {
  const [word = ''] = /^\S*/.exec(rest) ?? []
  // As gdb takes it.
  const first = word === 's' ? 'stack' : word
  const found = Object.entries(infos).filter(([name]) => name.startsWith(first))
  const [one] = found
  return one !== undefined && found.length === 1
    ? one[1](rest.slice(word.length).trim())
    : fault(`"${first}": expected one of ${Object.keys(infos).join(', ')}`)
}
