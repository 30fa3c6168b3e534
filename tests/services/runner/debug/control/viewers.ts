import type { DebugRole, Viewer } from '../../../../../services/contract/debug-control.ts'
import { viewerId } from '../../../../../services/contract/ids.ts'

export const viewer = (user: string, role: DebugRole = 'control'): Viewer => ({
  ...{ id: viewerId.create(), user, token: null, client: null, role },
})
