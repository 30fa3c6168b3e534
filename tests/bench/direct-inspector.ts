import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'
import { WebSocket } from 'ws'
import type { ProcessScope } from '../../lib/processes/process-scope.ts'

type Message = { id?: number; method?: string; params?: Paused; result?: unknown }
type Paused = {
  callFrames: { callFrameId: string; scopeChain: { type: string; object: { objectId: string } }[] }[]
}

/** Node's inspector with nothing in between: what anybody would write who speaks to it alone. */
export class DirectInspector {
  readonly #write: (text: string) => void
  readonly #answers = new Map<number, () => void>()
  #id = 0
  #pausing = Promise.withResolvers<Paused>()
  paused: Paused = { callFrames: [] }

  constructor(write: (text: string) => void) {
    this.#write = write
  }

  /** Over the port that Node opens, to a stop in this line. */
  static async start(scope: ProcessScope, file: string, line: number): Promise<DirectInspector> {
    const child = scope.spawn(process.execPath, ['--inspect-brk=127.0.0.1:0', file], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    if (child.stderr === null) throw new Error('its stderr is a pipe')
    const { promise, resolve } = Promise.withResolvers<string>()
    createInterface({ input: child.stderr }).on('line', text => {
      const url = /ws:\/\/\S+/.exec(text)?.[0]
      if (url !== undefined) resolve(url)
    })
    const socket = new WebSocket(await promise)
    await new Promise(done => socket.once('open', done))
    const inspector = new DirectInspector(text => socket.send(text))
    socket.on('message', data => inspector.take(String(data)))
    const begun = inspector.#pausing.promise
    await Promise.all([
      inspector.send('Debugger.enable'),
      inspector.send('Debugger.setPauseOnExceptions', { state: 'uncaught' }),
      inspector.send('Debugger.setBreakpointByUrl', { url: pathToFileURL(file).href, lineNumber: line - 1 }),
      inspector.send('Runtime.runIfWaitingForDebugger'),
      begun,
    ])
    await inspector.go('Debugger.resume')
    return inspector
  }

  take(text: string): void {
    const { id, method, params } = JSON.parse(text) as Message
    if (id !== undefined) this.#answers.get(id)?.()
    if (method !== 'Debugger.paused' || params === undefined) return
    this.paused = params
    this.#pausing.resolve(params)
  }

  async send(method: string, params: object = {}): Promise<void> {
    const id = ++this.#id
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#answers.set(id, resolve)
    this.#write(JSON.stringify({ id, method, params }))
    await promise
    this.#answers.delete(id)
  }

  /** Until it has stopped. */
  async go(method: string): Promise<void> {
    this.#pausing = Promise.withResolvers()
    void this.send(method)
    await this.#pausing.promise
  }

  /** A program that waits for our agent's word begins. */
  async run(): Promise<void> {
    const stopped = this.#pausing.promise
    this.#write(JSON.stringify({ method: '$run' }))
    await stopped
  }

  async variables(): Promise<void> {
    const scopes =
      this.paused.callFrames[0]?.scopeChain.filter(({ type }) => type === 'local' || type === 'block') ?? []
    await Promise.all(
      scopes.map(({ object: { objectId } }) =>
        this.send('Runtime.getProperties', { objectId, ownProperties: true, generatePreview: true }),
      ),
    )
  }
}
