import type { Input } from '../../sdk/operation-types.ts'

/** How a debuggee is sent on. */
export type Move = 'debug.continue' | 'debug.next' | 'debug.step_in' | 'debug.step_out' | 'debug.step_back'

export type Wish = NonNullable<Input<'debug.break'>['breakpoints']>[number]

/** What one line asks for. */
export type Order =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'move'; readonly move: Move; readonly times: number }
  /** A machine instruction; `over`: a call is one. */
  | { readonly kind: 'instruction'; readonly over: boolean; readonly times: number }
  | { readonly kind: 'disassemble' }
  /** `place`: a line of the present file by its number, or FILE:LINE. */
  | { readonly kind: 'until'; readonly place: string }
  | { readonly kind: 'pause' }
  | { readonly kind: 'wait' }
  | { readonly kind: 'restart' }
  | { readonly kind: 'terminate' }
  | { readonly kind: 'break'; readonly wish: (presentFile: string | null) => Wish | Fault }
  | { readonly kind: 'delete'; readonly ids: readonly number[] }
  | { readonly kind: 'breakpoints' }
  | { readonly kind: 'evaluate'; readonly expression: string }
  | { readonly kind: 'set'; readonly name: string; readonly value: string }
  | { readonly kind: 'variables'; readonly scope: string | null }
  | { readonly kind: 'scopes' }
  | { readonly kind: 'stack' }
  /** To a frame by its number, or so many outwards (below 0: inwards). */
  | { readonly kind: 'frame'; readonly to: number }
  | { readonly kind: 'walk'; readonly by: number }
  | { readonly kind: 'list'; readonly place: string | null }
  | { readonly kind: 'threads' }
  | { readonly kind: 'thread'; readonly id: number }
  | { readonly kind: 'status' }
  | { readonly kind: 'help'; readonly word: string | null }
  | { readonly kind: 'quit' }
  | Fault

/** What is wrong with a line, and what to write instead. */
export type Fault = { readonly kind: 'fault'; readonly message: string }

export const fault = (message: string): Fault => ({ kind: 'fault', message })
