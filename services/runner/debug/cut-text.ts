import { longestValue } from '../../contract/debug-resources.ts'

/** A value as it is told: cut where it is too long, never through the middle of a character. */
export function cutText(text: string, most = longestValue): { value: string; truncated: boolean } {
  if (text.length <= most) return { value: text, truncated: false }
  const code = text.charCodeAt(most - 1)
  const splits = code >= 0xd800 && code <= 0xdbff
  return { value: text.slice(0, splits ? most - 1 : most), truncated: true }
}
