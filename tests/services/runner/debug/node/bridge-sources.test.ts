import { transformSync } from 'esbuild'
import t from 'tap'
import { nodeRig } from './node-rig.ts'

t.setTimeout(240_000)

const source = `interface Item { n: number }

enum Kind { One, Two }

export function twice(item: Item): number {
  // a comment
  const result: number = item.n * 2
  return result
}

console.log(twice({ n: 2 }), Kind.Two)
`
const stripped = `// types only
interface Item { n: number }

const twice = (item: Item): number => {
  const result: number = item.n * 2
  return result
}
console.log(twice({ n: 2 }))
`

function built(format: 'cjs' | 'esm', sourcemap: 'inline' | 'external'): { code: string; map: string } {
  const options = { loader: 'ts', format, sourcefile: '../src/main.ts', sourcemap } as const
  return transformSync(source, options)
}

for (const [name, format] of [
  ['dist/main.cjs', 'cjs'],
  ['dist/main.mjs', 'esm'],
] as const)
  for (const sourcemap of ['inline', 'external'] as const)
    t.test(`${name} with its source map ${sourcemap} is debugged as what it is made of`, async t => {
      const { code, map } = built(format, sourcemap)
      const link = sourcemap === 'external' ? `//# sourceMappingURL=${name.slice(5)}.map\n` : ''
      const { top, debug } = nodeRig(t, {
        ...{ 'src/main.ts': source, [name]: code + link },
        ...(sourcemap === 'external' ? { [`${name}.map`]: map } : {}),
      })
      const run = await debug(name, {
        breakpoints: { 'src/main.ts': [{ line: 7 }, { line: 11 }, { line: 6 }] },
      })
      t.match(
        await run.next(),
        {
          reason: 'breakpoint',
          hitBreakpointIds: [2],
          debugServerFrame: { line: 11, source: { path: `${top}/src/main.ts` } },
        },
        'also in what runs as soon as it is loaded',
      )
      t.match(await run.go('continue'), { reason: 'breakpoint', hitBreakpointIds: [1] })
      t.same(await run.stack(), ['twice 7', '(module) 11'])
      t.match(await run.go('next'), { reason: 'step', debugServerFrame: { line: 8 } })
      t.match(await run.locals(), { result: '4', item: '{n: 2}' })
      t.match(run.events.filter(({ event }) => event === 'breakpoint').at(-1)?.body.breakpoint, {
        verified: true,
      })
      t.match((await run.breakpoints('src/main.ts', [{ line: 6 }]))[0], { verified: false, line: 7 })
      t.equal(await run.go('continue'), 'terminated')
    })

t.test('a program of CommonJS with a source map stops at its first line', async t => {
  const { code } = built('cjs', 'inline')
  const { debug } = nodeRig(t, { 'src/main.ts': source, 'dist/main.cjs': code })
  const run = await debug('dist/main.cjs', { entry: true })
  t.match(await run.next(), {
    reason: 'entry',
    debugServerFrame: { name: '(module)', source: { path: /src\/main\.ts$/ } },
  })
  t.equal(await run.go('continue'), 'terminated')
})

for (const name of ['main.ts', 'main.cts', 'main.mts'])
  t.test(`${name} runs as it is`, async t => {
    const { debug } = nodeRig(t, { [name]: stripped })
    const run = await debug(name, { breakpoints: { [name]: [{ line: 5 }, { line: 2 }] } })
    t.match(await run.next(), { reason: 'breakpoint', debugServerFrame: { line: 5, name: 'twice' } })
    t.match(await run.locals(), { item: '{n: 2}' })
    t.equal(await run.go('continue'), 'terminated')
    t.equal(run.output.trim(), '4')
  })

t.test(
  'paths with spaces, signs and letters of any kind, marks at the beginning and lines of Windows',
  async t => {
    const name = 'ein ü %41#?/é b.js'
    const { debug } = nodeRig(t, {
      [name]: '\ufeffconst a = 1\r\n// no code\r\nconst b = a + 1\r\nconsole.log(b)\r\n',
    })
    const run = await debug(name, { breakpoints: { [name]: [{ line: 3 }, { line: 4 }] } })
    t.match(await run.next(), { hitBreakpointIds: [1], debugServerFrame: { line: 3 } })
    t.match(await run.go('continue'), { hitBreakpointIds: [2], debugServerFrame: { line: 4 } })
    t.equal(await run.go('continue'), 'terminated')
  },
)

t.test('what is no file has its text', async t => {
  const { debug } = nodeRig(t, { 'a.cjs': "new Function('x', 'debugger; return x')(7)\nconsole.log(1)\n" })
  const run = await debug('a.cjs')
  const stop = await run.next()
  t.match(stop, { reason: 'breakpoint', description: 'debugger statement' })
  const { sourceReference } = stop.debugServerFrame.source
  t.match(await run.ask('source', { sourceReference }), { content: /debugger; return x/ })
  t.match(await run.locals(), { x: '7' })
  t.equal(await run.go('continue'), 'terminated')
})
