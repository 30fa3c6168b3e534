import type { Logger } from 'pino'
import { errorCode } from '../../lib/error-code.ts'
import { firstLine } from '../../lib/first-line.ts'
import { sharedRun } from '../../lib/shared-run.ts'
import type { InstanceId } from '../contract/ids.ts'
import { fromRunnerSchema } from '../contract/runner-messages.ts'
import { runnerAddresses } from '../store/runner-addresses.ts'
import type { Store } from '../store/store.ts'

/** How long a runner may take to greet, in milliseconds. */
const greetingMs = 1_000

/** `silent`: it accepts connections and says nothing, as one that is stopped. `gone`: nobody is there. */
export type RunnerStanding = {
  readonly id: InstanceId
  readonly status: 'ready' | 'silent' | 'gone'
  /** Whether this API works with it. */
  readonly connected: boolean
}

/** What an API needs to do its work. Without its store only the runner that it is connected to is known. */
export type Standing = { readonly store: 'ready' | 'silent'; readonly runners: readonly RunnerStanding[] }

export type ReadinessDependencies = {
  readonly store: Store
  readonly log: Logger
  /** Where this API looks for its runner. */
  readonly runnerSocket: string
  readonly connected: () => InstanceId | undefined
}

/** Asks the store, and each runner that has registered there. Anybody may ask for it, so it goes on once at a time. */
export class Readiness {
  readonly #deps: ReadinessDependencies
  readonly look = sharedRun(() => this.#look())

  constructor(deps: ReadinessDependencies) {
    this.#deps = deps
  }

  async #look(): Promise<Standing> {
    const { store, log, runnerSocket, connected } = this.#deps
    const mine = connected()
    const registered = await runnerAddresses(store).catch(error => {
      log.error({ err: error }, 'the store does not answer')
      return undefined
    })
    const own = mine === undefined ? [] : [{ id: mine, address: runnerSocket }]
    const others = (registered ?? []).filter(({ id }) => id !== mine)
    const runners = [...own, ...others].map(async ({ id, address }) => ({
      ...{ id, status: await statusOf(id, address), connected: id === mine },
    }))
    return { store: registered === undefined ? 'silent' : 'ready', runners: await Promise.all(runners) }
  }
}

async function statusOf(id: InstanceId, address: string | null): Promise<RunnerStanding['status']> {
  // It is about to say where it listens.
  if (address === null) return 'silent'
  try {
    const hello = fromRunnerSchema.parse(JSON.parse(await firstLine(address, greetingMs)))
    return hello.type === 'hello' && hello.instance === id ? 'ready' : 'gone'
  } catch (error) {
    return ['ENOENT', 'ECONNREFUSED'].includes(errorCode(error) ?? '') ? 'gone' : 'silent'
  }
}
