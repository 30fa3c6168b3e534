/** How hard, how long, and from which seed everything that is drawn comes. */
export type ChaosOptions = {
  readonly seed: number
  /** How long faults are done; what comes before and after takes its time. */
  readonly seconds: number
  readonly sessions: number
  readonly commands: number
  readonly followers: number
}

/** As issue 6 asks for. */
export const longForm = { sessions: 20, commands: 200, followers: 10 } as const

/** For a test, in less than a minute and a half. */
export const shortForm = { seconds: 45, sessions: 6, commands: 30, followers: 5 } as const
