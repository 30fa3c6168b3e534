import { randomBytes } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { ChildProcess, Opening } from '../adapter.ts'
import { bridged } from '../bridge.ts'
import { EnginePipes, makePipes } from '../within/engine-pipes.ts'
import type { Channel } from './channel.ts'
import type { Fork } from './forks.ts'
import { GdbBridge } from './gdb-bridge.ts'
import { gdbArguments } from './start-commands.ts'

/** `path`: of gdb. `program`: what the process is called. */
type How = Pick<Opening, 'place'> & { readonly path: string; readonly program: string }

/**
 * A process that was forked, with a gdb of its own, which the gdb of its parent starts beside itself: so it is in the same
 * sandbox and the same command.
 */
export function forkedChild(fork: Fork, how: How): ChildProcess {
  const { pid, parent } = fork
  const { place, path, program } = how
  let bridge: GdbBridge | undefined
  let channel: Channel | undefined
  let over = () => {}
  return {
    pid,
    parent,
    open: bridged(tells => {
      const target = { kind: 'attach', pid, program, stopOnEntry: false, waits: true } as const
      const forked = (another: Fork) => tells.child(forkedChild(another, how))
      bridge = new GdbBridge(tells, { target, python: true, forked })
      over = () => tells.event('terminated', {})
      return bridge
    }),
    begin: async () => {
      const name = `gdb-${randomBytes(6).toString('hex')}`
      const { outside, inside } = place.meeting()
      const room = join(outside, name)
      await mkdir(room, { mode: 0o700 })
      await makePipes(room, place)
      channel = channelIn(room)
      bridge?.connect(channel)
      await fork.debug(join(inside, name), [path, ...gdbArguments])
      return { ok: true }
    },
    // gdb does not look at a process that stands, which is a zombie until it does.
    killed: () => {
      over()
      channel?.leave(killed)
    },
    release: () => {
      fork.release().catch(() => undefined)
    },
  }
}

/** The exit code of what was killed. */
const killed = 137

/** Of a gdb that is no command's program: it is told itself to leave. */
function channelIn(room: string): Channel {
  const pipes = new EnginePipes(room)
  return {
    output: pipes.output,
    input: pipes.input,
    get stderr() {
      return pipes.stderr
    },
    leave: () => void pipes.input.write('-gdb-exit\n'),
    [Symbol.dispose]() {
      pipes[Symbol.dispose]()
      rm(room, { recursive: true, force: true }).catch(() => undefined)
    },
  }
}
