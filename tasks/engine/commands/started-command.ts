/** How a command has ended; what is not null says it. */
export interface CommandEnd {
  readonly exitCode: number | null
  readonly signal: string | null
}

/**
 * `not-started`: it could not be, and whoever starts it otherwise learns why. `lost`: what had started it has gone before it
 * told of an end, and `how` says how that went.
 */
export type CommandOutcome =
  | (CommandEnd & { readonly kind: 'ended' })
  | { readonly kind: 'not-started' }
  | { readonly kind: 'lost'; readonly how: string }

/** What a command says on one of its streams. */
export interface CommandOutput {
  /** Whoever is named here is told of all that comes. */
  take(listener: (bytes: Buffer) => void): void
  /** Resolves when no more can come. Others than the command may keep it from that. */
  readonly closed: Promise<void>
  /** Nothing more is wanted. */
  stop(): void
}

/** A command under way. */
export interface StartedCommand {
  /** Rejects with what the user can do where the system does not start it. */
  readonly outcome: Promise<CommandOutcome>
  /** Undefined where the command has a stream of this process. */
  readonly stdout: CommandOutput | undefined
  readonly stderr: CommandOutput | undefined
}
