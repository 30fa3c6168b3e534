import { cutText } from './cut-text.ts'
import { Refusal } from './refusal.ts'

export type Expression = { readonly thread: number; readonly text: string }

const mostTold = 80

/**
 * Expressions that were given up, and that their threads still work on: whatever else such a thread is asked would wait
 * behind them, so it is refused at once. None is asked of such a thread, so there are never more than were asked at once.
 */
export class UnansweredExpressions {
  readonly #all = new Set<Expression>()

  add(expression: Expression): void {
    this.#all.add(expression)
  }

  answered(expression: Expression): void {
    this.#all.delete(expression)
  }

  /** Those of this thread. */
  forget(thread: number | undefined): void {
    for (const expression of this.#all) if (expression.thread === thread) this.#all.delete(expression)
  }

  /** Throws a Refusal where this thread, or without one any, works on an expression. */
  refuse(thread?: number): void {
    for (const expression of this.#all) {
      if (thread !== undefined && expression.thread !== thread) continue
      const { value, truncated } = cutText(expression.text, mostTold)
      throw new Refusal(
        'debugger_timeout',
        `thread ${expression.thread} is still evaluating ${JSON.stringify(value)}${truncated ? '…' : ''}; debug.terminate ends it`,
      )
    }
  }
}
