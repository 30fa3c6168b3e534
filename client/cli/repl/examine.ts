import { visible } from '../../../lib/visible.ts'
import type { Client } from '../../sdk/client.ts'
import { renderDisassembly } from '../render/memory.ts'
import type { RenderContext } from '../words/words.ts'
import { formatted, numberFormat } from './number-format.ts'
import { fault, type Order } from './order.ts'

/** How many bytes each unit has, and how many of it stand in a line. */
const units = { b: [1, 8], h: [2, 8], w: [4, 4], g: [8, 2] } as const
const most = 4_096
const mostInstructions = 1_000
/** Of a string. */
const longest = 200

export type Examine = Extract<Order, { kind: 'examine' }>
type Where = { session: string; debug: string; thread?: number; frame: number }

/** `x/NFU EXPRESSION` of gdb: how many, in which format (or `s`, `i`), and of which size. */
export function readExamine(how: string, expression: string): Order {
  if (expression === '') return fault('an address, or an expression that has one, is to follow')
  const [, count = '', letters] = /^(\d{0,4})([a-z]{0,2})$/.exec(how) ?? []
  if (letters === undefined) return unknown(how)
  const unit = [...letters].find(letter => letter in units)
  const [format = 'x', ...more] = [...letters].filter(letter => letter !== unit)
  const known = format === 's' || format === 'i' ? format : numberFormat(format)
  if (known === undefined || more.length > 0) return unknown(how)
  const times = count === '' ? 1 : Number(count)
  if (times < 1) return unknown(how)
  return { kind: 'examine', times, format: known, unit: unitOf(unit, known), expression }
}

const unknown = (how: string) =>
  fault(`"${how}": expected how many, a format (x d u o t c a s i) and a unit (b h w g), such as x/8xw`)

function unitOf(unit: string | undefined, format: Examine['format']): Examine['unit'] {
  if (unit === 'b' || unit === 'h' || unit === 'w' || unit === 'g') return unit
  return format === 'c' || format === 's' ? 'b' : format === 'a' ? 'g' : 'w'
}

/** What is there, as gdb shows it; the bytes of a number are little-endian. */
export async function examined(client: Client, where: Where, asked: Examine, rendering: RenderContext) {
  const { format, times, expression: address } = asked
  if (format === 'i') {
    const count = Math.min(mostInstructions, times)
    const shown = renderDisassembly(await client.debug.disassemble({ ...where, address, count }), rendering)
    return `${shown}${leftOut(times - count)}`
  }
  const [size, inLine] = units[asked.unit]
  const count = Math.min(most, format === 's' ? times * longest : times * size)
  const { address: at, hex, unreadable } = await client.debug.memory({ ...where, address, count })
  const bytes = Buffer.from(hex, 'hex')
  const rows = format === 's' ? strings(bytes, times) : numbers(bytes, { format, size, inLine })
  // Fewer strings than were asked for are there where what was read of them ends by itself.
  const isWhole = format === 's' && (count < most || unreadable > 0)
  const cut = isWhole ? 0 : times - (format === 's' ? rows.length : Math.floor(count / size))
  const lines = rows.map(({ offset, text }) => `${addressAt(at, offset)}: ${text}\n`).join('')
  return unreadable > 0 && format !== 's'
    ? `${lines}${unreadable} more bytes cannot be read\n`
    : `${lines || 'nothing can be read there\n'}${leftOut(cut)}`
}

const leftOut = (count: number): string =>
  count > 0 ? `${count} more are not shown: ask for them by their address\n` : ''

type Row = { readonly offset: number; readonly text: string }
type Shape = { format: Exclude<Examine['format'], 's' | 'i'>; size: 1 | 2 | 4 | 8; inLine: number }

function numbers(bytes: Buffer, { format, size, inLine }: Shape): Row[] {
  const all: string[] = []
  for (let at = 0; at + size <= bytes.length; at += size)
    all.push(formatted(unsigned(bytes, at, size), format, size * 8))
  const width = format === 'x' || format === 't' ? size * (format === 'x' ? 2 : 8) : 0
  const padded = all.map(text =>
    format === 'x' ? `0x${text.slice(2).padStart(width, '0')}` : text.padStart(width, '0'),
  )
  const rows: Row[] = []
  for (let at = 0; at < padded.length; at += inLine)
    rows.push({ offset: at * size, text: padded.slice(at, at + inLine).join('  ') })
  return rows
}

const unsigned = (bytes: Buffer, at: number, size: 1 | 2 | 4 | 8): bigint =>
  size === 8 ? bytes.readBigUInt64LE(at) : BigInt(bytes.readUIntLE(at, size))

/** So many texts that end with a zero byte. */
function strings(bytes: Buffer, times: number): Row[] {
  const rows: Row[] = []
  for (let at = 0; at < bytes.length && rows.length < times; ) {
    const end = bytes.indexOf(0, at)
    const stop = Math.min(end < 0 ? bytes.length : end, at + longest)
    const cut = stop === end ? '' : '...'
    rows.push({ offset: at, text: `${visible(JSON.stringify(bytes.toString('utf8', at, stop)))}${cut}` })
    at = stop === end ? stop + 1 : stop
  }
  return rows
}

const addressAt = (text: string, offset: number): string =>
  /^(?:0x[0-9a-f]+|\d+)$/i.test(text)
    ? `0x${(BigInt(text) + BigInt(offset)).toString(16)}`
    : `${visible(text)}+${offset}`
