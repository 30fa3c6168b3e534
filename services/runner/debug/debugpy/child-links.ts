import { createServer, type Server, type Socket } from 'node:net'
import { z } from 'zod'
import type { Adapter, ChildProcess, DapPeer, Opening } from '../adapter.ts'
import { DapClient } from '../dap-client.ts'
import { anyBodySchema } from '../dap-messages.ts'

/** Connections at a time: each is a process that is debugged, or is being let run on. */
const mostLinks = 200
const mostEarly = 100
const helloMs = 10_000
const answerMs = 10_000
/** The answer to `attach` comes when everything is configured; that has deadlines of its own. */
const attachMs = 120_000

const helloSchema = z.object({ pid: z.int().min(1), ppid: z.int().nullish() })

type Event = { readonly name: string; readonly body: unknown }

/**
 * Where debugpy's adapter comes with each process that the debuggee starts: a connection for each, in the words of the
 * protocol, the first of which say which process it is.
 */
export class ChildLinks implements Disposable {
  readonly #server: Server
  readonly #links = new Set<Socket>()
  readonly #child: Opening['child']
  readonly #attach: object

  /** `attach`: what the debuggee itself is attached to with. */
  constructor(path: string, attach: object, child: Opening['child']) {
    this.#child = child
    this.#attach = attach
    this.#server = createServer(socket => this.#take(socket))
    // Where there can be no socket, children run without a debugger.
    this.#server.on('error', () => undefined)
    this.#server.listen(path)
  }

  [Symbol.dispose](): void {
    this.#server.close()
    for (const link of this.#links) link.destroy()
  }

  #take(socket: Socket): void {
    socket.on('error', () => undefined)
    if (this.#links.size >= mostLinks) return void socket.destroy()
    this.#links.add(socket)
    const timer = setTimeout(() => socket.destroy(), helloMs)
    socket.once('close', () => {
      clearTimeout(timer)
      this.#links.delete(socket)
    })
    let isKnown = false
    const early: Event[] = []
    let tell = (event: Event) => {
      if (early.length < mostEarly) early.push(event)
    }
    const client = new DapClient(socket, socket, (name, body) => {
      if (isKnown) return tell({ name, body })
      if (name !== 'debugServerChild') return
      const hello = helloSchema.safeParse(body)
      if (!hello.success) return void socket.destroy()
      isKnown = true
      clearTimeout(timer)
      const listen = (listener: Opening['event']) => {
        tell = event => listener(event.name, event.body)
        for (const event of early.splice(0)) tell(event)
      }
      this.#child(this.#process(hello.data, { client, socket, listen }))
    })
  }

  #process(
    { pid, ppid }: z.output<typeof helloSchema>,
    link: { client: DapClient; socket: Socket; listen: (listener: Opening['event']) => void },
  ): ChildProcess {
    const attach = (client: DapPeer) =>
      client.request('attach', { ...this.#attach, subProcessId: pid }, anyBodySchema, attachMs)
    return {
      pid,
      parent: ppid ?? null,
      open: ({ event }) => {
        link.listen(event)
        return new LinkedAdapter(link.client, link.socket)
      },
      async begin(client, event) {
        const ready = event('initialized').then(() => undefined)
        const refused = attach(client).then(outcome => {
          if (outcome.kind === 'done') return undefined
          return outcome.kind === 'refused' ? outcome.message : 'it went away'
        })
        const message = await Promise.race([ready, refused])
        return message === undefined ? { ok: true } : { ok: false, message }
      },
      release: () => {
        const initialized = new Promise<void>(resolve =>
          link.listen(name => name === 'initialized' && resolve()),
        )
        void letGo(link.client, () => attach(link.client), initialized).finally(() => link.socket.destroy())
      },
    }
  }
}

/** As whoever debugs it would, and leaves at once. */
async function letGo(client: DapPeer, attach: () => Promise<unknown>, initialized: Promise<void>) {
  const ask = (command: string, parameters: object) =>
    client.request(command, parameters, anyBodySchema, answerMs)
  await ask('initialize', { adapterID: 'debugpy' })
  const attached = attach()
  await Promise.race([initialized, attached])
  await ask('configurationDone', {})
  await attached
  await ask('disconnect', { terminateDebuggee: false })
}

class LinkedAdapter implements Adapter {
  readonly stderr = ''
  readonly client: DapPeer
  readonly #socket: Socket

  constructor(client: DapPeer, socket: Socket) {
    this.client = client
    this.#socket = socket
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.client.close('it has been ended')
    this.#socket.destroy()
  }
}
