import { once } from 'node:events'
import { WebSocket } from 'ws'
import type {
  DapAnswer,
  DapRequest,
  DapReverseRequest,
  ToRunnerDap,
} from '../../../../services/contract/dap.ts'
import { until } from '../../../until.ts'
import type { startDebugRig } from '../debug-rig.ts'
import type { Person } from '../rig.ts'

type Rig = Awaited<ReturnType<typeof startDebugRig>>

export const at = ({ api, session }: Pick<Rig, 'api' | 'session'>, query = '', prefix = '') =>
  `${api.url.replace('http', 'ws')}${prefix}/sessions/${session}/debug/dap${query}`

export const bearer = ({ secret }: Person) => ({ headers: { authorization: `Bearer ${secret}` } })

export async function editor(rig: Rig, query = '', prefix = '') {
  const socket = new WebSocket(at(rig, query, prefix), bearer(rig.alice))
  const said: ((DapAnswer | DapReverseRequest) & { seq: number })[] = []
  const closed = once(socket, 'close').then(([code, reason]) => [code, `${reason}`])
  socket.on('message', data => said.push(JSON.parse(`${data}`)))
  await once(socket, 'open')
  const answer = async (seq: number) =>
    await until(`an answer to ${seq}`, () =>
      said.find(
        (one): one is Extract<DapAnswer, { type: 'response' }> & { seq: number } =>
          one.type === 'response' && one.request_seq === seq,
      ),
    )
  let last = 0
  return {
    ...{ socket, said, closed, answer },
    asked: () => said.filter(one => one.type === 'request'),
    events: (name: string) => said.filter(one => one.type === 'event' && one.event === name),
    reply: (request_seq: number, success: boolean, message?: string) => {
      const command = 'startDebugging'
      socket.send(JSON.stringify({ seq: ++last, type: 'response', request_seq, command, success, message }))
    },
    ask: (command: string, given: object = {}) => {
      socket.send(JSON.stringify({ seq: ++last, type: 'request', command, arguments: given }))
      return answer(last)
    },
  }
}

/** A runner that agrees to all. */
export const agreeing = (heard: ToRunnerDap[]) => (message: ToRunnerDap) => {
  heard.push(message)
  return message.type === 'dap' ? [agreed(message.message)] : []
}
export const agreed = ({ seq, command }: DapRequest) => ({
  type: 'dap' as const,
  message: { type: 'response' as const, request_seq: seq, command, success: true },
})
