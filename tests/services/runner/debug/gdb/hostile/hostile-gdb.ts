import { PassThrough } from 'node:stream'
import type { Channel } from '../../../../../../services/runner/debug/gdb/channel.ts'
import { random } from '../../../../../chaos/random.ts'
import { type MisbehaviourName, misbehaviours } from './misbehaviours.ts'
import { ModelGdb } from './model-gdb.ts'

/** What a gdb does, and at the how-manieth command; all that is random in it comes of the seed. */
export type Plan = { readonly misbehaves: MisbehaviourName; readonly at: number; readonly seed: number }

/** A gdb in this process that is a model of a good one, but for what its plan says. */
export function hostileGdb({ misbehaves, at, seed }: Plan) {
  const [output, input] = [new PassThrough(), new PassThrough()]
  const model = new ModelGdb()
  const asked: string[] = []
  const left: number[] = []
  const next = random(seed)
  let isOver = false
  let rest = ''
  const raw = (bytes: string) => {
    if (!isOver) output.write(bytes, 'latin1')
  }
  const say = (...lines: readonly string[]) => raw(lines.map(line => `${line}\n`).join(''))
  const take = (line: string) => {
    const [, token = '', command = ''] = /^(\d*)(.*)$/.exec(line) ?? []
    asked.push(command)
    const misbehaviour = asked.length === at ? misbehaviours[misbehaves] : misbehaviours.behaves
    misbehaviour({
      ...{ token, random: next, say, raw },
      lines: [...model.take(command), '(gdb) '].map(said => said.replace(/^%/, token)),
      later: (ms, work) => void setTimeout(work, ms),
      hang: () => {
        isOver = true
      },
      end: () => {
        isOver = true
        output.end()
      },
    })
  }
  input.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    // It answers later, as another process does.
    setImmediate(() => {
      for (const line of lines) if (!isOver) take(line)
    })
  })
  const channel: Channel = {
    ...{ output, input, stderr: '' },
    leave: code => left.push(code),
    [Symbol.dispose]() {
      isOver = true
      output.destroy()
      input.destroy()
    },
  }
  return { channel, asked, left }
}
