import { SettingsError } from '../../config/client/settings-error.ts'
import { ConnectionError } from '../sdk/connection-error.ts'
import { ProblemError } from '../sdk/problem-error.ts'
import { onCharacter } from './fit-bytes.ts'
import { problemFix } from './problem-fix.ts'
import { ToolError } from './tool-error.ts'

/** Why a call failed, for a model: a stable code, what is wrong, and what to do about it. */
export type Failure = { readonly code: string; readonly detail: string; readonly fix: string | undefined }

/** Undefined for an error that nobody expects: a bug. */
export function failureOf(error: unknown, tokenFrom: string): Failure | undefined {
  if (error instanceof ToolError || error instanceof SettingsError)
    return { code: error.code, detail: error.message, fix: error.fix }
  if (error instanceof ProblemError) {
    const fields = error.errors
      .filter(({ message }) => !error.detail.includes(message))
      .map(({ path, message }) => `${path}: ${message}`)
    return {
      code: error.code,
      detail: [error.detail, ...fields].join('; '),
      fix: problemFix(error.code, tokenFrom),
    }
  }
  if (error instanceof ConnectionError)
    return {
      code: error.kind,
      detail: `the Debug Server cannot be reached: ${error.message}`,
      fix: error.fix,
    }
  return undefined
}

/** What a failure may say at the most, in bytes: as a result it shall be no longer than any other. */
const longestDetail = 4_000

/** As a model reads it. */
export const failureText = ({ code, detail, fix }: Failure): string =>
  `${code}: ${abridged(detail)}${fix === undefined ? '' : `\nfix: ${fix}`}`

function abridged(detail: string): string {
  const bytes = Buffer.from(detail)
  if (bytes.length <= longestDetail) return detail
  return `${bytes.subarray(0, onCharacter(bytes, longestDetail, -1))}…`
}
