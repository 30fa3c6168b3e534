import { eastAsianWidth } from 'get-east-asian-width'

/**
 * How many columns of a terminal a text takes, once `visible` has made it harmless: wide characters take two, marks that
 * combine none. What is joined or varied by characters without a width is told as what it consists of.
 */
export function displayWidth(text: string): number {
  if (isPlain(text)) return text.length
  let width = 0
  for (const character of text) width += widthOf(character)
  return width
}

/** As much of a text as fits, with an ellipsis where something is missing. */
export function shortened(text: string, width: number): string {
  if (displayWidth(text) <= width) return text
  let cut = ''
  let left = width - 1
  for (const character of text) {
    left -= widthOf(character)
    if (left < 0) break
    cut += character
  }
  return `${cut}…`
}

const isPlain = (text: string): boolean => /^[\x20-\x7e]*$/.test(text)

const widthOf = (character: string): number =>
  /^[\p{Mn}\p{Me}]$/u.test(character) ? 0 : eastAsianWidth(character.codePointAt(0) ?? 0)
