import { once } from 'node:events'
import { readFileSync, readlinkSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { Duplex, type Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { ProcessScope } from '../../../lib/processes/process-scope.ts'
import { Tally } from '../../../lib/tally.ts'
import type { CommandId, SessionId } from '../../contract/ids.ts'
import type { LiveAnswer } from '../../contract/runner-messages.ts'
import type { TunnelTarget } from '../../contract/tunnel.ts'
import { listCommands } from '../../store/commands.ts'
import { getSession } from '../../store/sessions.ts'
import { findSystemTool } from '../commands/find-system-tool.ts'
import type { RunnerContext } from '../context.ts'
import { Refusal } from '../debug/refusal.ts'
import { isolationFor, type ReadyProgram } from '../sandbox/enclosure.ts'
import { withOptions } from '../sandbox/open-options.ts'
import { haveAccepted, type Listener, listenerOf, networkOf } from './session-listeners.ts'
import type { Way } from './way.ts'
import { whileUsed } from './while-used.ts'

/** How long it may take to come to the port or socket, in milliseconds. */
const connectMs = 10_000
const longestStatus = 500
/** However many a page of one session's app opens, there is room for those of others. */
const mostPerSession = 256
/** How often it is looked who has taken a connection: that is in nobody's hands for a moment. */
const looks = 5

const relay = readFileSync(join(import.meta.dirname, 'relay.py'), 'utf8')

type Context = Pick<RunnerContext, 'store' | 'clock' | 'files' | 'isolation' | 'helpers' | 'path'>

/** The way to an app, once it is ready; throws a Refusal where that takes longer than this, or it cannot be. */
type ToApp = (session: SessionId, app: string, patienceMs: number) => Promise<Way>

/**
 * Ways from the API to ports and sockets of sessions' programs. Nothing listens for them on the host, and they lead to nothing
 * that is not the session's: a port has to be one of its programs', and a unix socket is opened as one of them would.
 */
export class Tunnels {
  readonly #context: Context
  readonly #toApp: ToApp
  readonly #open = new Tally<SessionId>()

  constructor(context: Context, toApp: ToApp) {
    this.#context = context
    this.#toApp = toApp
  }

  /** Joins a connection of the API with what it is to lead to, until one of the two has ended. `opened`: tells that it is open. */
  async join(
    peer: Socket,
    { session, target }: { session: SessionId; target: TunnelTarget },
    opened: () => void,
  ): Promise<LiveAnswer | undefined> {
    try {
      using _room = this.#enter(session)
      await using way = await this.#openTo(session, target)
      opened()
      using _used = whileUsed(this.#context, session, [peer, way.stream])
      await joined(peer, way.stream)
      return undefined
    } catch (error) {
      if (error instanceof Refusal) return { ok: false, code: error.code, detail: error.message }
      throw error
    }
  }

  /** Takes the room of one more until disposed. */
  #enter(session: SessionId): Disposable {
    const open = this.#open.of(session)
    if (open >= mostPerSession)
      throw new Refusal('too_many_calls', `${open} connections lead into the session ${session}: close one`)
    this.#open.add(session)
    return {
      [Symbol.dispose]: () => {
        this.#open.drop(session)
      },
    }
  }

  async #openTo(session: SessionId, target: TunnelTarget): Promise<Way> {
    if ('app' in target) return this.#toApp(session, target.app, target.patience_ms)
    const row = await getSession(this.#context.store, session)
    if (row?.status !== 'running') throw new Refusal('session_ended', `the session ${session} does not run`)
    return 'port' in target ? this.toPort(session, target.port) : this.#toSocket(session, target.socket)
  }

  /** To a port that a program of the session listens on. */
  async toPort(session: SessionId, port: number): Promise<Way> {
    const listener = await this.#listener(session, port)
    // Nobody else is in a network of its own.
    if (listener.network !== (await networkOf('self'))) return this.#within(listener)
    const way = await direct(listener)
    if (await this.#isTheirs(session, listener, way.stream.localPort)) return way
    await way[Symbol.asyncDispose]()
    throw new Refusal('not_found', `port ${port} has changed hands just now: try again`)
  }

  /** Whether what has been connected to is what was found. */
  async #isTheirs(session: SessionId, { socket }: Listener, from: number | undefined): Promise<boolean> {
    const { port } = socket.local
    for (let look = 1; look <= looks; look++) {
      const again = await this.#listener(session, port).catch(() => undefined)
      if (again?.socket.inode === socket.inode) return true
      if (from !== undefined && (await haveAccepted(await this.#commands(session), { port, from })))
        return true
      await delay(look * 10)
    }
    return false
  }

  async #listener(session: SessionId, port: number): Promise<Listener> {
    const found = await listenerOf(await this.#commands(session), port)
    if (found.found) return found.listener
    throw new Refusal(
      'not_found',
      found.others
        ? `port ${port} is no port of this session's: another program of the host listens there`
        : `no program of this session listens on port ${port}`,
    )
  }

  async #commands(session: SessionId): Promise<ReadonlySet<CommandId>> {
    const rows = await listCommands(this.#context.store, session)
    return new Set(rows.filter(({ status }) => status === 'running').map(({ id }) => id))
  }

  /** Into a network of its own, which a session has that is offline. */
  async #within({ pid, socket }: Listener): Promise<Way> {
    const { path } = this.#context
    const [nsenter, python] = await Promise.all(
      ['nsenter', 'python3'].map(name => findSystemTool(name, path)),
    )
    if (nsenter === undefined || python === undefined)
      throw new Refusal(
        'runner_unavailable',
        'the way into an offline session needs nsenter and python3 on the host',
      )
    const user = sameUsers(pid) ? [] : ['-U', '--preserve-credentials']
    const words = [nsenter, '-t', `${pid}`, ...user, '-n', '--', python, '-c', relay]
    const program = {
      words: [...words, 'tcp', hostOf(socket), `${socket.local.port}`],
      environment: { PATH: '/usr/bin:/bin' },
      options: undefined,
    }
    return this.#relay(program, '/')
  }

  /** By a helper that is where the session's programs are, and sees what they see. */
  async #toSocket(session: SessionId, path: string): Promise<Way> {
    const { files } = this.#context
    const isolation = await isolationFor(this.#context, session)
    if (!isolation.ok) throw new Refusal('runner_unavailable', isolation.message)
    const worktree = files.worktree(session)
    using ready = isolation.enclose(
      { words: ['python3', '-c', relay, 'unix', path], environment: { PATH: this.#context.path } },
      worktree,
    )
    return await this.#relay(ready, worktree)
  }

  async #relay(
    { words: [file = '', ...words], environment, options }: Omit<ReadyProgram, keyof Disposable>,
    directory: string,
  ): Promise<Way> {
    const scope = new ProcessScope({ graceMs: 300, within: this.#context.helpers })
    const child = scope.spawn(file, words, {
      cwd: directory,
      env: environment,
      stdio: withOptions(['pipe', 'pipe', 'ignore'], options),
    })
    const { stdin, stdout } = child
    const way = { [Symbol.asyncDispose]: async () => void (await scope.end()) }
    if (stdin === null || stdout === null) throw new Error('its streams are pipes')
    stdin.on('error', () => undefined)
    child.once('error', () => stdout.destroy())
    const status = await firstLine(stdout)
    if (status === 'ok') return { stream: Duplex.from({ readable: stdout, writable: stdin }), ...way }
    await way[Symbol.asyncDispose]()
    throw new Refusal('not_found', `there is no way to it: ${status ?? 'the helper has ended'}`)
  }
}

/** Passes on what either says, and its end; resolves when both have ended, or one is gone. */
async function joined(peer: Socket, stream: Duplex): Promise<void> {
  const { promise: over, resolve } = Promise.withResolvers<void>()
  const ends = { left: 2 }
  for (const one of [peer, stream]) {
    one.once('end', () => --ends.left === 0 && resolve())
    one.once('close', resolve)
    one.once('error', resolve)
  }
  peer.pipe(stream)
  stream.pipe(peer)
  await over
  peer.destroySoon()
}

async function direct(listener: Listener): Promise<Way & { readonly stream: Socket }> {
  const socket = connect({
    host: hostOf(listener.socket),
    port: listener.socket.local.port,
    noDelay: true,
    allowHalfOpen: true,
  })
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(connectMs) })
  } catch (error) {
    socket.destroy()
    const why = error instanceof Error ? error.message : error
    throw new Refusal('not_found', `port ${listener.socket.local.port} cannot be connected to: ${why}`)
  }
  socket.on('error', () => undefined)
  return { stream: socket, [Symbol.asyncDispose]: async () => void socket.destroy() }
}

/** Who listens on all addresses is come to by loopback. */
function hostOf({ local: { address } }: Listener['socket']): string {
  if (address === '0.0.0.0') return '127.0.0.1'
  return address === '::' ? '::1' : address
}

function sameUsers(pid: number): boolean {
  try {
    return readlinkSync(`/proc/${pid}/ns/user`) === readlinkSync('/proc/self/ns/user')
  } catch {
    return false
  }
}

/** The line that the helper says first; what follows it stays to be read. Undefined where it says none in time. */
async function firstLine(stdout: Readable): Promise<string | undefined> {
  let line = ''
  const late = setTimeout(() => stdout.destroy(), connectMs)
  try {
    for (;;) {
      const byte: Buffer | null = stdout.read(1)
      if (byte === null) {
        if (stdout.readableEnded || stdout.destroyed) return undefined
        await Promise.race([once(stdout, 'readable'), once(stdout, 'end'), once(stdout, 'close')])
      } else if (`${byte}` === '\n') return line
      else if (line.length > longestStatus) return undefined
      else line += `${byte}`
    }
  } finally {
    clearTimeout(late)
  }
}
