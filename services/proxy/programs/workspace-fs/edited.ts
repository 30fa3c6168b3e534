export type Edited =
  | { readonly content: Buffer; readonly places: number }
  | { readonly fault: string; readonly fix: string }

/** Bytes with one text in them in place of another. What else there is stays as it is, whatever encoding it is in. */
export function edited(before: Buffer, old: Buffer, now: Buffer, all: boolean): Edited {
  const places: number[] = []
  for (let at = before.indexOf(old); at !== -1; at = before.indexOf(old, at + old.length)) places.push(at)
  if (places.length === 0)
    return {
      fault: 'old_text is not in it',
      fix: 'read it anew, and give what stands there, line ends and spaces included',
    }
  if (places.length > 1 && !all)
    return {
      fault: `old_text is in it ${places.length} times`,
      fix: 'give more of what is around it, or all: true',
    }
  const parts: Buffer[] = []
  let end = 0
  for (const place of places) {
    parts.push(before.subarray(end, place), now)
    end = place + old.length
  }
  return { content: Buffer.concat([...parts, before.subarray(end)]), places: places.length }
}
