import { createHmac, timingSafeEqual } from 'node:crypto'
import { appReference } from '../contract/app-name.ts'
import type { AppPlace } from '../contract/app-origin.ts'
import { type CredentialId, sessionId, signInId, tokenId } from '../contract/ids.ts'
import { grants } from '../contract/scopes.ts'
import { isUsable, scopesHeld } from './credential-scopes.ts'
import { getCredential } from './credentials.ts'
import { getSession } from './sessions.ts'
import { signingKey } from './signing-key.ts'
import type { Store } from './store.ts'

/** What a browser has that was signed in on an app's origin: it opens that app, for as long as what it was made by is good. */
export type AppPass = AppPlace & {
  readonly credential: CredentialId
  /** In seconds since 1970. */
  readonly expires: number
}

/** Passes as they stand in cookies: signed, for browsers may change them. */
export class AppPasses {
  readonly #key: Uint8Array

  private constructor(key: Uint8Array) {
    this.#key = key
  }

  static async of(store: Store): Promise<AppPasses> {
    return new AppPasses(await signingKey(store))
  }

  sign({ session, app, credential, expires }: AppPass): string {
    const text = [session, app, credential, expires].join('.')
    return `${text}.${this.#mark(text).toString('base64url')}`
  }

  /** Undefined where it is none of ours. Whether it is still good is not looked at. */
  read(value: string): AppPass | undefined {
    const at = value.lastIndexOf('.')
    const mark = this.#mark(value.slice(0, Math.max(at, 0)))
    const given = Buffer.from(value.slice(at + 1), 'base64url')
    if (given.length !== mark.length || !timingSafeEqual(given, mark)) return undefined
    const [session, app, credential, expires] = value.slice(0, at).split('.')
    const found = {
      session: sessionId.schema.safeParse(session).data,
      app: appReference.safeParse(app).data,
      credential: tokenId.schema.or(signInId.schema).safeParse(credential).data,
    }
    if (found.session === undefined || found.app === undefined || found.credential === undefined)
      return undefined
    return { session: found.session, app: found.app, credential: found.credential, expires: Number(expires) }
  }

  #mark(text: string): Buffer {
    return createHmac('sha256', this.#key).update(`a pass to an app\n${text}`).digest()
  }
}

/** Whether who has it may use the app now: by what it was made by, as that stands by now, and whose the session is. */
export async function isPassGood(
  store: Store,
  { session, credential, expires }: AppPass,
  now: number,
): Promise<boolean> {
  if (expires * 1_000 <= now) return false
  const known = await getCredential(store, credential)
  if (known === undefined || !isUsable(known, now)) return false
  const scopes = scopesHeld(known)
  if (!grants(scopes, 'commands:write')) return false
  const row = await getSession(store, session)
  return row !== undefined && (row.owner_id === known.user_id || grants(scopes, 'admin'))
}
