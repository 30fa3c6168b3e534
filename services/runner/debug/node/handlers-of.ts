type Range = { readonly start: number; readonly end: number }
type FunctionRange = Range & { readonly isAsync: boolean }

/** What a source says of who catches what is thrown where. */
export type Handlers = {
  /** Whether an exception that comes to this place is caught in its own function. */
  readonly catches: (offset: number) => boolean
  /** Whether the function around this place is asynchronous: what it throws, its promise is rejected with. */
  readonly isAsync: (offset: number) => boolean
  /** Whether what is called here is awaited here, itself and not what becomes of it. */
  readonly awaits: (offset: number) => boolean
}

/** What is known of the source of a place, and where in it that is. */
export type KnownSource = { readonly handlers: Handlers; readonly offset: number }

/** Undefined where it cannot be read. The parser is loaded when it is needed first. */
export async function handlersOf(source: string): Promise<Handlers | undefined> {
  const { parse } = await import('acorn')
  const functions: FunctionRange[] = []
  const tries: Range[] = []
  const awaits: Range[] = []
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return
    if ('type' in node) {
      if (isFunction(node)) functions.push({ ...rangeOf(node), isAsync: node.async === true })
      if (node.type === 'TryStatement' && 'handler' in node && node.handler !== null && 'block' in node)
        tries.push(rangeOf(node.block))
      if (node.type === 'AwaitExpression' && 'argument' in node) awaits.push(...calleeOf(node.argument))
    }
    for (const part of Object.values(node)) visit(part)
  }
  try {
    visit(parse(source, { ecmaVersion: 'latest', sourceType: 'module' }))
  } catch {
    return undefined
  }
  const whole = { start: 0, end: source.length, isAsync: false }
  const around = (offset: number): FunctionRange =>
    functions
      .filter(range => contains(range, offset))
      .reduce<FunctionRange>((inner, one) => (sizeOf(one) < sizeOf(inner) ? one : inner), whole)
  const within = (ranges: readonly Range[], offset: number): boolean => {
    const { start } = around(offset)
    return ranges.some(range => contains(range, offset) && range.start >= start)
  }
  return {
    catches: offset => within(tries, offset),
    isAsync: offset => around(offset).isAsync,
    awaits: offset => within(awaits, offset),
  }
}

const contains = ({ start, end }: Range, offset: number): boolean => start <= offset && offset < end
const sizeOf = ({ start, end }: Range): number => end - start

/** What is called, by its last name: there the inspector places a call. */
function calleeOf(node: unknown): Range[] {
  const { type, callee } = node as { type: string; callee?: { type: string; object?: unknown } }
  if (type !== 'CallExpression' || callee === undefined) return []
  const { start, end } = rangeOf(callee)
  return [{ start: callee.object === undefined ? start : rangeOf(callee.object).end, end: end + 1 }]
}

const functionTypes = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression'])
const isFunction = (node: { type: unknown }): node is { type: string; async?: unknown } =>
  typeof node.type === 'string' && functionTypes.has(node.type)

function rangeOf(node: unknown): Range {
  const { start, end } = node as { start: number; end: number }
  return { start, end }
}

/** Of a place by its line and column, both from 0. */
export function offsetOf(source: string, line: number, column: number): number {
  let start = 0
  for (let at = 0; at < line; at++) {
    const end = source.indexOf('\n', start)
    if (end < 0) return source.length
    start = end + 1
  }
  return start + column
}
