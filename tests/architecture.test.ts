import { readFileSync } from 'node:fs'
import { glob } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { parseSync } from 'oxc-parser'
import t from 'tap'

// It reads every source: 2 s on a machine that has nothing else to do, and many times that beside a whole suite.
t.setTimeout(120_000)

/**
 * Who may import whom, types included, as data. A room may import itself and what stands behind it here. The first
 * room whose path fits a file is its room.
 */
const root = resolve(import.meta.dirname, '..')

const rooms: readonly [room: string, path: RegExp, mayImport: readonly string[]][] = [
  ['lib', /^lib\//, []],
  ['config', /^config\//, ['lib']],
  ['services/contract', /^services\/contract\//, ['lib']],
  ['services/store', /^services\/store\//, ['services/contract', 'lib']],
  ['services/api', /^services\/api\//, ['services/store', 'services/contract', 'config', 'lib']],
  // They run among a session's own programs.
  ['programs of session apps', /^services\/runner\/apps\/programs\//, ['lib']],
  ['services/runner', /^services\/runner\//, ['services/store', 'services/contract', 'config', 'lib']],
  // They run as processes of their own.
  ['programs behind the gateway', /^services\/proxy\/programs\//, ['lib']],
  ['services/proxy', /^services\/proxy\//, ['services/store', 'services/contract', 'config', 'lib']],
  ['client/sdk', /^client\/sdk\//, ['services/contract', 'lib']],
  ['client/manager', /^client\/manager\//, ['client/sdk', 'services/contract', 'lib', 'config']],
  ['client/cli', /^client\/cli\//, ['client/manager', 'client/sdk', 'services/contract', 'lib', 'config']],
  ['client/mcp', /^client\/mcp\//, ['client/manager', 'client/sdk', 'services/contract', 'lib', 'config']],
  ['client/web', /^client\/web\//, ['client/sdk', 'services/contract', 'lib', 'config']],
  ['client/cloud', /^client\/cloud\//, ['client/sdk', 'services/contract', 'lib', 'config']],
  ['tasks/engine', /^tasks\/engine\//, ['lib']],
  ['tasks/reporters', /^tasks\/reporters\//, ['tasks/engine', 'lib']],
  [
    'task command line',
    /^tasks\/(?:cli|install|install-lock|launch)\.mjs$|^tasks\/(?:main|unchanged|known-commands)\.ts$|^tasks\/(?:commands|prepare)\//,
    ['tasks/engine', 'tasks/reporters', 'lib'],
  ],
  ['generated docs', /^tasks\/docs\//, ['services/contract', 'client/cli', 'client/mcp', 'lib']],
  ['concrete tasks', /^tasks\/|^Taskfile\.ts$/, ['tasks/engine', 'config', 'lib', 'services/store', 'smoke']],
  ['smoke', /^smoke\//, ['client/sdk', 'services/contract', 'config', 'lib']],
]

const roomOf = (file: string) => rooms.find(([, path]) => path.test(file))

/** Everything that a file imports, statically, dynamically or as a type. */
function importsOf(file: string): string[] {
  const { module, program, errors } = parseSync(file, readFileSync(join(root, file), 'utf8'))
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]?.message}`)
  const specifiers = [
    ...module.staticImports.map(({ moduleRequest }) => moduleRequest.value),
    ...module.staticExports.flatMap(({ entries }) =>
      entries.flatMap(({ moduleRequest }) => moduleRequest?.value ?? []),
    ),
    ...literalsIn(program, 'ImportExpression'),
    ...literalsIn(program, 'TSImportType'),
  ]
  return [...new Set(specifiers)]
    .filter(specifier => specifier.startsWith('.'))
    .map(specifier => relative(root, resolve(root, dirname(file), specifier)))
}

/** The literal sources of nodes of one kind, such as `import('./x.ts')`. */
function literalsIn(node: unknown, kind: string): string[] {
  if (Array.isArray(node)) return node.flatMap(child => literalsIn(child, kind))
  if (typeof node !== 'object' || node === null) return []
  const found = 'type' in node && node.type === kind ? [literalOf(node)] : []
  return [
    ...found.filter(text => text !== undefined),
    ...Object.values(node).flatMap(child => literalsIn(child, kind)),
  ]
}

function literalOf(node: object): string | undefined {
  const source = 'source' in node ? node.source : 'argument' in node ? node.argument : undefined
  const literal =
    typeof source === 'object' && source !== null && 'literal' in source ? source.literal : source
  return typeof literal === 'object' &&
    literal !== null &&
    'value' in literal &&
    typeof literal.value === 'string'
    ? literal.value
    : undefined
}

/** The first import cycle that a depth-first walk meets, as a path that ends where it began. */
function findCycle(graph: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const done = new Set<string>()
  const path: string[] = []
  const visit = (file: string): string[] | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file]
    if (done.has(file)) return undefined
    path.push(file)
    for (const next of graph.get(file) ?? []) {
      const cycle = visit(next)
      if (cycle !== undefined) return cycle
    }
    path.pop()
    done.add(file)
    return undefined
  }
  for (const file of graph.keys()) {
    const cycle = visit(file)
    if (cycle !== undefined) return cycle
  }
  return undefined
}

const sources: string[] = []
for await (const file of glob('{Taskfile.ts,{lib,config,services,client,tasks,smoke}/**/*.{ts,mjs}}', {
  cwd: root,
}))
  sources.push(file)
const graph = new Map(sources.map(file => [file, importsOf(file)]))

t.test('every source file belongs to a room', async t => {
  t.ok(sources.length > 50, 'the sources were found')
  t.same(
    sources.filter(file => roomOf(file) === undefined),
    [],
  )
})

t.test('no room imports what it may not', async t => {
  const forbidden = [...graph].flatMap(([file, imports]) => {
    const [room = '', , mayImport = []] = roomOf(file) ?? []
    return imports
      .filter(target => {
        const [other = ''] = roomOf(target) ?? []
        return other !== room && !mayImport.includes(other)
      })
      .map(target => `${file} imports ${target}`)
  })
  t.same(forbidden, [])
})

t.test('no files import each other in a circle', async t => {
  t.equal(findCycle(graph)?.join(' → '), undefined)
})

t.test('the walk finds a circle and the rules find a stranger', async t => {
  t.same(
    findCycle(
      new Map([
        ['a', ['b']],
        ['b', ['c']],
        ['c', ['b']],
      ]),
    ),
    ['b', 'c', 'b'],
  )
  t.same(
    findCycle(
      new Map([
        ['a', ['b', 'c']],
        ['b', ['c']],
        ['c', []],
      ]),
    ),
    undefined,
  )
  t.ok(importsOf('tasks/services/tasks.ts').includes('tasks/services/up.ts'), 'dynamic imports are seen')
  t.ok(importsOf('services/store/store.ts').includes('services/store/schema.ts'), 'type imports are seen')
})

t.test('no file is longer than 400 lines', async t => {
  const long = sources.filter(file => readFileSync(join(root, file), 'utf8').split('\n').length > 400)
  t.same(long, [])
})
