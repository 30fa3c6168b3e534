import type { Input } from '../../sdk/operation-types.ts'
import type { NumberFormat } from './number-format.ts'
import type { When } from './wish-anew.ts'

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
  /** `place`: a line of the present file by its number, or FILE:LINE; null: one further down in this function. */
  | { readonly kind: 'until'; readonly place: string | null }
  | { readonly kind: 'pause' }
  | { readonly kind: 'wait' }
  | { readonly kind: 'restart' }
  | { readonly kind: 'terminate' }
  /** `once`: it goes when it has stopped the program. */
  | {
      readonly kind: 'break'
      readonly wish: (presentFile: string | null) => Wish | Fault
      readonly once?: true
    }
  | { readonly kind: 'when'; readonly id: number; readonly when: When }
  | { readonly kind: 'delete'; readonly ids: readonly number[] }
  /** Without a number: all. */
  | { readonly kind: 'enable' | 'disable'; readonly ids: readonly number[] }
  | { readonly kind: 'breakpoints' }
  | { readonly kind: 'evaluate'; readonly expression: string; readonly format?: NumberFormat }
  /** `parts`: of what it consists of, too. */
  | { readonly kind: 'type'; readonly expression: string; readonly parts: boolean }
  /** Bytes of memory: so many of a unit (1, 2, 4 or 8), or strings, or instructions. */
  | {
      readonly kind: 'examine'
      readonly times: number
      readonly format: NumberFormat | 's' | 'i'
      readonly unit: 'b' | 'h' | 'w' | 'g'
      readonly expression: string
    }
  | { readonly kind: 'registers'; readonly names: readonly string[] }
  /** Without an expression: what is told at each stop, now. */
  | { readonly kind: 'display'; readonly expression: string | null; readonly format: NumberFormat | null }
  /** Those of these numbers, the one of this expression; neither: all. */
  | { readonly kind: 'undisplay'; readonly ids: readonly number[]; readonly expression: string | null }
  | { readonly kind: 'modules' }
  | { readonly kind: 'exception' }
  | { readonly kind: 'set'; readonly name: string; readonly value: string }
  | { readonly kind: 'variables'; readonly scope: string | null }
  | { readonly kind: 'scopes' }
  | { readonly kind: 'stack' }
  /** To a frame by its number, or so many outwards (below 0: inwards). */
  | { readonly kind: 'frame'; readonly to: number }
  | { readonly kind: 'walk'; readonly by: number }
  | { readonly kind: 'list'; readonly place: string | null }
  /** All of the frame's function. */
  | { readonly kind: 'whole' }
  | { readonly kind: 'threads' }
  | { readonly kind: 'thread'; readonly id: number }
  | { readonly kind: 'status' }
  | { readonly kind: 'help'; readonly word: string | null }
  | { readonly kind: 'quit' }
  | Fault

/** What is wrong with a line, and what to write instead. */
export type Fault = { readonly kind: 'fault'; readonly message: string }

export const fault = (message: string): Fault => ({ kind: 'fault', message })
