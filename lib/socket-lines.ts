import type { Socket } from 'node:net'
import { StringDecoder } from 'node:string_decoder'

/**
 * Calls `onLine` for each line of UTF-8 that arrives, without its end. A line of more than `longest` characters costs
 * its sender the connection rather than us the memory. Disposing of it leaves the socket to somebody else, paused; who has sent
 * more than the line that is being told loses the connection.
 */
export function socketLines(socket: Socket, longest: number, onLine: (line: string) => void): Disposable {
  let rest = ''
  let over = false
  const decoder = new StringDecoder('utf8')
  const take = (bytes: Buffer) => {
    const chunk = decoder.write(bytes)
    let from = 0
    // Only what is new is searched: a line of megabytes comes in hundreds of chunks.
    for (let end = chunk.indexOf('\n'); end !== -1; end = chunk.indexOf('\n', from)) {
      const line = rest + chunk.slice(from, end)
      from = end + 1
      rest = ''
      if (line.length > longest) socket.destroy()
      if (socket.destroyed) return
      onLine(line)
      if (!over) continue
      if (from < chunk.length) socket.destroy()
      return
    }
    rest += chunk.slice(from)
    if (rest.length > longest) socket.destroy()
  }
  socket.on('data', take)
  return {
    [Symbol.dispose]: () => {
      over = true
      socket.off('data', take)
      socket.pause()
    },
  }
}
