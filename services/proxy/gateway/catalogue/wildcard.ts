import { oncePer } from '../../../../lib/once-per.ts'

/** Whether one of these patterns fits a name; `*` stands for anything, and nothing else is special. */
export const matchesAny = (patterns: readonly string[], name: string): boolean =>
  expression(patterns).test(name)

const expression = oncePer(
  (patterns: readonly string[]) => new RegExp(`^(?:${patterns.map(source).join('|') || '(?!)'})$`, 's'),
)

// Stars beside each other would have it try every way to share a name between them.
const source = (pattern: string): string =>
  pattern
    .replaceAll(/\*+/g, '*')
    .split('*')
    .map(part => part.replaceAll(/[$()*+.?[\\\]^{|}]/g, '\\$&'))
    .join('.*')
