/** The services, in the order in which they are started; they end in the opposite order. */
export const serviceNames = ['runner', 'api', 'proxy'] as const
export type ServiceName = (typeof serviceNames)[number]
