import { join } from 'node:path'
import { z } from 'zod'
import type { OpenAdapter } from '../adapter.ts'
import { type Bridge, bridged, type DapHandlers } from '../bridge.ts'
import { AgentServer } from './agent-server.ts'
import { nodeBridge, refusing } from './node-bridge.ts'
import { NodeProcesses } from './node-processes.ts'

/** What `launch` is told. `entry`: at whose first line to stop. */
export const launchSchema = z.object({ entry: z.string().nullable() })
/** What `attach` is told: the directory, opened, where the agent of a program that runs comes to a socket. */
export const attachSchema = z.object({ directory: z.int() })
/** What `launch` answers: where the program's agents are to come to. */
export const launchedSchema = z.object({ socket: z.string(), outside: z.string() })

const socketName = 'node.sock'

/**
 * A program of Node.js. All processes of the debuggee that run Node come to a unix socket by themselves: the first is the
 * program, and each other one a child, which is let go of where children are not to be followed.
 */
export const nodeAdapter = (follows: boolean): OpenAdapter =>
  bridged(({ place, child, ...tells }): Bridge => {
    const bridge = nodeBridge({ place, ...tells, isChild: false })
    const processes = new NodeProcesses(bridge.came, follows ? child : ({ release }) => release())
    const server = new AgentServer(processes.came)
    const leave = () => server[Symbol.asyncDispose]()
    const opening: DapHandlers = {
      async launch(parameters) {
        bridge.enters(launchSchema.parse(parameters).entry ?? undefined)
        const { outside, inside } = place.meeting()
        await server.listen(join(outside, socketName))
        return { socket: join(inside, socketName), outside }
      },
      async attach(parameters) {
        const { directory } = attachSchema.parse(parameters)
        await server.listen(`/proc/self/fd/${directory}/${socketName}`)
      },
    }
    return {
      handlers: { ...bridge.handlers, ...refusing(opening), disconnect: leave, terminate: leave },
      stderr: '',
      [Symbol.asyncDispose]: leave,
    }
  })
