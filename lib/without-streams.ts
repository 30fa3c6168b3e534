/**
 * Closes a socket without making the streams of this process: Node compares each one that it closes with `process.stdout` and
 * `process.stderr`, and to make those takes as long as to start a short command. Nothing else may look at them meanwhile.
 */
export function withoutStreams(close: () => void): void {
  const kept = (['stdout', 'stderr'] as const).map(name => ({
    name,
    property: Object.getOwnPropertyDescriptor(process, name),
  }))
  for (const { name, property } of kept)
    if (property?.get !== undefined)
      Object.defineProperty(process, name, { ...property, get: () => undefined })
  try {
    close()
  } finally {
    for (const { name, property } of kept)
      if (property !== undefined) Object.defineProperty(process, name, property)
  }
}
