import { RequestRefused } from '../bridge.ts'
import { CdpError } from './cdp-connection.ts'
import { evaluatedSchema, type RemoteObject } from './cdp-messages.ts'
import type { Frame } from './frames.ts'
import type { Target } from './target.ts'

/**
 * What is evaluated while a thread runs stops at nothing. A thread that stands inside an answer may miss every message that has
 * come meanwhile: Node (24.21) then waits for none and turns in a loop for ever.
 */
export const unstopped = { silent: true, disableBreaks: true }

/** What nobody has said how long it may take, in milliseconds. */
const usualMs = 9_500

export type Expression = {
  readonly text: string
  /** Whether it may change nothing: what a pointer rests on in an editor. */
  readonly pure?: boolean
  readonly timeoutMs?: number | undefined
}

/**
 * The value of an expression in a frame; without one, where nothing of the program's stands around it. What takes longer is
 * ended. Throws a RequestRefused with what the expression throws.
 */
export async function evaluated(
  target: Target,
  frame: Frame | undefined,
  expression: Expression,
): Promise<RemoteObject> {
  const { text, pure = false, timeoutMs = usualMs } = expression
  const parameters = {
    expression: isObject(text) ? `(${text}\n)` : text,
    objectGroup: 'backtrace',
    silent: true,
    generatePreview: true,
    throwOnSideEffect: pure,
    timeout: timeoutMs,
  }
  const call = frame?.call
  if (!pure && target.pause !== undefined) target.pause.isTouched = true
  try {
    const { result, exceptionDetails } = await (call === undefined
      ? target.connection.send(
          'Runtime.evaluate',
          { ...parameters, ...unstopped, includeCommandLineAPI: true, replMode: true },
          evaluatedSchema,
        )
      : target.connection.send(
          'Debugger.evaluateOnCallFrame',
          { ...parameters, callFrameId: call.callFrameId },
          evaluatedSchema,
        ))
    if (exceptionDetails === undefined) return result
    throw new RequestRefused(thrownText(exceptionDetails.exception, exceptionDetails.text))
  } catch (error) {
    if (error instanceof CdpError && /terminated/.test(error.message))
      throw new RequestRefused('it took too long, and was ended')
    throw error
  }
}

/** `{ a: 1 }` is a block to JavaScript, and an object to whoever types it. */
const isObject = (text: string): boolean => /^\s*\{[\s\S]*\}\s*$/.test(text)

/** `TypeError: x is not a function`, without the stack. */
export function thrownText(exception: RemoteObject | undefined, otherwise: string): string {
  if (exception === undefined) return otherwise
  const { name, message } = thrown(exception)
  return message === '' ? name : `${name}: ${message}`
}

/** An exception's class and what it says; whatever is thrown that is none is told as a value. */
export function thrown(exception: RemoteObject): { name: string; message: string } {
  const { subtype, className = 'Error', description, value, type } = exception
  if (subtype !== 'error')
    return { name: type === 'object' ? className : type, message: String(value ?? description ?? '') }
  const [head = ''] = (description ?? '').split(/\n {4}at /, 1)
  const [, name = className, message = ''] = /^([\w$.]+)(?: \[\w+\])?(?:: ([\s\S]*))?$/.exec(head) ?? [
    null,
    className,
    head,
  ]
  return { name, message: message.trim() }
}
