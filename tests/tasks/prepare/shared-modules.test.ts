import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { build, stop } from 'esbuild'
import { parseSync } from 'oxc-parser'
import t from 'tap'
import { bundle } from '../../../tasks/prepare/bundle.ts'
import { harmlessTwice, sharedModules } from '../../../tasks/prepare/shared-modules.ts'
import { root } from '../cli-rig.ts'

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
  const { bundled } = await bundle(root, join(root, 'tasks/main.ts'), join(root, 'nowhere/main.ts.mjs'))
  const fromSources = await runWith(['Taskfile.ts', ...sharedModules.map(({ path }) => path)])
  const harmless = new Set(harmlessTwice.map(({ path }) => path))
  const twice = bundled.filter(path => fromSources.includes(path))
  t.ok(bundled.includes('tasks/main.ts') && fromSources.includes('tasks/services/tasks.ts'))
  const wrong = twice
    .filter(path => !harmless.has(path))
    .flatMap(path => singlesOf(readFileSync(join(root, path), 'utf8')).map(single => `${path}: ${single}`))
  t.same(wrong, [], 'add these modules to sharedModules, or to harmlessTwice with the reason')
  t.same(
    [...harmless].filter(path => !bundled.includes(path)),
    [],
    'no longer part of the program',
  )
})
