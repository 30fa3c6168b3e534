import { createHash } from 'node:crypto'
import type { DebugRole, Viewer } from '../../contract/debug-control.ts'
import { viewerId } from '../../contract/ids.ts'
import type { Caller } from '../access.ts'

const longestClient = 100

/** As whom the others see a caller: one for all requests with the same token or sign-in from the same client. */
export function viewerOf({ credential, client: named }: Caller, role: DebugRole): Viewer {
  const client = named?.slice(0, longestClient).replaceAll(/[^\x20-\x7e]/g, '?') ?? null
  const mark = createHash('sha256').update(`${credential.id} ${client}`).digest()
  return {
    id: viewerId.of(mark),
    user: credential.user_name,
    token: credential.kind === 'token' ? credential.name : null,
    client,
    role,
  }
}

/** One who is connected: each connection is another, though it comes from the same client. */
export const connectedViewer = (caller: Caller, role: DebugRole): Viewer => ({
  ...viewerOf(caller, role),
  id: viewerId.create(),
})
