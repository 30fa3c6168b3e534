import { type Output, outputOf } from '../../../lib/outputs.ts'
import type { EngineEvent } from '../../engine/events.ts'
import { ownPlaces } from '../../engine/own-places.ts'
import type { ServiceListener } from '../../engine/running/service-pool.ts'
import { maskEvent } from '../../engine/secrets/mask-event.ts'
import type { Masker } from '../../engine/secrets/masker.ts'
import { reasonLines } from '../../reporters/failure.ts'
import { LogFiles, runName } from '../../reporters/log-files.ts'
import { plainLine } from '../../reporters/plain-text.ts'
import type { Style } from '../../reporters/style.ts'

export interface IdleServicesOptions {
  readonly root: string
  readonly masker: Masker
  readonly style: Style
  /** Nothing may be shown, for a program reads what reporters write. */
  readonly quiet: boolean
}

/** Shows and keeps what services say while no run goes on, and that they have ended. */
export class IdleServices {
  readonly #options: IdleServicesOptions
  #logs: LogFiles | undefined

  constructor(options: IdleServicesOptions) {
    this.#options = options
  }

  open(): ServiceListener {
    const { root, masker, style } = this.#options
    const logs = new LogFiles(ownPlaces(root).logs, runName(Date.now(), process.pid))
    this.#logs = logs
    return {
      tell: (name, event) => {
        const told: EngineEvent = maskEvent(masker, { ...event, name, at: Date.now() })
        logs.report(told)
        if (told.type === 'task-print') this.#write(outputOf('stdout'), told.text)
        if (told.type === 'task-log')
          this.#write(outputOf('stderr'), `${name}  ${style.dim('│')} ${plainLine(told.line)}\n`)
      },
      fail: (name, error) => {
        const [reason = ''] = reasonLines(error)
        this.#write(outputOf('stderr'), `${style.red(`✖ ${name}: ${masker.mask(reason)}`)}\n`)
      },
    }
  }

  /** The next run shows what services say. */
  async close(): Promise<void> {
    await this.#logs?.close()
    this.#logs = undefined
  }

  #write(output: Output, text: string): void {
    if (!this.#options.quiet) output.write(text)
  }
}
