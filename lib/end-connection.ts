import type { Duplex } from 'node:stream'

/** How long a peer may take for the last words, and to close its own side, in milliseconds. */
const patience = 2_000

/**
 * Says the last words on a connection that no response object stands for, and closes it: also on a peer that goes on
 * sending, takes nothing, or never closes its own side, and would keep ours half open for good.
 */
export function endConnection(socket: Duplex, words: string | Buffer): void {
  const timer = setTimeout(() => socket.destroy(), patience)
  socket.once('close', () => clearTimeout(timer))
  // What is not read would have the system break the connection off, last words included.
  socket.resume()
  socket.end(words)
}
