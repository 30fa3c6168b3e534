import { WebSocket } from 'ws'
import { until } from '../../../../../until.ts'

/** A client of ttyd's protocol. */
export class TerminalViewer {
  readonly socket: WebSocket
  /** All output so far; the titles; the preferences. */
  output = ''
  titles: string[] = []
  preferences: string[] = []
  closed: { code: number; reason: string } | undefined

  constructor(socketPath: string, name = 'main', headers: Record<string, string> = {}) {
    this.socket = new WebSocket(`ws+unix:${socketPath}:/ws?id=${name}`, ['tty'], { headers })
    this.socket.on('message', (data: Buffer) => {
      const rest = data.subarray(1)
      if (data[0] === 0x30) this.output += rest.toString('latin1')
      if (data[0] === 0x31) this.titles.push(rest.toString())
      if (data[0] === 0x32) this.preferences.push(rest.toString())
    })
    this.socket.on('close', (code, reason) => {
      this.closed = { code, reason: reason.toString() }
    })
    this.socket.on('error', () => undefined)
  }

  static async open(
    socketPath: string,
    { name = 'main', columns = 80, rows = 24 }: { name?: string; columns?: number; rows?: number } = {},
  ): Promise<TerminalViewer> {
    const viewer = new TerminalViewer(socketPath, name)
    await until('the connection', () => viewer.socket.readyState === WebSocket.OPEN)
    viewer.send(JSON.stringify({ AuthToken: '', columns, rows }))
    await until('the preferences', () => viewer.preferences.length > 0)
    return viewer
  }

  send(message: string | Buffer): void {
    this.socket.send(Buffer.from(message))
  }

  type(text: string): void {
    this.send(`0${text}`)
  }

  resize(columns: number, rows: number): void {
    this.send(`1${JSON.stringify({ columns, rows })}`)
  }

  async sees(text: string): Promise<void> {
    await until(`${JSON.stringify(text)} in the terminal`, () => this.output.includes(text)).catch(error => {
      throw new Error(`${error.message}; it shows ${JSON.stringify(this.output.slice(-500))}`)
    })
  }

  async leaves(): Promise<void> {
    this.socket.close()
    await this.ends()
  }

  async ends(): Promise<{ code: number; reason: string }> {
    return until('the end of the connection', () => this.closed)
  }
}
