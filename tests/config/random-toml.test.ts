import t from 'tap'
import { parse } from 'toml'
import { lineOf, tomlEntries } from '../../config/toml-entries.ts'
import { withoutKeys } from '../../config/without-keys.ts'

/** Documents made at random, each value of which names the line that it stands in: what the scan tells can be checked. */
const seeds = 400

/** Mulberry32: the same documents each time. */
function randomNumbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

function randomDocument(seed: number): string {
  const random = randomNumbers(seed)
  const below = (n: number) => Math.floor(random() * n)
  const pick = <Item>(items: readonly [Item, ...Item[]]): Item => items[below(items.length)] ?? items[0]
  let text = ''
  let names = 0
  const line = () => text.split('\n').length
  const key = () => {
    const name = `k${names++}`
    return pick([name, name, `"${name} = [x]"`, `'${name}#'`, `${name} . sub`, `${name}."d.o\\"t"`])
  }
  const gap = () => pick(['', ' ', '\n', ' # "[x] = {\n', '\r\n'])
  const value = (depth: number): void => {
    const kind = below(depth > 2 ? 4 : 7)
    if (kind === 0) text += line()
    else if (kind === 1) text += `"${line()} # \\" ] }"`
    else if (kind === 2) text += `'${line()} = " ]'`
    else if (kind === 3) text += `"""${line()}\n[x]\nk0 = \\""" '''\n"""`
    else if (kind === 4) text += `'''${line()}\n[x] = """ \\'''`
    else {
      const isTable = kind === 5
      text += isTable ? '{' : '['
      for (let left = below(4); left > 0; left--) {
        text += gap()
        if (isTable) text += `${key()} = `
        value(depth + 1)
        text += gap()
        if (left > 1) text += ','
      }
      text += gap() + (isTable ? '}' : ']')
    }
  }
  for (let left = 1 + below(8); left > 0; left--) {
    if (below(4) === 0)
      text += pick([`[${key()}]\n`, `[[${key()}]]\n`, `[[again]] # [no]\n`, `[again.deeper.k${names++}]\n`])
    text += `${key()} = `
    value(0)
    text += pick(['\n', ' # x = 1\n', '\r\n', '\n\n'])
  }
  return text
}

function parsed(text: string): unknown {
  try {
    return parse(text)
  } catch {
    return undefined
  }
}

/** Every value that is no table and no list, and the path that leads to it. */
function* leaves(value: unknown, path: readonly string[] = []): Generator<[readonly string[], unknown]> {
  if (typeof value !== 'object' || value === null) yield [path, value]
  else for (const [name, inner] of Object.entries(value)) yield* leaves(inner, [...path, name])
}

t.test('in whatever is TOML each key is found in its line, and can be removed alone', async t => {
  let [checked, documents] = [0, 0]
  for (let seed = 1; seed <= seeds; seed++) {
    const text = randomDocument(seed)
    const values = parsed(text)
    // The same table made in two ways, which is no TOML.
    if (values === undefined) continue
    documents++
    const all = [...leaves(values)]
    const entries = tomlEntries(text)
    const own = entries.filter(({ kind }) => kind === 'key')
    for (const [path, value] of all) {
      // An element of a list that goes over lines is told by the line of its key.
      if (!entries.some(entry => entry.kind !== 'header' && entry.path.join('\0') === path.join('\0')))
        continue
      checked++
      if (lineOf(entries, path) !== Number.parseInt(String(value), 10))
        t.fail(`seed ${seed}: ${JSON.stringify(path)} is said to be in line ${lineOf(entries, path)}`, {
          text,
        })
    }
    for (const { path } of own) {
      const isOf = (other: readonly string[]) => path.every((name, at) => other[at] === name)
      const { text: left = '' } = withoutKeys(text, other => other.length === path.length && isOf(other))
      const after = [...leaves(parse(left))]
      const expected = all.filter(([other]) => !isOf(other))
      if (after.length !== expected.length)
        t.fail(`seed ${seed}: without ${JSON.stringify(path)}`, { text, left })
    }
  }
  t.ok(
    checked > seeds * 3 && documents > seeds / 2,
    `${checked} values of ${documents} documents were looked up`,
  )
})
