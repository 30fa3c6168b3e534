/** How far a download is: `12.5 of 140.1 MiB, 5.2 MiB/s`. The rate is that of this attempt alone. */
export function progressText(
  bytes: number,
  total: number | undefined,
  arrived: number,
  elapsedMs: number,
): string {
  const amount =
    total === undefined ? `${mebibytes(bytes)} MiB` : `${mebibytes(bytes)} of ${mebibytes(total)} MiB`
  return elapsedMs < 1 ? amount : `${amount}, ${mebibytes((arrived * 1000) / elapsedMs)} MiB/s`
}

const mebibytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(1)
