import { randomBytes } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { ChildProcess, OpenAdapter } from '../adapter.ts'
import type { DebuggeeProgram } from '../engine.ts'
import type { Place } from '../place.ts'
import { type EngineHost, engineHost } from '../within/engine-host.ts'
import type { EngineWay } from '../within/engine-pipes.ts'
import type { ProcessWatch, WaitingProcess } from './process-watch.ts'

/** The exit code of what was killed. */
const killed = 128 + 9

/** A process with its debugger to be. `wake` takes back the signal by which it waits, once that has attached. */
export type HeldProcess = Pick<WaitingProcess, 'pid' | 'program'> & {
  readonly host: EngineHost
  readonly wake: () => Promise<void>
}

/** How one kind of native debugger has the processes of a program. */
export type NativeDebugger = {
  readonly engine: Pick<DebuggeeProgram, 'words' | 'environment'>
  /** Which programs it is for. */
  readonly language: 'native' | 'go'
  /** What speaks with the one that is to attach to a process. */
  readonly attach: (to: HeldProcess) => OpenAdapter
}

/**
 * A process with a debugger of its own, which is started beside the first: in the same sandbox and the same command, behind the
 * pipes of a directory. Rejects where these cannot be made.
 */
export async function nativeChild(
  { pid, parent, program }: WaitingProcess,
  watch: ProcessWatch,
  { engine, attach }: NativeDebugger,
  place: Pick<Place, 'meeting' | 'start'>,
): Promise<ChildProcess> {
  const name = randomBytes(6).toString('hex')
  const { outside, inside } = place.meeting()
  const room = join(outside, name)
  // What cannot be removed goes with the meeting place.
  const remove = () => rm(room, { recursive: true, force: true }).catch(() => undefined)
  await mkdir(room, { mode: 0o700 })
  const meeting = () => ({ outside: room, inside: join(inside, name) })
  const host = await engineHost(engine, { meeting, start: place.start }).catch(async error => {
    await remove()
    throw error
  })
  let pipes: EngineWay | undefined
  let over = (_code?: number) => {}
  const open = () => {
    pipes = host.open()
    return pipes
  }
  const held = { pid, program, host: { program: host.program, open }, wake: () => watch.wake(pid) }
  return {
    ...{ pid, parent },
    open: opening => {
      over = code => {
        watch.forget(pid)
        if (code !== undefined) opening.event('exited', { exitCode: code })
        opening.event('terminated', {})
        pipes?.leave(code ?? killed)
      }
      const adapter = attach(held)(opening)
      return {
        client: adapter.client,
        get stderr() {
          return adapter.stderr
        },
        async [Symbol.asyncDispose]() {
          watch.forget(pid)
          await adapter[Symbol.asyncDispose]()
          await remove()
        },
      }
    },
    begin: () =>
      watch
        .debug(pid, host.program.words, code => over(code))
        .then(
          () => ({ ok: true }),
          (error: Error) => ({ ok: false, message: error.message }),
        ),
    // Of one that stands, a debugger does not hear it.
    killed: () => over(),
    release: () => {
      watch.release(pid)
      void remove()
    },
  }
}
