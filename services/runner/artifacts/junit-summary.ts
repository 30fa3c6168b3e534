import type { QualifiedTag, SAXParser, Tag } from 'sax'
import type { JunitSummary } from '../../contract/artifact-resources.ts'

/** Bounds of what is read of a report. Reports of real projects stay far below. */
const mostBytes = 64 * 1024 * 1024
const mostDepth = 100
/** Of one start tag, in characters: the parser keeps all its attributes until it ends. */
const longestTag = 256 * 1024

/**
 * What a JUnit report adds up to. Null where it is none, is not well-formed to its end, passes a bound, or is late;
 * `no_report` where a tag is as long as no report has them. It is read in pieces, and nothing of it is kept: no tree is
 * built, no entity that it declares is expanded, nothing is fetched.
 */
export async function junitSummary(
  chunks: AsyncIterable<Buffer>,
  inTime: () => boolean,
): Promise<JunitSummary | 'no_report' | null> {
  const { parser: createParser } = (await import('sax')).default
  const parser = createParser(true)
  const count = new Count()
  let fault: unknown
  parser.onerror = error => {
    fault ??= error
  }
  let tagBegan = 0
  let isTooLong = false
  parser.onopentagstart = () => {
    tagBegan = parser.position
  }
  parser.onattribute = () => {
    isTooLong = parser.position - tagBegan > longestTag
    if (isTooLong) throw new RangeError('a tag is too long')
  }
  parser.onopentag = tag => count.opened(tag)
  parser.onclosetag = () => count.closed()
  // Of another encoding the names are what counts here, and they are ASCII.
  const text = new TextDecoder()
  let bytes = 0
  try {
    for await (const chunk of chunks) {
      bytes += chunk.length
      if (bytes > mostBytes || count.tooDeep || !inTime()) return null
      feed(parser, text.decode(chunk, { stream: true }))
      if (fault !== undefined) return null
    }
    feed(parser, text.decode())
    parser.close()
  } catch {
    // The parser throws its first error again at the next write.
    return isTooLong ? 'no_report' : null
  }
  return fault === undefined ? count.summary() : null
}

/** An empty text would be taken for the end. */
const feed = (parser: SAXParser, text: string): void => {
  if (text !== '') parser.write(text)
}

type Verdict = 'passed' | 'failures' | 'errors' | 'skipped'

/** Counts test cases. A case is what its first `failure`, `error` or `skipped` says, and passed without one. */
class Count {
  readonly #open: string[] = []
  readonly #cases = { passed: 0, failures: 0, errors: 0, skipped: 0 }
  #verdict: Verdict = 'passed'
  #isReport = false
  /** Of the outermost element that tells a time, and of the cases, in case that none does. */
  #told: number | undefined
  #suites = 0
  #caseTimes = 0

  get tooDeep(): boolean {
    return this.#open.length > mostDepth
  }

  opened({ name, attributes }: Tag | QualifiedTag): void {
    const parent = this.#open.at(-1)
    const time = secondsOf(attributes.time)
    if (parent === undefined) {
      this.#isReport = name === 'testsuites' || name === 'testsuite'
      this.#told = time
    } else if (name === 'testsuite' && parent === 'testsuites') this.#suites += time ?? 0
    if (name === 'testcase') {
      this.#verdict = 'passed'
      this.#caseTimes += time ?? 0
    } else if (parent === 'testcase' && this.#verdict === 'passed') this.#verdict = verdicts[name] ?? 'passed'
    this.#open.push(name)
  }

  closed(): void {
    if (this.#open.pop() === 'testcase') this.#cases[this.#verdict]++
  }

  summary(): JunitSummary | null {
    if (!this.#isReport) return null
    const { passed, ...others } = this.#cases
    const time = this.#told ?? (this.#suites > 0 ? this.#suites : this.#caseTimes)
    const tests = passed + others.failures + others.errors + others.skipped
    return { tests, ...others, time: Math.round(time * 1e6) / 1e6 }
  }
}

const verdicts: Readonly<Record<string, Verdict>> = {
  failure: 'failures',
  error: 'errors',
  skipped: 'skipped',
}

/** Some reporters write `1,234.5`. */
function secondsOf(value: unknown): number | undefined {
  if (typeof value !== 'string' || value.trim() === '') return undefined
  const seconds = Number(value.replaceAll(',', ''))
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : undefined
}
