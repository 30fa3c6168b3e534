import { sourceOf } from './frames.ts'
import { hexadecimal, readMemory } from './memory.ts'
import { assemblySchema, type GdbInstruction, sourceAssemblySchema } from './mi-answers.ts'
import type { MiClient } from './mi-client.ts'

/** Of any processor that gdb runs on here, in bytes. */
const longestInstruction = 16
const mostInstructions = 10_000

type Instruction = {
  address: string
  instruction: string
  instructionBytes?: string
  symbol?: string
  location?: ReturnType<typeof sourceOf>
  line?: number
  presentationHint?: 'invalid'
}

/**
 * So many instructions as are asked for, the first of them `instructionOffset` before or behind the one at the address.
 * What cannot be read, or told from data, is there as an invalid one.
 */
export async function disassemble(
  gdb: MiClient,
  address: bigint,
  { instructionOffset, instructionCount }: { instructionOffset: number; instructionCount: number },
): Promise<{ instructions: Instruction[] }> {
  const count = Math.min(instructionCount, mostInstructions)
  const first = Math.max(-mostInstructions, Math.min(instructionOffset, mostInstructions))
  const before = Math.max(0, -first)
  const behind = Math.max(0, first + count)
  const found = [
    ...filled(await preceding(gdb, address, before), before, 'front'),
    ...filled(await following(gdb, address, behind), behind, 'end'),
  ]
  // Counted from `before` instructions in front of the address.
  const from = first + before
  return { instructions: found.slice(from, from + count) }
}

async function following(gdb: MiClient, address: bigint, count: number): Promise<Instruction[]> {
  if (count === 0) return []
  const bytes = count * longestInstruction
  const all = await withLines(gdb, address, address + BigInt(bytes)).catch(async () => {
    // Somewhere in there memory ends, and gdb then tells nothing at all.
    const { unreadableBytes } = await readMemory(gdb, address, bytes)
    for (
      let less = unreadableBytes;
      less < Math.min(bytes, unreadableBytes + longestInstruction);
      less += 1
    ) {
      const some = await withLines(gdb, address, address + BigInt(bytes - less)).catch(() => undefined)
      if (some !== undefined) return some
    }
    return []
  })
  return all.slice(0, count)
}

/** Instructions have different lengths, so that one can only go on from where one is known to begin: a function does. */
async function preceding(gdb: MiClient, address: bigint, count: number): Promise<Instruction[]> {
  let found: Instruction[] = []
  let end = address
  while (found.length < count) {
    const more = (await inFunction(gdb, end)) ?? (await sweep(gdb, end, count - found.length))
    const start = more[0]
    if (start === undefined) break
    found = [...more, ...found]
    end = BigInt(start.address)
  }
  return count === 0 ? [] : found.slice(-count)
}

/** The instructions of a function that reaches to this end, or beyond it. */
async function inFunction(gdb: MiClient, end: bigint): Promise<Instruction[] | undefined> {
  if (end === 0n) return undefined
  const { asm_insns } = await gdb
    .ask(`-data-disassemble -a ${hexadecimal(end - 1n)} -- 2`, assemblySchema)
    .catch(() => ({ asm_insns: [] }))
  const all = asm_insns.filter(({ address }) => BigInt(address) < end)
  return endsAt(all, end) ? all.map(one => told(one)) : undefined
}

/** Without a function: from wherever the instructions come to this end. */
async function sweep(gdb: MiClient, end: bigint, count: number): Promise<Instruction[]> {
  const far = BigInt(count * longestInstruction)
  for (let shift = 0n; shift < longestInstruction; shift += 1n) {
    const start = end - far + shift
    if (start < 0n) continue
    const command = `-data-disassemble -s ${hexadecimal(start)} -e ${hexadecimal(end)} -- 2`
    const { asm_insns } = await gdb.ask(command, assemblySchema).catch(() => ({ asm_insns: [] }))
    if (endsAt(asm_insns, end)) return asm_insns.slice(-count).map(one => told(one))
  }
  return []
}

function endsAt(instructions: readonly GdbInstruction[], end: bigint): boolean {
  const last = instructions.at(-1)
  if (last?.opcodes === undefined) return false
  return BigInt(last.address) + BigInt(last.opcodes.split(' ').length) === end
}

async function withLines(gdb: MiClient, start: bigint, end: bigint): Promise<Instruction[]> {
  const command = `-data-disassemble -s ${hexadecimal(start)} -e ${hexadecimal(end)} -- 5`
  const { asm_insns } = await gdb.ask(command, sourceAssemblySchema)
  const all = asm_insns.flatMap(one =>
    'line_asm_insn' in one ? one.line_asm_insn.map(instruction => told(instruction, one)) : [told(one)],
  )
  // By lines they are told in the order of those.
  return all.toSorted((one, other) => (BigInt(one.address) < BigInt(other.address) ? -1 : 1))
}

function told(
  { address, opcodes, inst, 'func-name': symbol, offset }: GdbInstruction,
  place?: { line?: number | undefined; fullname?: string | undefined },
): Instruction {
  return {
    address,
    instruction: inst,
    ...(opcodes === undefined ? {} : { instructionBytes: opcodes }),
    ...(symbol === undefined
      ? {}
      : { symbol: offset === undefined || offset === 0 ? symbol : `${symbol}+${offset}` }),
    ...(place?.fullname === undefined || place.line === undefined
      ? {}
      : { location: sourceOf(place.fullname), line: place.line }),
  }
}

function filled(found: Instruction[], count: number, at: 'front' | 'end'): Instruction[] {
  const missing = Array.from({ length: count - found.length }, () => ({
    address: '0x0',
    instruction: '(no instruction can be read here)',
    presentationHint: 'invalid' as const,
  }))
  return at === 'front' ? [...missing, ...found] : [...found, ...missing]
}
