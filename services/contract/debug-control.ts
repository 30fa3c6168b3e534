import { z } from 'zod'
import { instant } from './fields.ts'
import { viewerId } from './ids.ts'

/** Who watches the debug sessions of a session, and which of them controls one. */

/** What somebody may do with the debuggers of a session: its owner and administrators all, others what they were given. */
export const debugRoles = ['owner', 'control', 'watch'] as const
export type DebugRole = (typeof debugRoles)[number]

/** One who watches or acts: a WebSocket by itself, or all requests that come with one token from one client. */
export const viewerSchema = z.object({
  id: viewerId.schema,
  /** The user's name. */
  user: z.string(),
  /** The name of the token that they came with; null where they have signed in. */
  token: z.string().nullable(),
  /** What they came by, as that calls itself (`User-Agent`). */
  client: z.string().nullable(),
  role: z.enum(debugRoles),
})
export type Viewer = z.infer<typeof viewerSchema>

/**
 * Who alone may act on a debuggee. Whoever acts while nobody does gets it for a few seconds; it is taken for longer with
 * `debug.control`.
 */
export const controlSchema = z.object({
  holder: viewerSchema,
  since: instant,
  /** When it ends unless they act; null while something that they have asked for is under way. */
  until: instant.nullable(),
  /** Whether they have taken it, and not only acted. */
  taken: z.boolean(),
  /** Who has asked for it; the first gets it next. */
  asking: z.array(viewerSchema),
})
export type DebugControl = z.infer<typeof controlSchema>

export const controlActions = ['take', 'ask', 'pass', 'release'] as const
export type ControlAction = (typeof controlActions)[number]

/** A viewer as the others see them. */
export const seenViewerSchema = z.object({
  ...viewerSchema.shape,
  /** Over a WebSocket, now. */
  connected: z.boolean(),
  /** When they have last asked this debug session for anything, and acted on it. */
  asked_at: instant.nullable(),
  acted_at: instant.nullable(),
  control: z.boolean(),
})
export type SeenViewer = z.infer<typeof seenViewerSchema>
