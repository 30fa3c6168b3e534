/** What an operation is taken to be called by who thinks of another name, which is too far from its own to be suggested. */
export const otherNames: ReadonlyMap<string, string> = new Map([
  ['debug.stop', 'debug.terminate'],
  ['debug.kill', 'debug.terminate'],
  ['debug.quit', 'debug.terminate'],
])
