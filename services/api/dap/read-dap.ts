import {
  type DapAnswer,
  type DapReply,
  type DapRequest,
  dapRefusal,
  dapRequestSchema,
  fromEditorSchema,
} from '../../contract/dap.ts'
import { bodyBounds, jsonExcess } from '../limits/json-shape.ts'

export type ReadDap =
  | { readonly ok: true; readonly said: DapRequest | DapReply }
  | { readonly ok: false; readonly answer: DapAnswer }

/** What an editor's frame asks for, or answers. One that cannot be read is answered by what can be read of it. */
export function readDap(frame: string | undefined): ReadDap {
  if (frame === undefined) return unreadable('expected a text frame')
  if (jsonExcess(frame, bodyBounds) !== undefined)
    return unreadable('the frame nests too deep, or has too many values')
  let value: unknown
  try {
    value = JSON.parse(frame)
  } catch {
    return unreadable('the frame is not valid JSON: expected one DAP message, without a header')
  }
  const read = fromEditorSchema.safeParse(value)
  if (read.success) return { ok: true, said: read.data }
  const { seq, command } = dapRequestSchema.shape
  const known = typeof value === 'object' && value !== null ? value : {}
  return unreadable('expected a request of DAP: seq, type "request" and command', {
    seq: seq.safeParse(Reflect.get(known, 'seq')).data ?? 0,
    command: command.safeParse(Reflect.get(known, 'command')).data ?? '',
  })
}

const unreadable = (
  text: string,
  request: Pick<DapRequest, 'seq' | 'command'> = { seq: 0, command: '' },
): ReadDap => ({
  ok: false,
  answer: dapRefusal(request, text),
})
