import { visible } from '../../../lib/visible.ts'
import type { Output } from '../../sdk/operation-types.ts'
import type { RenderContext } from '../words/words.ts'
import { placeOf } from './debug-session.ts'
import { table } from './table.ts'

type Instruction = Output<'debug.disassemble'>[number]

export const renderDisassembly = (rows: Output<'debug.disassemble'>, context: RenderContext): string =>
  rows.length === 0
    ? 'no instructions\n'
    : table(
        rows,
        [
          { title: 'ADDRESS', cell: row => visible(row.address) },
          { title: 'BYTES', cell: row => visible(row.bytes ?? '') },
          { title: 'INSTRUCTION', cell: row => visible(row.instruction), flexible: true },
          { title: 'AT', cell: whereOf },
        ],
        context,
      )

const whereOf = ({ symbol, file, line }: Instruction): string => {
  const place = file === null || line === null ? '' : placeOf({ file, line })
  return [symbol === null ? '' : visible(symbol), place].filter(part => part !== '').join(' ')
}

const bytesInLine = 16

/** Sixteen bytes a line, as text beside them. */
export function renderMemory({ address, hex, unreadable }: Output<'debug.memory'>): string {
  const bytes = Buffer.from(hex, 'hex')
  const begin = addressOf(address)
  const lines: string[] = []
  for (let at = 0; at < bytes.length; at += bytesInLine) {
    const row = bytes.subarray(at, at + bytesInLine)
    const digits = [...row].map(byte => byte.toString(16).padStart(2, '0')).join(' ')
    const text = [...row].map(byte => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.')).join('')
    const place = begin === undefined ? `+${at}` : `0x${(begin + BigInt(at)).toString(16)}`
    lines.push(`${place}  ${digits.padEnd(bytesInLine * 3 - 1)}  ${text}`)
  }
  if (unreadable > 0) lines.push(`${unreadable} more bytes cannot be read`)
  return lines.length === 0 ? 'no bytes can be read there\n' : `${lines.join('\n')}\n`
}

function addressOf(text: string): bigint | undefined {
  return /^(?:0x[0-9a-f]+|\d+)$/i.test(text) ? BigInt(text) : undefined
}
