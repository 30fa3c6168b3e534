import { z } from 'zod'

/**
 * Ids: a prefix that tells the kind, and 60 random bits in Crockford's base 32 (no i, l, o, u: easy to read aloud).
 * Everywhere a person or agent names a thing, a unique prefix of its id serves as well (see `reference`).
 */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'
const length = 12

const text = (prefix: string) =>
  z
    .string()
    .regex(
      new RegExp(`^${prefix}_[${alphabet}]{${length}}$`),
      `expected an id such as ${prefix}_0123456789ab`,
    )

const idOf = <Schema extends z.ZodType<unknown, string>>(
  prefix: string,
  schema: Schema,
  text = () => randomText(length),
) => ({
  prefix,
  schema,
  create: (): z.output<Schema> => schema.parse(`${prefix}_${text()}`),
  /** Always the same of the same bytes, such as those of a hash. */
  of: (bytes: Uint8Array): z.output<Schema> => schema.parse(`${prefix}_${textOf(bytes, 0, length)}`),
})

export const sessionId = idOf('ses', text('ses').brand<'SessionId'>())
/** Where very many are made at once, those of one moment begin alike; see `nearby`. */
export const commandId = idOf('cmd', text('cmd').brand<'CommandId'>(), nearby)
export const repositoryId = idOf('rep', text('rep').brand<'RepositoryId'>())
export const tokenId = idOf('tok', text('tok').brand<'TokenId'>())
export const signInId = idOf('sgn', text('sgn').brand<'SignInId'>())
export const inviteId = idOf('inv', text('inv').brand<'InviteId'>())
export const userId = idOf('usr', text('usr').brand<'UserId'>())
export const debugSessionId = idOf('dbg', text('dbg').brand<'DebugSessionId'>())
export const shareId = idOf('shr', text('shr').brand<'ShareId'>())
export const viewerId = idOf('vwr', text('vwr').brand<'ViewerId'>())
export const artifactId = idOf('art', text('art').brand<'ArtifactId'>())
export const environmentId = idOf('env', text('env').brand<'EnvironmentId'>())
export const worktreeId = idOf('wt', text('wt').brand<'WorktreeId'>())
export const instanceId = idOf('ins', text('ins').brand<'InstanceId'>())

/** A runner's fencing token: the later a runner has registered, the higher. */
export const runnerToken = z.int().positive().brand<'RunnerToken'>()
export type RunnerToken = z.infer<typeof runnerToken>

export type SessionId = z.infer<typeof sessionId.schema>
export type CommandId = z.infer<typeof commandId.schema>
export type RepositoryId = z.infer<typeof repositoryId.schema>
export type TokenId = z.infer<typeof tokenId.schema>
export type SignInId = z.infer<typeof signInId.schema>
export type InviteId = z.infer<typeof inviteId.schema>
export type UserId = z.infer<typeof userId.schema>
export type DebugSessionId = z.infer<typeof debugSessionId.schema>
export type ShareId = z.infer<typeof shareId.schema>
export type ViewerId = z.infer<typeof viewerId.schema>
export type ArtifactId = z.infer<typeof artifactId.schema>
export type EnvironmentId = z.infer<typeof environmentId.schema>
export type WorktreeId = z.infer<typeof worktreeId.schema>
export type InstanceId = z.infer<typeof instanceId.schema>

/** What a request proves with who asks: a token, or a sign-in. */
export type CredentialId = TokenId | SignInId

export const isSignInId = (id: CredentialId): id is SignInId => id.startsWith(`${signInId.prefix}_`)

/** A whole id, a unique prefix of one (with or without `ses_`), or, for sessions, `@last`. Resolved by the API. */
export const reference = (prefix: string, last = false) =>
  z
    .string()
    .regex(
      new RegExp(`^(?:${last ? '@last|' : ''}(?:${prefix}_)?[${alphabet}]{1,${length}})$`),
      `expected an id of the form ${prefix}_…, a unique beginning of one${last ? ', or @last' : ''}`,
    )

/** Random bytes for many ids: to ask for some takes longer than all else that makes an id. */
const randomBytes = new Uint8Array(length * 64)
let used = randomBytes.length

function randomText(characters: number): string {
  if (used + characters > randomBytes.length) {
    crypto.getRandomValues(randomBytes)
    used = 0
  }
  used += characters
  return textOf(randomBytes, used - characters, used)
}

/** How many characters the ids of one moment have in common, and how long that is, in milliseconds. */
const common = 3
const moment = 20
let beginning = ''
let since = Number.NEGATIVE_INFINITY

/**
 * As random as any; those of one moment begin alike. They are stored together, and so stand on few pages of an index rather
 * than on one each. Whoever types the beginning of one made at another moment has no more to type for that.
 */
function nearby(): string {
  const now = performance.now()
  if (now - since >= moment) {
    since = now
    beginning = randomText(common)
  }
  return beginning + randomText(length - common)
}

function textOf(bytes: Uint8Array, from: number, to: number): string {
  let text = ''
  for (let at = from; at < to; at++) text += alphabet[(bytes[at] ?? 0) & 31]
  return text
}
