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
  config: { type: 'string' },
  http: { type: 'boolean' },
  port: { type: 'string' },
  'bearer-file': { type: 'string' },
  manifest: { type: 'boolean' },
  tool: { type: 'string' },
  args: { type: 'string' },
} as const

/** What this program is to do: serve one client on its standard input, or several over HTTP; tell what it serves; call once. */
export type Mode =
  | { readonly kind: 'stdio' }
  | { readonly kind: 'http'; readonly port: number; readonly bearerFile: string | undefined }
  | { readonly kind: 'manifest' }
  /** `args` is JSON, or `-` where it comes on standard input. */
  | { readonly kind: 'tool'; readonly name: string; readonly args: string }

export type CommandLine = {
  readonly mode: Mode
  readonly flags: ConnectionFlags
  /** A configuration file in place of the user's. */
  readonly config: string | undefined
}

/** Where HTTP is served where no port is given: one that a client's configuration can name. */
export const defaultPort = 9_191

/** The flags of `debug-server mcp`. Throws a UserError that names what is wrong. */
export function commandLine(args: readonly string[]): CommandLine {
  const { values, positionals } = parsed(args)
  const [, stranger] = positionals
  if (stranger !== undefined)
    throw new UserError(`too many arguments: "${stranger}"`, { fix: 'mcp takes none, only flags' })
  const { 'base-url': baseUrl, token, ca, insecure, verify, profile, config } = values
  return {
    mode: modeOf(values),
    config,
    flags: {
      ...(baseUrl === undefined ? {} : { baseUrl }),
      ...(token === undefined ? {} : { token }),
      ...(ca === undefined ? {} : { ca }),
      ...(insecure === undefined ? {} : { insecure }),
      ...(verify === undefined ? {} : { verify }),
      ...(profile === undefined ? {} : { profile }),
    },
  }
}

type Values = ReturnType<typeof parsed>['values']

/** Which flags belong to which mode, so that one that would do nothing is refused. */
const belongsTo = { port: 'http', 'bearer-file': 'http', args: 'tool' } as const

function modeOf(values: Values): Mode {
  const named = (['http', 'manifest', 'tool'] as const).filter(name => values[name] !== undefined)
  if (named.length > 1)
    throw new UserError(`${named.map(name => `--${name}`).join(' and ')} are given`, {
      fix: 'give one of them',
    })
  for (const flag of ['port', 'bearer-file', 'args'] as const)
    if (values[flag] !== undefined && values[belongsTo[flag]] === undefined)
      throw new UserError(`--${flag} is given without --${belongsTo[flag]}`)
  const { http, manifest, tool, args = '{}', port = String(defaultPort), 'bearer-file': bearerFile } = values
  if (http === true) return { kind: 'http', port: portOf(port), bearerFile }
  if (manifest === true) return { kind: 'manifest' }
  return tool === undefined ? { kind: 'stdio' } : { kind: 'tool', name: tool, args }
}

function portOf(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text)
  throw new UserError(`--port "${text}": expected a number from 0 to 65535`, {
    fix: '0 takes any that is free',
  })
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
