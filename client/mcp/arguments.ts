import { parseArgs } from 'node:util'
import type { ConnectionFlags } from '../../config/client/load.ts'
import { didYouMean } from '../../lib/suggest.ts'
import { UserError } from '../../lib/user-error.ts'

const options = {
  'base-url': { type: 'string' },
  token: { type: 'string' },
  ca: { type: 'string' },
  insecure: { type: 'boolean' },
  verify: { type: 'boolean' },
  profile: { type: 'string' },
} as const

/** The flags of `debug-server mcp`: those that say which server. Throws a UserError that names what is wrong. */
export function connectionFlags(args: readonly string[]): ConnectionFlags {
  const { values, positionals } = parsed(args)
  const [, stranger] = positionals
  if (stranger !== undefined)
    throw new UserError(`too many arguments: "${stranger}"`, { fix: 'mcp takes none, only flags' })
  const { 'base-url': baseUrl, token, ca, insecure, verify, profile } = values
  return {
    ...(baseUrl === undefined ? {} : { baseUrl }),
    ...(token === undefined ? {} : { token }),
    ...(ca === undefined ? {} : { ca }),
    ...(insecure === undefined ? {} : { insecure }),
    ...(verify === undefined ? {} : { verify }),
    ...(profile === undefined ? {} : { profile }),
  }
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true })
  } catch (error) {
    const [, flag] = /'(--?[\w-]+)/.exec(error instanceof Error ? error.message : '') ?? []
    if (flag === undefined) throw error
    const name = flag.replace(/^-+/, '')
    if (Object.hasOwn(options, name))
      throw new UserError(`option '${flag}' argument missing, or one too many`)
    const known = Object.keys(options).map(option => `--${option}`)
    throw new UserError(`unknown option '${flag}'`, { fix: didYouMean(flag, known) })
  }
}
