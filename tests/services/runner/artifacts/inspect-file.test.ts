import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { inspectFile, kindOf } from '../../../../services/runner/artifacts/inspect-file.ts'
import { junitSummary as summaryInTime } from '../../../../services/runner/artifacts/junit-summary.ts'
import { coreFile } from './core-file.ts'

/** In pieces of this many bytes, so that names and entities are cut anywhere. */
async function* pieces(text: string | Buffer, size = 7) {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

const always = () => true
const junitSummary = (chunks: AsyncIterable<Buffer>) => summaryInTime(chunks, always)

const report = `<?xml version="1.0"?>
<!-- made by hand --><!DOCTYPE testsuites>
<testsuites time="1,002.5">
  <testsuite name="a" tests="99" time="1">
    <testcase name="passes" time="0.5"/>
    <testcase name="fails"><failure message="1 &lt; 2&#10;">at line 1</failure><failure/></testcase>
    <testcase name="is skipped"><skipped/></testcase>
    <testsuite name="inner"><testcase name="breaks"><system-out>x</system-out><error/></testcase></testsuite>
  </testsuite>
  <testsuite name="b" time="2"><testcase name="ünïcode"/></testsuite>
</testsuites>`

function placeFor(t: Test): string {
  const directory = mkdtempSync(join(tmpdir(), 'inspect-'))
  t.teardown(() => rmSync(directory, { recursive: true }))
  return join(directory, 'file')
}

t.test('a JUnit report is counted, whatever it says of itself', async t => {
  const counted = { tests: 5, failures: 1, errors: 1, skipped: 1 }
  for (const size of [1, 7, 100_000])
    t.same(await junitSummary(pieces(report, size)), { ...counted, time: 1002.5 })
  t.match(await junitSummary(pieces(report.replace(' time="1,002.5"', ''))), { ...counted, time: 3 })
  t.match(
    await junitSummary(pieces('<testsuite><testcase time="0.25"/><testcase time="0.5"/></testsuite>')),
    {
      tests: 2,
      time: 0.75,
    },
  )
  t.same(await junitSummary(pieces('<testsuite/>')), {
    tests: 0,
    failures: 0,
    errors: 0,
    skipped: 0,
    time: 0,
  })
  t.match(
    await junitSummary(pieces(Buffer.from('<testsuite><testcase name="\xfc"/></testsuite>', 'latin1'))),
    { tests: 1 },
  )
})

t.test('what is no whole report has no summary', async t => {
  for (const text of [
    '',
    report.slice(0, -5),
    '<testsuite><testcase></testsuite>',
    '<html><testcase/></html>',
    'no xml',
  ])
    t.equal(await junitSummary(pieces(text, 1000)), null, text.slice(0, 40))
})

t.test('hostile XML costs little and says nothing', async t => {
  const laughs = Array.from({ length: 20 }, (_, i) => `<!ENTITY e${i + 1} "&e${i};&e${i};&e${i};">`).join('')
  const began = performance.now()
  for (const text of [
    `<!DOCTYPE testsuite [<!ENTITY e0 "ha">${laughs}]><testsuite><testcase name="&e20;"/></testsuite>`,
    '<!DOCTYPE testsuite [<!ENTITY x SYSTEM "file:///etc/passwd">]><testsuite><testcase>&x;</testcase></testsuite>',
    '<testsuite>'.repeat(200_000),
    `<testsuite name="${'x'.repeat(4_000_000)}`,
    `<!--${'x'.repeat(4_000_000)}`,
  ])
    t.equal(await junitSummary(pieces(text, 65_536)), null, text.slice(0, 40))
  t.ok(performance.now() - began < 20_000)
})

t.test('what files are, by their beginnings', t => {
  const kinds: [name: string, head: string, kind: string][] = [
    ['report.txt', report, 'junit'],
    ['a.xml', '\ufeff<testsuite name="a">', 'junit'],
    ['a.xml', '<?xml version="1.0"?><project/>', 'file'],
    ['a.xml', '<!-- <testsuite> --><a/>', 'file'],
    ['a.xml', '<testsuitesque/>', 'file'],
    [
      'cobertura.xml',
      '<?xml version="1.0"?>\n<!DOCTYPE coverage SYSTEM "x.dtd">\n<coverage line-rate="1">',
      'coverage',
    ],
    [
      'j.xml',
      '<!DOCTYPE report PUBLIC "-//JACOCO//DTD Report 1.1//EN" "report.dtd"><report name="x">',
      'coverage',
    ],
    ['lcov.info', 'TN:\nSF:src/a.ts\n', 'coverage'],
    ['c.out', 'mode: set\na.go:1.1,2.2 1 1\n', 'coverage'],
    ['x/coverage-final.json', '{}', 'coverage'],
    ['core', 'no core', 'file'],
  ]
  for (const [name, head, kind] of kinds) t.equal(kindOf(name, Buffer.from(head)), kind, name)
  t.end()
})

t.test('a core dump names its program, its signal and its executable', async t => {
  const path = placeFor(t)
  const inspect = async (content: Buffer) => {
    writeFileSync(path, content)
    return await inspectFile(path, 'core', always)
  }
  const core = coreFile({ program: 'crash', signal: 11, mapped: ['/srv/crash', '/lib/libc.so'] })
  t.same(await inspect(core), {
    kind: 'core',
    mediaType: 'application/x-coredump',
    junit: null,
    core: { program: 'crash', signal: 11, executable: '/srv/crash' },
  })
  // Wherever it is cut off, it is told as far as it goes.
  for (let length = 64; length < core.length; length += 13)
    t.match(await inspect(core.subarray(0, length)), { kind: 'core', core: null })
  // And whatever stands where the sizes and places are.
  for (let at = 16; at < core.length; at += 3) {
    const spoilt = Buffer.from(core)
    spoilt.fill(0xff, at, Math.min(at + 8, core.length))
    t.ok(await inspect(spoilt))
  }
  t.match(await inspect(Buffer.from('\x7fELF')), { kind: 'file', core: null })
})

/** A core dump with so many segments of notes, each of them the same bytes. */
function segmentsOf(path: string, count: number, size: number): void {
  const begin = 64 + count * 56
  const notes = coreFile({ program: 'crash', signal: 11, mapped: [] }).subarray(120)
  const head = Buffer.alloc(begin)
  head.write('\x7fELF\x02\x01', 'latin1')
  head.writeUInt16LE(4, 16)
  head.writeBigUInt64LE(64n, 32)
  head.writeUInt16LE(56, 54)
  head.writeUInt16LE(count, 56)
  for (let at = 64; at < begin; at += 56) {
    head.writeUInt32LE(4, at)
    head.writeBigUInt64LE(BigInt(begin), at + 8)
    head.writeBigUInt64LE(BigInt(size), at + 32)
  }
  writeFileSync(path, Buffer.concat([head, notes]))
  truncateSync(path, begin + size)
}

t.test('a made-up core dump costs little', async t => {
  const path = placeFor(t)
  const inspected = async (count: number, size: number) => {
    segmentsOf(path, count, size)
    return (await inspectFile(path, 'core', always)).core
  }
  const crash = { program: 'crash', signal: 11, executable: null }
  t.same(await inspected(1, 64 * 2 ** 20), crash)
  t.same(await inspected(16, 4 * 2 ** 20), crash)
  t.equal(await inspected(1, 64 * 2 ** 20 + 1), null)
  t.equal(await inspected(2, 33 * 2 ** 20), null)
  t.equal(await inspected(17, 4_096), null)
  const before = process.memoryUsage().rss
  t.equal(await inspected(30, 60 * 2 ** 20), null)
  t.ok(process.memoryUsage().rss - before < 200 * 2 ** 20)
})

t.test('a report with a tag as long as none has is a file', async t => {
  const path = placeFor(t)
  const inspect = async (count: number) => {
    const attributes = Array.from({ length: count }, (_, i) => `a${i}=''`).join(' ')
    writeFileSync(path, `<testsuite><testcase ${attributes}/></testsuite>`)
    const began = performance.now()
    const { kind, junit } = await inspectFile(path, 'a.xml', always)
    return { kind, junit, took: performance.now() - began }
  }
  t.match(await inspect(1_000), { kind: 'junit', junit: { tests: 1 } })
  const { took, ...long } = await inspect(2_000_000)
  t.same(long, { kind: 'file', junit: null })
  t.ok(took < 1_000)
})

t.test('what is late is told without a summary', async t => {
  const path = placeFor(t)
  const inspect = async (content: string | Buffer) => {
    writeFileSync(path, content)
    return await inspectFile(path, 'a.xml', () => false)
  }
  t.match(await inspect(report), { kind: 'junit', junit: null })
  const core = coreFile({ program: 'crash', signal: 11, mapped: [] })
  t.match(await inspect(core), { kind: 'core', core: null })
})
