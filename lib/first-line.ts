import { createConnection } from 'node:net'

/** A line longer than this is no greeting. */
const longest = 10_000

/**
 * The first line that a server on a unix socket sends to whoever connects. A process that is stopped still accepts
 * connections, but it says nothing: rejects after `deadline` milliseconds then, or when nobody listens.
 */
export function firstLine(socket: string, deadline: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const connection = createConnection(socket)
    const timer = setTimeout(() => connection.destroy(new Error(`no word within ${deadline} ms`)), deadline)
    let received = ''
    connection.setEncoding('utf8').on('data', (text: string) => {
      received += text
      const end = received.indexOf('\n')
      if (end !== -1) resolve(received.slice(0, end))
      if (end !== -1 || received.length > longest) connection.destroy()
    })
    connection.on('error', reject)
    connection.on('close', () => {
      clearTimeout(timer)
      reject(new Error('closed without a word')) // without effect once the line is there
    })
  })
}
