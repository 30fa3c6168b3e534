import type { Socket } from 'node:net'

/** A line longer than this is no hint; the connection is given up rather than the memory. */
const longest = 65_536

/** Calls `onLine` for each line that arrives; destroys the socket when a line grows beyond all reason. */
export function lines(socket: Socket, onLine: (line: string) => void): void {
  let rest = ''
  socket.setEncoding('utf8')
  socket.on('data', chunk => {
    const parts = `${rest}${chunk}`.split('\n')
    rest = parts.pop() ?? ''
    if (rest.length > longest) socket.destroy()
    for (const line of parts) if (line !== '') onLine(line)
  })
}
