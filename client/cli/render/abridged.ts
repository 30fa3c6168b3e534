import { visible } from '../../../lib/visible.ts'

/** A value in an error: visible, and no more of it than is needed to recognise it. */
export function abridged(text: string): string {
  const shown = visible(text)
  return shown.length > 60 ? `${shown.slice(0, 59)}…` : shown
}
