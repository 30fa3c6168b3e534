/** How long a server is waited for, in milliseconds, and how often one request is tried in all. */
export type Patience = { connectMs: number; silenceMs: number; retryMs: number; attempts: number }

export const defaultPatience: Patience = {
  connectMs: 10_000,
  silenceMs: 30_000,
  retryMs: 500,
  attempts: 5,
}
