/**
 * Text as the gateway's configuration wants it, which fills in `$NAME`: a text of a catalogue has no variables of this machine
 * put into it, wherever it goes.
 */
export const literal = (text: string): string => text.replaceAll('$', '$$$$')

/** The variable that a value stands for, where it is nothing but a reference: `$NAME` or `${NAME}`. */
export function referenceIn(text: string): string | undefined {
  const [, bare, braced] = /^\$(?:([A-Za-z_][A-Za-z0-9_]*)|\{([A-Za-z_][A-Za-z0-9_]*)\})$/.exec(text) ?? []
  return bare ?? braced
}

/** So that what comes behind it is no part of the name. */
export const reference = (name: string): string => `\${${name}}`
