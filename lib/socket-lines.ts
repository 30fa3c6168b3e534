import type { Socket } from 'node:net'

/**
 * Calls `onLine` for each line of UTF-8 that arrives, without its end. A line of more than `longest` characters costs
 * its sender the connection rather than us the memory.
 */
export function socketLines(socket: Socket, longest: number, onLine: (line: string) => void): void {
  let rest = ''
  socket.setEncoding('utf8')
  socket.on('data', (chunk: string) => {
    let from = 0
    // Only what is new is searched: a line of megabytes comes in hundreds of chunks.
    for (let end = chunk.indexOf('\n'); end !== -1; end = chunk.indexOf('\n', from)) {
      const line = rest + chunk.slice(from, end)
      from = end + 1
      rest = ''
      if (line.length > longest) socket.destroy()
      if (socket.destroyed) return
      onLine(line)
    }
    rest += chunk.slice(from)
    if (rest.length > longest) socket.destroy()
  })
}
