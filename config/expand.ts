import { resolve } from 'node:path'

/**
 * `~`, `$NAME` and `${NAME}` in settings that name a place; `$$` is a dollar sign. Nothing more of what a shell does: no
 * defaults, no commands, no other user's home, and what a variable holds is not looked at again.
 */
export type Expanded = { readonly text: string } | { readonly fault: string }

type Environment = Readonly<Record<string, string | undefined>>

const reference = /\$(?:\$|([A-Za-z_][A-Za-z0-9_]*)|\{([A-Za-z_][A-Za-z0-9_]*)\}|)/g

export function expand(text: string, environment: Environment): Expanded {
  const home = /^~([^/]*)/.exec(text)
  if (home !== null && home[1] !== '')
    return { fault: `"${home[0]}" is not expanded; write the whole path, or ~ for your own home` }
  const faults: string[] = []
  const valueOfVariable = (name: string): string => {
    const value = environment[name]
    // Set to nothing, it would turn $NAME/data into /data.
    if (value === undefined || value === '') faults.push(`the variable ${name} is not set`)
    return value ?? ''
  }
  const expanded = text.replace(reference, (whole, bare?: string, braced?: string) => {
    if (whole === '$$') return '$'
    const name = bare ?? braced
    if (name !== undefined) return valueOfVariable(name)
    faults.push('"$" begins no name of a variable; write $$ for the character')
    return ''
  })
  const path = home === null ? expanded : `${valueOfVariable('HOME')}${expanded.slice(1)}`
  const [fault] = faults
  return fault === undefined ? { text: path } : { fault }
}

/** The variables that a text refers to. */
export const variablesIn = (text: string): string[] => [
  ...(/^~(?:\/|$)/.test(text) ? ['HOME'] : []),
  ...[...text.matchAll(reference)]
    .map(([, bare, braced]) => bare ?? braced)
    .filter(name => name !== undefined),
]

/** An absolute path; relative ones are meant from the workspace. For settings that were read, and so can be expanded. */
export function placeIn(root: string, text: string, environment: Environment): string {
  return resolve(root, expanded(text, environment))
}

/** The text with its variables filled in. For settings that were read, and so can be expanded. */
export function expanded(text: string, environment: Environment): string {
  const result = expand(text, environment)
  if ('fault' in result) throw new Error(`a setting passed that cannot be expanded: ${result.fault}`)
  return result.text
}
