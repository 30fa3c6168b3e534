import { WebSocket } from 'ws'
import { until } from '../until.ts'

/** A terminal of a session, by ttyd's protocol. */
export function terminalClient(url: string, headers: Record<string, string>) {
  const socket = new WebSocket(url.replace('http', 'ws'), ['tty'], { headers })
  const heard: { text: string; closed?: { code: number; reason: string } } = { text: '' }
  socket.on('error', () => {}) // 'close' follows
  socket.once('open', () => socket.send(JSON.stringify({ AuthToken: '', columns: 80, rows: 24 })))
  socket.on('message', (data: Buffer) => {
    if (data[0] === 0x30) heard.text += data.subarray(1).toString()
  })
  socket.once('close', (code, reason) => {
    heard.closed = { code, reason: `${reason}` }
  })
  return {
    type: (text: string) => socket.send(`0${text}`),
    /** What matches on its screen, once something does. */
    async sees(what: RegExp): Promise<RegExpExecArray> {
      await until(`${what} in the terminal`, () => what.test(heard.text) || heard.closed !== undefined)
      const found = what.exec(heard.text)
      if (found === null) throw new Error(`the terminal was closed: ${JSON.stringify(heard)}`)
      return found
    },
    closed: () => until('the end of the connection', () => heard.closed),
    close: () => socket.close(),
  }
}
