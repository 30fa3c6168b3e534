import type { TaskEvent } from '../events.ts'
import type { TaskEnd } from '../state.ts'

/** Who hears of the services at the moment: the run that goes on, or whoever waits for the next one. */
export interface ServiceListener {
  readonly tell: (name: string, event: TaskEvent) => void
  /** It has ended by itself, or was not ready in time. */
  readonly fail: (name: string, error: unknown) => void
}

/** A service that goes on beyond the run that started it. */
export interface LiveService {
  /** Told apart from others of the same name. */
  readonly id: number
  /** What it came from, where that is known: one that would come from something else now is started anew. */
  readonly origin: string | undefined
  readonly ended: Promise<TaskEnd>
  /** Asks it to end. */
  readonly stop: () => void
}

/**
 * The services of a command that runs its plan again and again. A run that is over leaves them here, and the next one
 * takes them over; whoever made the pool ends them.
 */
export class ServicePool {
  readonly #live = new Map<string, LiveService>()
  #listener: ServiceListener | undefined
  #started = 0

  /** From now on this one hears of all services. */
  set listener(listener: ServiceListener) {
    this.#listener = listener
  }

  tell(name: string, event: TaskEvent): void {
    this.#listener?.tell(name, event)
  }

  fail(name: string, error: unknown): void {
    this.#listener?.fail(name, error)
  }

  get(name: string): LiveService | undefined {
    return this.#live.get(name)
  }

  /** Keeps a service until it ends. */
  add(name: string, service: Omit<LiveService, 'id'>): void {
    const live = { ...service, id: ++this.#started }
    this.#live.set(name, live)
    void live.ended.then(() => {
      if (this.#live.get(name) === live) this.#live.delete(name)
    })
  }

  /** Asks a service to end, and waits for that. */
  async end(name: string): Promise<void> {
    const service = this.#live.get(name)
    service?.stop()
    await service?.ended
  }

  async endAll(): Promise<void> {
    await Promise.all([...this.#live.keys()].map(name => this.end(name)))
  }
}
