import { connect } from 'node:net'
import { socketLines } from '../../../../../../lib/socket-lines.ts'
import { random } from '../../../../../chaos/random.ts'
import { type MisbehaviourName, misbehaviours } from './misbehaviours.ts'

/** What an inspector does, and at the how-manieth message; all that is random in it comes of the seed. */
export type Plan = { readonly misbehaves: MisbehaviourName; readonly at: number; readonly seed: number }

const url = 'file:///app.cjs'
const location = { scriptId: '1', lineNumber: 2, columnNumber: 0 }
const list = { type: 'object', subtype: 'array', className: 'Array', description: 'Array(3)', objectId: '7' }
const one = { type: 'number', value: 1, description: '1' }
const pausedAt = (hit: string) => ({
  method: 'Debugger.paused',
  params: {
    reason: 'other',
    hitBreakpoints: [hit],
    callFrames: [
      {
        ...{ callFrameId: '0', functionName: 'total', location, url, this: { type: 'undefined' } },
        scopeChain: [{ type: 'local', object: { type: 'object', objectId: '5' } }],
      },
    ],
  },
})

/** What a good inspector says: of a program that stands at its breakpoint as often as it is sent on. */
class ModelInspector {
  #breakpoints = 0
  #atLine = ''

  take(method: string, parameters: { readonly lineNumber?: number; readonly condition?: string }): Answer {
    switch (method) {
      case 'Debugger.enable': {
        const params = { scriptId: '1', url, sourceMapURL: '', startLine: 0, endLine: 9 }
        return { before: [{ method: 'Debugger.scriptParsed', params }], result: { debuggerId: '1' } }
      }
      case 'Debugger.setBreakpointByUrl': {
        const breakpointId = `${++this.#breakpoints}`
        if (parameters.lineNumber === location.lineNumber) this.#atLine = breakpointId
        return { result: { breakpointId, locations: [{ ...location, ...parameters }] } }
      }
      case 'Debugger.getScriptSource':
        return { result: { scriptSource: 'function total() {}\n\n\nclass Cart { total() {} }\n' } }
      case 'Debugger.setInstrumentationBreakpoint':
        return { result: { breakpointId: 'instrumentation' } }
      case '$run':
        return { result: {}, after: [pausedAt(this.#atLine)] }
      case 'Debugger.resume':
      case 'Debugger.stepOver':
        return { result: {}, after: [{ method: 'Debugger.resumed', params: {} }, pausedAt(this.#atLine)] }
      case 'Runtime.evaluate':
      case 'Runtime.callFunctionOn':
      case 'Debugger.evaluateOnCallFrame':
        return { result: { result: one } }
      case 'Runtime.getProperties':
        return {
          result: {
            result: [
              { name: 'total', value: one, enumerable: true },
              { name: 'list', value: list, enumerable: true },
            ],
          },
        }
      default:
        return { result: {} }
    }
  }
}

type Answer = {
  readonly before?: readonly object[]
  readonly result: object
  readonly after?: readonly object[]
}

/** The agent of a program that is none, on a debugger's socket. */
export function hostileInspector(path: string, { misbehaves, at, seed }: Plan) {
  const asked: string[] = []
  const model = new ModelInspector()
  const next = random(seed)
  const socket = connect(path).on('error', () => undefined)
  let isOver = false
  const raw = (text: string) => {
    if (!isOver) socket.write(text)
  }
  const say = (...messages: readonly object[]) =>
    raw(messages.map(one => `${JSON.stringify(one)}\n`).join(''))
  say({ method: '$hello', params: { pid: 1, node: '24.0.0', script: '/app.cjs' } })
  socketLines(socket, 1_000_000, text => {
    if (isOver) return
    const {
      id = 0,
      method,
      params = {},
    } = JSON.parse(text) as { id?: number; method: string; params?: object }
    asked.push(method)
    const { before = [], result, after = [] } = model.take(method, params)
    const messages = [...before, ...(id === 0 ? [] : [{ id, result }]), ...after]
    const misbehaviour = asked.length === at ? misbehaviours[misbehaves] : misbehaviours.behaves
    misbehaviour({
      ...{ id, messages, random: next, say, raw },
      later: (ms, work) => void setTimeout(work, ms),
      hang: () => {
        isOver = true
      },
      end: () => {
        isOver = true
        socket.end()
      },
    })
  })
  return {
    asked,
    [Symbol.dispose]() {
      isOver = true
      socket.destroy()
    },
  }
}
