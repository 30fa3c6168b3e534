/** The services, in the order in which they are started; they end in the opposite order. */
export const serviceNames = ['runner', 'api', 'proxy'] as const
/** Programs that sessions run of this project, which can keep nothing of what they compile. */
export const appPrograms = ['files', 'terminal', 'opencode'].map(
  name => `services/runner/apps/programs/${name}/main.ts`,
)
export type ServiceName = (typeof serviceNames)[number]
