import { usageError } from './cli-error.ts'

/**
 * Variables from the lines of a file, one `NAME=VALUE` each, taken as they stand; empty lines and those that begin with #
 * are passed over. An error names the line and never what stands there, which may be a secret.
 */
export function variablesFrom(label: string, file: string, text: string): Record<string, string> {
  const variables: Record<string, string> = {}
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line === '' || line.startsWith('#')) continue
    const at = line.indexOf('=')
    if (at < 1) throw usageError(`${label} ${file}:${index + 1}: expected NAME=VALUE`)
    variables[line.slice(0, at)] = line.slice(at + 1)
  }
  return variables
}
