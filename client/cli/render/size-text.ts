const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']

/** A number of bytes as people read it: `512 B`, `1.5 MiB`. */
export function sizeText(bytes: number): string {
  let unit = 0
  let size = bytes
  // Rounded first: 1023.96 KiB is shown as 1.0 MiB.
  while (unit < units.length - 1 && Number(size.toFixed(unit === 0 ? 0 : 1)) >= 1024) {
    size /= 1024
    unit++
  }
  return `${unit === 0 ? size : size.toFixed(1)} ${units[unit]}`
}
