import { UserError } from '../../lib/user-error.ts'

/**
 * Puts generated text between the marks of a page, and touches nothing else of it:
 *
 *     <!-- generated: NAME -->
 *     <!-- /generated -->
 */
export function fillBlocks(page: string, blocks: Readonly<Record<string, () => string>>): string {
  const filled = page.replaceAll(
    /^(<!-- generated: ([\w-]+) -->\n)(?:(?!<!-- generated: )[\s\S])*?^(<!-- \/generated -->)$/gm,
    (_, start: string, name: string, end: string) => {
      const block = blocks[name]
      if (block === undefined)
        throw new UserError(`there is no generated text "${name}"`, {
          fix: `name one of ${Object.keys(blocks).join(', ')}`,
        })
      return `${start}\n${block()}\n\n${end}`
    },
  )
  if (count(filled, /^<!-- generated: /gm) !== count(filled, /^<!-- \/generated -->$/gm))
    throw new UserError('a mark of generated text has no counterpart', {
      fix: 'begin it with <!-- generated: NAME --> and end it with <!-- /generated -->, each on a line of its own',
    })
  return filled
}

const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0
