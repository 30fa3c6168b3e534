import { visible } from '../visible.ts'

/** The first line of a description, without anything that a terminal or a shell would obey. */
export function shown(describe: string): string {
  const [line = ''] = describe.trim().split(/\r\n|[\r\n]/, 1)
  return visible(line.trim().replaceAll('\t', ' '))
}

/** Whether a shell may offer it: of what nobody can see, line breaks and tabs alone can be quoted for all to see. */
export function canBeTyped(text: string): boolean {
  return visible(text.replace(/[\n\t]/g, '')) === text.replace(/[\n\t]/g, '')
}
