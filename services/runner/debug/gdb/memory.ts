import { memorySchema } from './mi-answers.ts'
import type { MiClient } from './mi-client.ts'

const mostBytes = 1_024 * 1_024

export const hexadecimal = (address: bigint): string => `0x${address.toString(16)}`

/** An address as references of memory name it; undefined where the text is none. */
export function addressOf(reference: string, offset = 0): bigint | undefined {
  if (!/^(?:0x[\da-f]{1,16}|\d{1,20})$/i.test(reference)) return undefined
  const address = BigInt(reference) + BigInt(offset)
  return address >= 0n && address < 1n << 64n ? address : undefined
}

type Memory = { address: string; unreadableBytes: number; data?: string }

/** What can be read from the address on, until the first byte that cannot. */
export async function readMemory(gdb: MiClient, address: bigint, count: number): Promise<Memory> {
  const wanted = Math.min(count, mostBytes)
  if (wanted === 0) return { address: hexadecimal(address), unreadableBytes: 0 }
  const { memory } = await gdb
    .ask(`-data-read-memory-bytes ${hexadecimal(address)} ${wanted}`, memorySchema)
    .catch(unreadable)
  const first = memory[0]
  const data =
    first !== undefined && BigInt(first.offset) === 0n ? Buffer.from(first.contents, 'hex') : Buffer.alloc(0)
  return {
    address: hexadecimal(address),
    unreadableBytes: wanted - data.length,
    ...(data.length === 0 ? {} : { data: data.toString('base64') }),
  }
}

/** gdb writes all of it or says no. */
export async function writeMemory(
  gdb: MiClient,
  address: bigint,
  data: Buffer,
): Promise<{ bytesWritten: number }> {
  if (data.length > 0)
    await gdb.tell(`-data-write-memory-bytes ${hexadecimal(address)} ${data.toString('hex')}`)
  return { bytesWritten: data.length }
}

function unreadable(error: unknown): { memory: [] } {
  if (error instanceof Error && error.message.startsWith('Unable to read memory')) return { memory: [] }
  throw error
}
