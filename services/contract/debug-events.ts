/**
 * What happened to a debug session; its whole state comes with each. `state`: nothing, the client has just come. `control`:
 * somebody has taken it, passed it on, released or lost it, or has asked for it.
 */
export const debugEvents = [
  'state',
  'launched',
  'stopped',
  'continued',
  'breakpoints',
  'control',
  'ended',
] as const
export type DebugEventName = (typeof debugEvents)[number]
