import { join } from 'node:path'
import { shellWords } from '../../../lib/shell-words.ts'
import { readTokenFile } from './token-file.ts'

export type TokenCredential = {
  /** With the port, where it is not 443: `git.example.org:8443`. */
  readonly host: string
  readonly username: string
  /** Absolute. */
  readonly tokenFile: string
}

export type GitCredentials = {
  /** A value of git's `credential.helper`; empty for none. */
  readonly helper: string
  readonly tokens: readonly TokenCredential[]
}

export const noCredentials: GitCredentials = { helper: '', tokens: [] }

const program = join(import.meta.dirname, 'credential-helper.ts')

/**
 * Settings that have git ask for credentials: of a host with a token our helper and nobody else, of any other the helper
 * that is named. Where a token lies is in them, never the token.
 */
export const credentialSettings = ({ helper, tokens }: GitCredentials): [key: string, value: string][] => [
  ...(helper === '' ? [] : [['credential.helper', helper] as [string, string]]),
  ...tokens.flatMap(({ host, username, tokenFile }): [string, string][] => [
    // An empty helper discards those named before it.
    [`credential.https://${host}.helper`, ''],
    [
      `credential.https://${host}.helper`,
      `!${shellWords([process.execPath, program, host, username, tokenFile])}`,
    ],
  ]),
]

/** Takes the tokens out of a text, as they are and as they travel: a server may say them back. */
export function withoutTokens(text: string, { tokens }: GitCredentials): string {
  let masked = text
  for (const { username, tokenFile } of tokens) {
    const read = readTokenFile(tokenFile)
    if (!read.ok) continue
    const basic = Buffer.from(`${username}:${read.token}`).toString('base64')
    for (const secret of [basic, read.token, encodeURIComponent(read.token)])
      masked = masked.replaceAll(secret, '****')
  }
  return masked
}
