/** The JSON of something, as a text in Python: without any character that depends on what gdb takes for the host's encoding. */
export const pythonText = (value: unknown): string => JSON.stringify(ascii(JSON.stringify(value)))

const ascii = (json: string): string =>
  json.replace(/[^\x20-\x7e]/g, character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
