import { closeSync, constants, mkdtempSync, openSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Adapter, DapPeer } from '../adapter.ts'
import type { EngineWay } from '../within/engine-pipes.ts'

/** A directory, of mode 0700, that an agent finds by its path, and we by what has been opened: whatever becomes of that path. */
export class AgentRoom implements AsyncDisposable {
  readonly path: string
  readonly directory: number

  /** `temporary`: where its session can make files. Throws where it can be made no more. */
  constructor(temporary: string) {
    this.path = mkdtempSync(join(temporary, '.debug-server-'))
    this.directory = openSync(this.path, constants.O_DIRECTORY | constants.O_NOFOLLOW)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    closeSync(this.directory)
    await rm(this.path, { recursive: true, force: true })
  }
}

/** An adapter that hears of what could not be brought into a process: by what was to bring it, which says why and ends. */
export class BroughtAdapter implements Adapter {
  readonly client: DapPeer
  readonly #adapter: Adapter
  readonly #pipes: EngineWay
  readonly #room: AgentRoom

  constructor(adapter: Adapter, pipes: EngineWay, room: AgentRoom) {
    this.#adapter = adapter
    this.#pipes = pipes
    this.#room = room
    this.client = adapter.client
    pipes.output.once('end', () => this.client.close('the process cannot be come to any more')).resume()
  }

  get stderr(): string {
    return this.#pipes.stderr
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#adapter[Symbol.asyncDispose]()
    this.#pipes.leave(0)
    this.#pipes[Symbol.dispose]()
    await this.#room[Symbol.asyncDispose]()
  }
}
