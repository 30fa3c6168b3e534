import type { Client } from '../sdk/client.ts'

/** What the answers to a client of this server need. */
export type Surroundings = {
  /** The Debug Server's client, made when an answer needs it; `tokenFrom` is how an error calls its token. */
  readonly connections: { client(): Promise<Client>; readonly tokenFrom: string }
  /** Tells of a bug: to people, never to the protocol. */
  readonly report: (error: unknown) => void
}
