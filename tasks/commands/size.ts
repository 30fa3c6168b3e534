import { UserError } from '../../lib/user-error.ts'

const units: readonly string[] = ['B', 'KB', 'MB', 'GB', 'TB']

/** Reads a size that somebody typed: `500MB`, `2 GB`, `0`. */
export function readSize(text: string): number {
  const [, number = '', letters = 'B'] = /^(\d{1,15}(?:\.\d+)?) ?([KMGT]?B)?$/i.exec(text) ?? []
  const power = units.indexOf(letters.toUpperCase())
  if (number === '' || power === -1)
    throw new UserError(`--max-size ${text}: not a size`, { fix: 'as in --max-size 500MB' })
  return Math.floor(Number(number) * 1000 ** power)
}

/** A size as people read it: `12.3 MB`. */
export function sizeText(bytes: number): string {
  let value = bytes
  let power = 0
  while (value >= 1000 && power < units.length - 1) {
    value /= 1000
    power++
  }
  return `${power === 0 ? value : value.toFixed(1)} ${units[power]}`
}
