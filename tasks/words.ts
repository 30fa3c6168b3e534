import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'
import { didYouMean } from '../lib/suggest.ts'
import { UserError } from '../lib/user-error.ts'

/** Flags that several tasks have. */
export const jsonOption = { json: { type: 'boolean' } } as const
export const yesOption = { yes: { type: 'boolean', short: 'y' } } as const

/** Reads the words that follow a task's name: flags as declared, and positionals up to a number. */
export function readWords<const Options extends ParseArgsOptionsConfig>(
  argv: readonly string[],
  { options, positionals = 0 }: { options: Options; positionals?: number },
) {
  try {
    const read = parseArgs({ args: [...argv], options, allowPositionals: true, strict: true })
    const tooMuch = read.positionals[positionals]
    if (tooMuch !== undefined) throw new UserError(`unexpected argument "${tooMuch}"`)
    return read
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    const unknown = /Unknown option '(-[^']*)'/.exec(error.message)?.[1]
    if (unknown === undefined) throw new UserError(error.message, { cause: error })
    const flags = Object.keys(options).map(name => `--${name}`)
    throw new UserError(`unknown flag ${unknown}`, {
      fix:
        didYouMean(unknown, flags) ?? (flags.length === 0 ? undefined : `known flags: ${flags.join(', ')}`),
      cause: error,
    })
  }
}
