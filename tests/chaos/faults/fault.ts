import type { ChaosServer } from '../chaos-server.ts'

/** Something that goes wrong, from its beginning until it is over. Everything runs again after each. */
export type Fault = {
  readonly name: string
  /** How often it comes in a round of all faults. */
  readonly times: number
  /** Why it cannot be done here; undefined where it can. */
  skipped?(server: ChaosServer): string | undefined
  strike(server: ChaosServer, next: () => number): Promise<void>
}
