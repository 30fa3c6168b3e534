import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { build, stop } from 'esbuild'
import { parseSync } from 'oxc-parser'
import t from 'tap'
import { bundle } from '../../../tasks/prepare/bundle.ts'
import { root } from '../cli-rig.ts'

/** What Taskfiles may import, whoever wrote them. */
const forTaskfiles = [
  'lib/user-error.ts',
  'tasks/engine/command-error.ts',
  'tasks/engine/task.ts',
  'Taskfile.ts',
]

/** Modules that look as if there had to be one of them, and why two do no harm. */
const harmlessTwice: readonly { readonly path: string; readonly reason: string }[] = [
  { path: 'lib/user-error.ts', reason: 'instanceof knows the instances of either copy' },
  { path: 'tasks/engine/command-error.ts', reason: 'instanceof knows the instances of either copy' },
  { path: 'lib/processes/process-table.ts', reason: 'what it remembers is the same for the whole machine' },
  {
    path: 'lib/processes/process-scope.ts',
    reason: 'a scope takes in what one within it starts, of whichever copy that is, by a public method',
  },
  { path: 'lib/boot-id.ts', reason: 'it is the same for the whole machine' },
  { path: 'lib/processes/process-view.ts', reason: 'moments are compared within one copy only' },
  {
    path: 'lib/processes/pid-sequence.ts',
    reason: 'who was started by the other copy is looked at instead of known',
  },
  { path: 'lib/processes/reapers.ts', reason: 'what it found is found twice' },
  { path: 'lib/processes/unique-id.ts', reason: 'each has a random prefix of its own' },
  { path: 'tasks/engine/lines.ts', reason: 'who makes a LineSplitter keeps it' },
  { path: 'tasks/engine/params/given-words.ts', reason: 'who makes GivenWords keeps them' },
  { path: 'tasks/engine/params/form.ts', reason: 'what one copy throws is caught by the same' },
  {
    path: 'lib/processes/sentinel.ts',
    reason: 'each is a process of its own, and watches over what it is told',
  },
]

/**
 * What there would be two of, were a module run twice in a process: `class X`, or `let x` and the like. Constants, and
 * functions of what they are given, may be there as often as you like.
 */
function singlesOf(text: string): string[] {
  return parseSync('module.ts', text).program.body.flatMap(statement => {
    const declaration =
      statement.type === 'ExportNamedDeclaration' || statement.type === 'ExportDefaultDeclaration'
        ? statement.declaration
        : statement
    if (declaration?.type === 'ClassDeclaration') return [`class ${declaration.id?.name}`]
    if (declaration?.type !== 'VariableDeclaration') return []
    const { kind, declarations } = declaration
    return declarations.flatMap(({ id, init }) => {
      const name = id.type === 'Identifier' ? id.name : '{}'
      if (kind !== 'const') return [`${kind} ${name}`]
      const changes =
        (init?.type === 'ObjectExpression' && init.properties.length === 0) ||
        (init?.type === 'ArrayExpression' && init.elements.length === 0) ||
        (init?.type === 'NewExpression' && !isConstant(init)) ||
        (init?.type === 'CallExpression' &&
          init.callee.type === 'Identifier' &&
          init.callee.name === 'Symbol')
      return changes ? [`const ${name}`] : []
    })
  })
}

/** `new Set(['a', 'b'])` and the like are tables; `new Set()` is there to be filled. */
function isConstant({
  callee,
  arguments: given,
}: {
  callee: object
  arguments: readonly unknown[]
}): boolean {
  const name = 'name' in callee ? callee.name : undefined
  return name === 'RegExp' || name === 'URL' || (given.length > 0 && (name === 'Set' || name === 'Map'))
}

/** All modules of the project that are run when these are: types are no reason to run one. */
async function runWith(entryPoints: readonly string[]): Promise<string[]> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [...entryPoints],
    bundle: true,
    write: false,
    metafile: true,
    outdir: 'nowhere',
    platform: 'node',
    format: 'esm',
    target: 'esnext',
    packages: 'external',
    logLevel: 'silent',
  })
  await stop()
  return Object.keys(metafile.inputs)
}

t.test('singles are found', async t => {
  const cases: [text: string, singles: string[]][] = [
    ['export class A {}', ['class A']],
    ['let a = 1\nexport let b', ['let a', 'let b']],
    ['const a = new Map()\nconst b = {}, c: string[] = []', ['const a', 'const b', 'const c']],
    ['export const a = new Foo(1)', ['const a']],
    ["const brand = Symbol('x')", ['const brand']],
    ["const a = Symbol.for('x'), b = new Set(['x']), c = { x: 1 }, d = /x/, e = () => new Map()", []],
    ['export function a() { let b = 1 }\nexport interface C {}', []],
  ]
  for (const [text, singles] of cases) t.same(singlesOf(text), singles, text)
})

t.test('what there may be only one of is not in the prepared program as well', async t => {
  const { sources } = await bundle(
    root,
    { name: 'task', main: join(root, 'tasks/main.ts') },
    join(root, 'nowhere/main.ts.js'),
  )
  const fromSources = await runWith(forTaskfiles)
  const harmless = new Set(harmlessTwice.map(({ path }) => path))
  const twice = sources.filter(path => fromSources.includes(path) && !path.startsWith('node_modules/'))
  t.ok(sources.includes('tasks/main.ts') && fromSources.includes('tasks/services/tasks.ts'))
  const wrong = twice
    .filter(path => !harmless.has(path))
    .flatMap(path => singlesOf(readFileSync(join(root, path), 'utf8')).map(single => `${path}: ${single}`))
  t.same(wrong, [], 'let there be one of these, or add them to harmlessTwice with the reason')
  t.same(
    [...harmless].filter(path => !twice.includes(path)),
    [],
    'no longer there twice',
  )
})
