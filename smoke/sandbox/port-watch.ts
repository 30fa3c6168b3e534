import { setTimeout as delay } from 'node:timers/promises'
import { heldBy, isLoopback, type Listener, type Listening, strangersAmong } from './listeners.ts'
import { processText } from './process-text.ts'

/** A port that a run should not have had open, from when to when it was seen, in milliseconds since 1970. */
export type OpenPort = Listener & {
  readonly program: string
  readonly phase: string | undefined
  readonly first: number
  readonly last: number
}

type Seeing = {
  /** What listens in this network; undefined where the system does not tell. */
  readonly sockets: () => Promise<Listening | undefined>
  /** The processes of the run. */
  readonly members: () => readonly number[]
  /** Of these the one that runs its phases: it tries which ports are free, and is the scripted model. */
  readonly runner: number | undefined
  /** The run's own ports, as they are by now. */
  readonly own: () => Promise<readonly number[]>
  /** Which phase is at work. */
  readonly phase: () => string | undefined
  /** Whether what works in a phase listens on the loopback interface by design, as debuggers and tests do. */
  readonly opensPorts: (phase: string) => boolean
  /** Where the system takes ports from that nobody has named. */
  readonly ephemeral: { readonly lowest: number; readonly highest: number }
  readonly now: () => number
}

/** Whose a socket is, is looked for so often: who holds it may hand it on to a child in the moment in which that is looked for. */
const searches = 3

const most = 1_000

/**
 * What a run listens on all the while: each socket is judged when it is first seen, by the phases since the look before that. Outside of the sandbox is what other machines can reach, in any
 * phase, and on the loopback interface what is none of the run's own ports, but in phases that open such by design. Of UDP what
 * has a port of the system's choice is passed over: whoever asks for the address of a name has one for a moment.
 */
export class PortWatch {
  readonly #see: Seeing
  readonly #searched = new Map<number, number>()
  readonly #found = new Map<number, OpenPort>()
  readonly #judged = new Set<number>()
  /** Which was at work when the look before was begun: what has been opened since may be of that. */
  #phase: string | undefined

  constructor(see: Seeing) {
    this.#see = see
  }

  /** In the order in which they were opened. */
  get found(): readonly OpenPort[] {
    return [...this.#found.values()]
  }

  /** False where the system does not tell. */
  async look(): Promise<boolean> {
    const { sockets, members, phase, now, own } = this.#see
    const before = this.#phase
    this.#phase = phase()
    const listening = await sockets()
    if (listening === undefined) return false
    const after = phase()
    for (const [inode, port] of this.#found)
      if (listening.has(inode)) this.#found.set(inode, { ...port, last: now() })
    for (const known of [this.#searched, this.#judged])
      for (const inode of known.keys()) if (!listening.has(inode)) known.delete(inode)
    const unknown = new Map([...listening].filter(([inode, socket]) => this.#isUnknown(inode, socket)))
    if (unknown.size === 0) return true
    const held = heldBy(members(), unknown)
    const ours = new Set(held.map(({ inode }) => inode))
    for (const inode of unknown.keys())
      if (ours.has(inode)) this.#judged.add(inode)
      else this.#searched.set(inode, (this.#searched.get(inode) ?? 0) + 1)
    if (held.length === 0) return true
    for (const { inode, ...port } of strangersAmong(held, await own()))
      if (!this.#isByDesign(port, [before, after]) && !this.#found.has(inode) && this.#found.size < most)
        this.#found.set(inode, {
          ...port,
          ...{ program: processText(port.pid), phase: after, first: now(), last: now() },
        })
    return true
  }

  #isUnknown(inode: number, { protocol, port }: Omit<Listener, 'pid'>): boolean {
    const { lowest, highest } = this.#see.ephemeral
    if (protocol === 'udp' && port >= lowest && port <= highest) return false
    return !this.#judged.has(inode) && (this.#searched.get(inode) ?? 0) < searches
  }

  #isByDesign({ pid, address }: Listener, phases: readonly (string | undefined)[]): boolean {
    const { runner, opensPorts } = this.#see
    if (!isLoopback(address)) return false
    return pid === runner || phases.some(phase => phase !== undefined && opensPorts(phase))
  }
}

/** Looks until it is told to stop, and once more then; `unable` is told once why it cannot. */
export async function watchPorts(
  watch: PortWatch,
  { everyMs, signal, unable }: { everyMs: number; signal: AbortSignal; unable: (reason: string) => void },
): Promise<void> {
  try {
    for (let last = false; ; ) {
      if (!(await watch.look())) return unable('this system does not tell who listens on which port')
      if (last) return
      await delay(everyMs, undefined, { signal, ref: false }).catch(() => {})
      last = signal.aborted
    }
  } catch (error) {
    unable(error instanceof Error ? error.message : String(error))
  }
}

const shown = 20

/** What was open, for people. */
export const openPortsText = (ports: readonly OpenPort[]): string => {
  const more = ports.length > shown ? `\n  and ${ports.length - shown} more` : ''
  return `the run listened where it should not:\n${ports
    .slice(0, shown)
    .map(port => `  ${openPortText(port)}`)
    .join('\n')}${more}`
}

const openPortText = ({ program, protocol, address, port, phase, first, last }: OpenPort): string => {
  const host = address.includes(':') ? `[${address}]` : address
  const when = phase === undefined ? 'before the first phase' : `in "${phase}"`
  const [from, to] = [first, last].map(instant => new Date(instant).toISOString().slice(11, 23))
  return `${program} on ${host}:${port} of ${protocol.toUpperCase()} ${when}, seen from ${from} to ${to} UTC`
}
