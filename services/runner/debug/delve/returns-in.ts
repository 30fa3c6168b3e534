import { z } from 'zod'

export const disassembledSchema = z.object({
  instructions: z.array(
    z.looseObject({
      address: z.string(),
      instructionBytes: z.string().optional(),
      instruction: z.string().optional(),
    }),
  ),
})
export type Instruction = z.infer<typeof disassembledSchema>['instructions'][number]

/** Between functions: `INT3` on x86, zeros on arm64. */
const padding = /^(?:cc|0{8})$/i

/**
 * Where a function of Go returns, by its instructions from where its breakpoint stands: all of its code lies behind that, and the next
 * function behind a gap. Where there happens to be none, returns of the next one are among them.
 */
export function returnsIn(instructions: readonly Instruction[]): {
  readonly addresses: readonly string[]
  readonly isWhole: boolean
} {
  // Behind the last function there is nothing.
  const end = instructions.findIndex(({ instructionBytes = '' }) => padding.test(instructionBytes || 'cc'))
  const own = end < 0 ? instructions : instructions.slice(0, end)
  const addresses = own.filter(one => /^ret\b/i.test(one.instruction ?? '')).map(({ address }) => address)
  return { addresses, isWhole: end >= 0 }
}
