import { Script } from 'node:vm'
import { z } from 'zod'
import { type HitCondition, parseHitCondition } from '../../../contract/debug-breakpoints.ts'

/** What a breakpoint asks for beside its place, in the protocol's words. */
export type Asked = {
  readonly condition?: string | undefined
  readonly hitCondition?: string | undefined
  readonly logMessage?: string | undefined
}

export type Written =
  | { readonly ok: true; readonly text: string | undefined }
  | { readonly ok: false; readonly why: string }

/**
 * An expression that the debuggee evaluates where the breakpoint is, and stops where it is true: it counts hits, says log
 * messages and tells what goes wrong by `binding`, a function there that hands a text to the debugger. `key` is the
 * breakpoint's own. Undefined where it is to stop always.
 */
export function conditionOf(
  { condition, hitCondition, logMessage }: Asked,
  binding: string,
  key: number,
): Written {
  const wanted = hitCondition === undefined ? undefined : parseHitCondition(hitCondition)
  if (hitCondition !== undefined && wanted === undefined)
    return { ok: false, why: `no hit condition: ${hitCondition}; expected N, >=N or %N` }
  const fault = condition === undefined ? undefined : faultOf(condition)
  if (fault !== undefined) return { ok: false, why: `its condition cannot be read: ${fault}` }
  const parts = logMessage === undefined ? undefined : partsOf(logMessage)
  for (const part of parts ?? []) {
    const why = typeof part === 'string' ? undefined : faultOf(part.expression)
    if (why !== undefined) return { ok: false, why: `its message cannot be read: ${why}` }
  }
  if (condition === undefined && wanted === undefined && parts === undefined)
    return { ok: true, text: undefined }
  const holds = condition === undefined ? 'true' : `(${condition}\n)`
  const hit = wanted === undefined ? 'true' : hitOf(wanted, `${binding}.h${key}`)
  const result =
    parts === undefined ? 'true' : `(${binding}(JSON.stringify(['log', ${key}, ${said(parts)}])), false)`
  const failed = `${binding}(JSON.stringify(['failed', ${key}, String(error)])), false`
  return { ok: true, text: `try { ${holds} && ${hit} && ${result} } catch (error) { ${failed} }` }
}

const saidSchema = z.tuple([z.enum(['log', 'failed']), z.int(), z.string()])

/** What a condition says by the binding: whose it is, by its `key`. */
export type Said = { readonly kind: 'log' | 'failed'; readonly id: number; readonly text: string }

/** Undefined where it means nothing. */
export function saidOf(payload: string): Said | undefined {
  try {
    const { success, data } = saidSchema.safeParse(JSON.parse(payload))
    if (!success) return undefined
    const [kind, id, text] = data
    return { kind, id, text }
  } catch {
    return undefined
  }
}

/** The same as it is told: `at` where it has a line. */
export type SaidAt = {
  readonly kind: 'log' | 'failed'
  readonly text: string
  readonly at?: { readonly file: string; readonly line: number }
}

/** Why this is no expression of JavaScript; it is not run. */
function faultOf(expression: string): string | undefined {
  try {
    new Script(`(${expression}\n)`)
    return undefined
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  }
}

function hitOf({ kind, count }: HitCondition, counter: string): string {
  const now = `(${counter} = (${counter} | 0) + 1)`
  switch (kind) {
    case 'exactly':
      return `${now} === ${count}`
    case 'from':
      return `${now} >= ${count}`
    case 'every':
      return `${now} % ${count} === 0`
  }
}

type Part = string | { readonly expression: string }

/** `x is {x}`: texts and the expressions between them; a brace that is not closed is text. */
export function partsOf(message: string): Part[] {
  const parts: Part[] = []
  let text = ''
  for (let at = 0; at < message.length; at++) {
    const end = message[at] === '{' ? closing(message, at) : -1
    if (end < 0) {
      text += message[at]
      continue
    }
    if (text !== '') parts.push(text)
    text = ''
    parts.push({ expression: message.slice(at + 1, end) })
    at = end
  }
  return text === '' ? parts : [...parts, text]
}

function closing(message: string, from: number): number {
  let depth = 0
  for (let at = from; at < message.length; at++) {
    if (message[at] === '{') depth += 1
    if (message[at] === '}' && --depth === 0) return at - from > 1 ? at : -1
  }
  return -1
}

/** A text in short, without running anything of the program's. Of bytes and arrays only what is shown is looked at: there may be millions. */
export const show = `(v => {
  const lengthOf = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), 'length').get
  const s = (v, deep) => {
    if (typeof v === 'string') return deep === 0 ? v : JSON.stringify(v.slice(0, 200))
    if (typeof v === 'bigint') return v + 'n'
    if (typeof v === 'function') return '[function ' + v.name + ']'
    if (typeof v !== 'object' || v === null) return String(v)
    if (v instanceof Error) return Error.prototype.toString.call(v)
    const bytes = ArrayBuffer.isView(v) && !(v instanceof DataView), array = bytes || Array.isArray(v)
    if (deep > 1) return array ? '[…]' : '{…}'
    const all = array ? { length: bytes ? lengthOf.call(v) : v.length } : Object.keys(v), first = []
    for (let i = 0; i < all.length && i < 20; i++) first.push(array ? i : all[i])
    const shown = first.map(k => {
      const d = Object.getOwnPropertyDescriptor(v, k)
      const t = d === undefined ? '' : 'value' in d ? s(d.value, deep + 1) : '(…)'
      return array ? t : k + ': ' + t
    })
    if (all.length > 20) shown.push('…')
    return array ? '[' + shown.join(', ') + ']' : '{' + shown.join(', ') + '}'
  }
  return s(v, 0).slice(0, 2000)
})`

const said = (parts: readonly Part[]): string =>
  parts
    .map(part => (typeof part === 'string' ? JSON.stringify(part) : `${show}((${part.expression}\n))`))
    .join(' + ') || "''"
