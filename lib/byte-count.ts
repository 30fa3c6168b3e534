const factors: Record<string, number> = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 }

/** Bytes of a size that somebody typed: `4096`, `512M`, `1.5GiB`. Undefined for what is none. */
export function bytesOf(text: string): number | undefined {
  const [, count, unit = ''] = /^(\d{1,15}(?:\.\d{1,9})?) ?(?:([kmgt])(?:i?b)?|b)?$/i.exec(text) ?? []
  const factor = factors[unit.toLowerCase()]
  return count === undefined || factor === undefined ? undefined : Math.round(Number(count) * factor)
}

/** As people read it: `1.5 GiB`. */
export function sizeText(bytes: number): string {
  const power = bytes < 1024 ? 0 : Math.min(4, Math.floor(Math.log2(bytes) / 10))
  const count = bytes / 2 ** (10 * power)
  return `${Number(count.toFixed(count < 10 ? 1 : 0))} ${['B', 'KiB', 'MiB', 'GiB', 'TiB'][power]}`
}
