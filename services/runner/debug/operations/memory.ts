import type { Instruction } from '../../../contract/debug-inspected.ts'
import { cutText } from '../cut-text.ts'
import { disassembleBodySchema, readMemoryBodySchema, writeMemoryBodySchema } from '../dap-messages.ts'
import type { LiveDebugSession } from '../live-debug-session.ts'
import { Refusal } from '../refusal.ts'
import { able } from './able.ts'
import { evaluated } from './evaluate.ts'
import { chosenThread } from './threads.ts'

type At = { address: string; offset: number; thread?: number | undefined; frame: number }
type Disassemble = Omit<At, 'address'> & { address?: string | undefined; count: number }

const isAddress = /^(?:0x[0-9a-f]+|\d+)$/i
/** Seconds that an expression which has an address may take. */
const timeout = 10

export async function memory(live: LiveDebugSession, { count, ...at }: At & { count: number }) {
  await live.stopped()
  able(live, 'supportsReadMemoryRequest', 'way to read memory')
  const parameters = { memoryReference: await referenceOf(live, at), offset: at.offset, count }
  const { address, unreadableBytes, data } = await live.adapter.ask(
    'readMemory',
    parameters,
    readMemoryBodySchema,
  )
  const bytes = Buffer.from(data, 'base64').subarray(0, count)
  return { address, hex: bytes.toString('hex'), unreadable: unreadableBytes }
}

export async function writeMemory(live: LiveDebugSession, { hex, ...at }: At & { hex: string }) {
  await live.stopped()
  able(live, 'supportsWriteMemoryRequest', 'way to write memory')
  const bytes = Buffer.from(hex, 'hex')
  const parameters = {
    memoryReference: await referenceOf(live, at),
    offset: at.offset,
    data: bytes.toString('base64'),
  }
  const body = await live.adapter.ask('writeMemory', parameters, writeMemoryBodySchema)
  return { written: body?.bytesWritten ?? bytes.length }
}

export async function disassemble(live: LiveDebugSession, input: Disassemble): Promise<Instruction[]> {
  const { stop, frames } = await live.stopped()
  able(live, 'supportsDisassembleRequest', 'disassembly')
  const thread = await chosenThread(live, input.thread, stop.thread)
  const at =
    input.address === undefined
      ? (await frames.frame(thread, input.frame)).instructionPointerReference
      : await referenceOf(live, { ...input, address: input.address })
  if (at === undefined)
    throw new Refusal('debugger_refused', `frame ${input.frame} has no address; give one, such as 0x401136`)
  const parameters = {
    memoryReference: at,
    offset: 0,
    instructionOffset: input.offset,
    instructionCount: input.count,
    resolveSymbols: true,
  }
  const { instructions } = await live.adapter.ask('disassemble', parameters, disassembleBodySchema)
  const told: Instruction[] = []
  for (const one of instructions.slice(0, input.count))
    told.push({
      address: one.address,
      bytes: one.instructionBytes ?? null,
      instruction: one.instruction,
      symbol: one.symbol ?? null,
      file: await live.paths.told(one.location?.path),
      line: one.line ?? null,
    })
  return told
}

/** An address as it stands, or that of what an expression is. */
async function referenceOf(live: LiveDebugSession, { address, thread, frame }: At): Promise<string> {
  if (isAddress.test(address)) return address
  const { body } = await evaluated(live, { expression: address, thread, frame, timeout })
  if (body.memoryReference !== undefined) return body.memoryReference
  const value = cutText(body.result, 80).value
  if (isAddress.test(value)) return value
  throw new Refusal('evaluation_failed', `${address} has no address: it is ${value}`)
}
