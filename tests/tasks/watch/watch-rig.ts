import { join } from 'node:path'
import type { Test } from 'tap'
import { identify, type ProcessIdentity } from '../../../lib/processes/identity.ts'
import { until } from '../../until.ts'
import { createPlace, importTask, type Options, type Place, type Running, root, start } from '../cli-rig.ts'

/** Makes `task`, `service` and `mount` known to a Taskfile of a test. */
export const imports = `${importTask}
import { service } from ${JSON.stringify(join(root, 'tasks/engine/service.ts'))}
import { mount } from ${JSON.stringify(join(root, 'tasks/engine/mount.ts'))}
`

/** A watch that goes on in a place of its own, and ends with the test. */
export interface Watch {
  readonly place: Place
  readonly running: Running
  /** Waits until it waits for the nth time, and returns what came since the time before. */
  waits(nth: number): Promise<string>
  /** Asks it to end, and returns its code. */
  end(signal?: NodeJS.Signals): Promise<number | string>
}

export interface WatchOptions extends Partial<Options> {
  readonly taskfile: string
  readonly files?: Readonly<Record<string, string>>
}

export function startWatch(
  t: Test,
  words: readonly string[],
  { taskfile, files, ...options }: WatchOptions,
): Watch {
  const place = createPlace(t)
  place.write('Taskfile.ts', `${imports}${taskfile}`)
  for (const [name, text] of Object.entries(files ?? {})) place.write(name, text)
  const running = start(words, { cwd: place.path, ...options })
  t.teardown(async () => {
    running.child.kill('SIGTERM')
    await running.end()
  })
  return {
    place,
    running,
    waits: async nth => {
      const part = () => running.stderr.split(/^(?:watching \d.*|waiting for a change .*)\n/m)
      await untilShown(`waiting for the ${nth}th time`, running, () => part().length > nth)
      return part()[nth - 1] ?? ''
    },
    end: (signal = 'SIGINT') => {
      running.child.kill(signal)
      return running.end()
    },
  }
}

/** Waits for a fact, and shows what the watch has written where it waits in vain. */
export async function untilShown<T>(what: string, running: Running, look: () => T): Promise<NonNullable<T>> {
  try {
    return await until(what, look, 60_000)
  } catch (cause) {
    throw new Error(`never: ${what}\n${running.stdout}\n${running.stderr}`, { cause })
  }
}

/** The processes that have said `pid N`, once there are so many. */
export async function animals(
  running: Running,
  count: number,
): Promise<readonly (ProcessIdentity | undefined)[]> {
  const found = () => [...(running.stdout + running.stderr).matchAll(/pid (\d+)/g)]
  await untilShown(`${count} pids`, running, () => found().length >= count)
  return found().map(match => identify(Number(match[1])))
}
