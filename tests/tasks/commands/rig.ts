import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { JsonEvent } from '../../../tasks/reporters/json-events.ts'
import { createPlace, type Finished, finish, type Options, type Place, start } from '../cli-rig.ts'

type EventOf<T extends JsonEvent['type']> = Extract<JsonEvent, { type: T }>

/** What the command line did, told by its own events. */
export interface Told extends Finished {
  readonly events: readonly JsonEvent[]
  readonly ran: readonly string[]
  readonly upToDate: readonly string[]
  readonly restored: readonly string[]
  readonly resumed: readonly string[]
  why(name: string): EventOf<'task-started'>['why']
  of<T extends JsonEvent['type']>(type: T): EventOf<T>[]
}

/** A directory with a Taskfile, in which the real command line runs. */
export class Project {
  readonly place: Place

  constructor(t: { teardown(end: () => void): void }, taskfile: string) {
    this.place = createPlace(t)
    this.place.write('Taskfile.ts', taskfile)
  }

  get path(): string {
    return this.place.path
  }

  write(name: string, text: string): void {
    this.place.write(name, text)
  }

  task(args: readonly string[], options: Partial<Options> = {}): Promise<Finished> {
    return finish(args, { cwd: this.path, ...options })
  }

  start(args: readonly string[], options: Partial<Options> = {}) {
    return start(args, { cwd: this.path, ...options })
  }

  /** Runs tasks and reads the events. */
  async run(args: readonly string[], options: Partial<Options> = {}): Promise<Told> {
    return toldBy(await this.task(['--reporter', 'json', ...args], options))
  }
}

export function toldBy(finished: Finished): Told {
  const events: JsonEvent[] = finished.stdout
    .split('\n')
    .filter(line => line.startsWith('{'))
    .map(line => JSON.parse(line))
  const of = <T extends JsonEvent['type']>(type: T) =>
    events.filter((event): event is EventOf<T> => event.type === type)
  const namesOf = (type: 'task-started' | 'task-up-to-date' | 'task-restored' | 'task-resumed') =>
    of(type).map(({ name }) => name)
  return {
    ...finished,
    events,
    ran: namesOf('task-started'),
    upToDate: namesOf('task-up-to-date'),
    restored: namesOf('task-restored'),
    resumed: namesOf('task-resumed'),
    why: name =>
      [...of('task-started'), ...of('task-restored')].find(event => event.name === name)?.why ?? [],
    of,
  }
}

/** All that is below a directory, with sizes, modes and times: the same where nothing was written. */
export function traceOf(path: string): string[] {
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .concat('.')
    .sort()
    .map(name => {
      const { size, mode, mtimeMs, ctimeMs } = statSync(join(path, name))
      return `${name} ${size} ${mode.toString(8)} ${mtimeMs} ${ctimeMs}`
    })
}
