/**
 * What every debugger does, by the one matrix of scenarios that the tests try: how many hold for each, of how many, and what it
 * does not have.
 *
 *     node tests/bench/debug-matrix.ts
 */
import { join } from 'node:path'
import { ProcessScope } from '../../lib/processes/process-scope.ts'
import { type LanguageName, languageNames } from '../services/runner/debug/matrix/languages.ts'
import { printIfMain } from './print-if-main.ts'
import type { Row } from './row.ts'

const tests = join(import.meta.dirname, '../services/runner/debug/matrix')

export async function bench(): Promise<Row[]> {
  const rows: Row[] = []
  for (const name of languageNames) rows.push(rowOf(name, await said(name)))
  return rows
}

/** What the test of a language prints, in TAP. */
async function said(name: LanguageName): Promise<string> {
  await using scope = new ProcessScope({ graceMs: 1_000 })
  const child = scope.spawn(process.execPath, [join(tests, `${name}.test.ts`)], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let text = ''
  child.stdout?.setEncoding('utf8').on('data', (piece: string) => {
    text += piece
  })
  await new Promise(resolve => child.once('close', resolve))
  return text
}

function rowOf(name: LanguageName, tap: string): Row {
  const tried = [...tap.matchAll(/^ {4}(not )?ok \d+ - (.*)$/gm)]
  const titles = (of: (failed: boolean, title: string) => boolean) =>
    tried.flatMap(([, not, title = '']) => (of(not !== undefined, title) ? [title] : []))
  const failed = titles(isFailed => isFailed)
  const lacking = titles((isFailed, title) => !isFailed && title.includes(': not here, for '))
  const [, skipped] = /^ok \d+ - .* # SKIP (.*)$/m.exec(tap) ?? []
  const held = tried.length - failed.length - lacking.length
  const notes = [
    ...(skipped === undefined ? [] : [`not tried: ${skipped}`]),
    ...failed.map(title => `FAILED ${title}`),
    ...lacking.map(title => `lacks: ${title.replace(': not here, for ', ', for ')}`),
  ]
  return {
    ...{ name: 'scenarios that hold', beside: name, unit: 'of all', goal: 'all, or refused' },
    ...{ ours: held, peer: tried.length, ratio: held / tried.length, met: failed.length === 0 },
    note: notes.join('; '),
  }
}

await printIfMain(import.meta, bench)
